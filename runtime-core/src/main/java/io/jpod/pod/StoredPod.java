package io.jpod.pod;

import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.json.Times;
import io.jpod.linux.Ip;
import io.jpod.net.HostEntry;
import io.jpod.net.PortMapping;
import io.jpod.oci.IdMapping;
import io.jpod.oci.Mount;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Resources;
import io.jpod.plan.Limit;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code pod.json}: what a pod is, and what it leaves on the host, written before it is left there.
 *
 * @param id 64 hexadecimal digits
 * @param bootId of the host: after a reboot nothing but this record is there
 * @param cgroup its directory; null: none
 * @param cgroupDirectories those that creation makes, parents first
 * @param limits of the cgroup, as they were when it was made
 * @param initPid of the shared pid namespace's first process; 0: none, or none yet
 * @param initStartTime clock ticks since boot
 * @param complete whether creation has come to its end
 */
record StoredPod(
        String id,
        PodSpec spec,
        Instant created,
        String bootId,
        @Nullable String cgroup,
        List<String> cgroupDirectories,
        List<Limit> limits,
        List<IdMapping> mappings,
        int initPid,
        long initStartTime,
        boolean complete) {
    StoredPod {
        cgroupDirectories = List.copyOf(cgroupDirectories);
        limits = List.copyOf(limits);
        mappings = List.copyOf(mappings);
    }

    StoredPod withInit(int pid, long startTime) {
        return new StoredPod(
                id, spec, created, bootId, cgroup, cgroupDirectories, limits, mappings, pid, startTime, complete);
    }

    /** After a reboot that is gone. */
    StoredPod withoutCgroup() {
        return new StoredPod(
                id, spec, created, bootId, null, List.of(), limits, mappings, initPid, initStartTime, complete);
    }

    StoredPod completed() {
        return new StoredPod(
                id, spec, created, bootId, cgroup, cgroupDirectories, limits, mappings, initPid, initStartTime, true);
    }

    String toJson() {
        return JsonWriter.object("  ", json -> {
            json.text("id", id)
                    .text("name", spec.name())
                    .text("hostname", spec.hostname())
                    .text("created", Times.text(created))
                    .text("bootId", bootId)
                    .flag("complete", complete)
                    .texts("share", names(spec.share()))
                    .texts("host", names(spec.host()))
                    .flag("mapsOwners", spec.mapsOwners())
                    .text("cgroupParent", spec.cgroupParent())
                    .text("cgroup", cgroup)
                    .texts("cgroupDirectories", cgroupDirectories)
                    .objects(
                            "limits",
                            limits,
                            (j, limit) -> j.text("file", limit.file())
                                    .text("value", limit.value())
                                    .text("from", limit.from())
                                    .text("controller", limit.controller()))
                    .number("shmSize", spec.shmSize())
                    .texts("sysctl", spec.sysctl())
                    .texts("dnsServers", spec.dns().servers())
                    .texts("dnsSearches", spec.dns().searches())
                    .texts("dnsOptions", spec.dns().options())
                    .objects(
                            "networks",
                            spec.networks(),
                            (j, network) -> j.text("name", network.name())
                                    .text(
                                            "ip",
                                            network.ip() == null
                                                    ? null
                                                    : network.ip().toString())
                                    .text(
                                            "ip6",
                                            network.ip6() == null
                                                    ? null
                                                    : network.ip6().toString())
                                    .text("mac", network.mac()))
                    .objects("ports", spec.ports(), (j, port) -> port.write(j))
                    .objects(
                            "hosts",
                            spec.hosts(),
                            (j, entry) -> j.text("address", entry.address().toString())
                                    .texts("names", entry.names()))
                    .objects(
                            "volumes",
                            spec.volumes(),
                            (j, mount) -> j.text("destination", mount.destination())
                                    .text("type", mount.type())
                                    .text("source", mount.source())
                                    .texts("options", mount.options()))
                    .objects(
                            "emptyDirs",
                            spec.emptyDirs(),
                            (j, volume) -> j.text("name", volume.name())
                                    .text("destination", volume.destination())
                                    .number("size", volume.size()))
                    .texts("labels", spec.labels())
                    .objects(
                            "mappings",
                            mappings,
                            (j, mapping) -> j.number("containerID", mapping.containerID())
                                    .number("hostID", mapping.hostID())
                                    .number("size", mapping.size()))
                    .number("initPid", initPid)
                    .number("initStartTime", initStartTime);
        });
    }

    static List<String> names(Collection<NamespaceType> types) {
        return types.stream().map(NamespaceType::jsonName).toList();
    }

    /** @throws InvalidJson if these are not the bytes that {@link #toJson} wrote */
    static StoredPod read(byte[] bytes, String file) {
        Json json = Json.parse(bytes, file);
        PodSpec spec = new PodSpec(
                json.need("name").nonEmptyString(),
                json.need("hostname").nonEmptyString(),
                types(json, "share"),
                types(json, "host"),
                json.flag("mapsOwners"),
                json.text("cgroupParent"),
                Resources.NONE,
                json.needNumber("shmSize", 0, Long.MAX_VALUE),
                json.map("sysctl", Json::string),
                new PodSpec.Dns(json.strings("dnsServers"), json.strings("dnsSearches"), json.strings("dnsOptions")),
                json.list(
                        "networks",
                        network -> new PodSpec.Connection(
                                network.need("name").nonEmptyString(),
                                network.optional("ip", StoredPod::ip),
                                network.optional("ip6", StoredPod::ip),
                                network.text("mac"))),
                json.list("ports", PortMapping::read),
                json.list("hosts", entry -> new HostEntry(ip(entry.need("address")), entry.strings("names"))),
                json.list(
                        "volumes",
                        mount -> new Mount(
                                mount.need("destination").nonEmptyString(),
                                mount.need("type").nonEmptyString(),
                                mount.need("source").nonEmptyString(),
                                mount.strings("options"))),
                json.list(
                        "emptyDirs",
                        volume -> new PodSpec.EmptyDir(
                                volume.need("name").nonEmptyString(),
                                volume.need("destination").nonEmptyString(),
                                volume.needNumber("size", 0, Long.MAX_VALUE))),
                json.map("labels", Json::string));
        return new StoredPod(
                json.need("id").nonEmptyString(),
                spec,
                json.need("created").time(),
                json.need("bootId").string(),
                json.text("cgroup"),
                json.strings("cgroupDirectories"),
                json.list(
                        "limits",
                        limit -> new Limit(
                                limit.need("file").nonEmptyString(),
                                limit.need("value").string(),
                                limit.need("from").nonEmptyString(),
                                limit.need("controller").nonEmptyString())),
                json.list(
                        "mappings",
                        mapping -> new IdMapping(
                                mapping.needNumber("containerID", 0, 0xffffffffL),
                                mapping.needNumber("hostID", 0, 0xffffffffL),
                                mapping.needNumber("size", 1, 0xffffffffL))),
                (int) json.needNumber("initPid", 0, Integer.MAX_VALUE),
                json.needNumber("initStartTime", 0, Long.MAX_VALUE),
                json.flag("complete"));
    }

    private static Set<NamespaceType> types(Json json, String name) {
        Set<NamespaceType> types = EnumSet.noneOf(NamespaceType.class);
        json.list(name, type -> type.oneOf(NamespaceType.values(), NamespaceType::jsonName))
                .forEach(types::add);
        return types;
    }

    private static Ip ip(Json address) {
        try {
            return Ip.parse(address.string());
        } catch (IllegalArgumentException e) {
            throw address.wrong("is not an IP address");
        }
    }
}
