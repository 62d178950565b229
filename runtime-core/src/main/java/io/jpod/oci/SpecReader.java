package io.jpod.oci;

import io.jpod.json.InvalidJson;
import io.jpod.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the JSON files of the runtime-spec and checks all that can be checked without looking at the machine: types,
 * ranges, required properties, and the forms of names and paths. As the spec demands, unknown properties are ignored
 * and invalid values are errors. The first error is thrown as an {@link InvalidJson}.
 *
 * <p>The file name is only for the messages.
 */
public final class SpecReader {
    /** semver.org, with the major version first. */
    private static final Pattern SEMVER = Pattern.compile(
            "(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");

    private SpecReader() {}

    /** Reads a config.json. */
    public static Spec read(byte[] json, String fileName) {
        return spec(Json.parse(json, fileName));
    }

    /** Reads the process.json of exec: the {@code process} object alone. */
    public static Process readProcess(byte[] json, String fileName) {
        return ProcessReader.read(Json.parse(json, fileName));
    }

    /** Reads the resources.json of update: the {@code linux.resources} object alone. */
    public static Resources readResources(byte[] json, String fileName) {
        return ResourcesReader.read(Json.parse(json, fileName));
    }

    /** Reads a seccomp profile that stands in a file of its own, in the form of {@code linux.seccomp}. */
    public static Seccomp readSeccomp(byte[] json, String fileName) {
        return SeccompReader.read(Json.parse(json, fileName));
    }

    private static Spec spec(Json spec) {
        String version = version(spec.need("ociVersion"));
        Linux linux = spec.optional("linux", LinuxReader::read);
        Hooks hooks = spec.optional("hooks", SpecReader::hooks);
        Spec read = new Spec(
                version,
                spec.optional("process", ProcessReader::read),
                spec.optional("root", SpecReader::root),
                spec.text("hostname", Check::utsName),
                spec.text("domainname", Check::utsName),
                spec.list("mounts", SpecReader::mount),
                hooks == null ? Hooks.NONE : hooks,
                spec.map("annotations", Json::string),
                linux == null ? Linux.NONE : zeroPidsUnset(version, linux));
        if (read.annotations().containsKey("")) {
            throw spec.need("annotations").wrong("has an empty key");
        }
        if (spec.get("vm") != null) {
            throw spec.need("vm").wrong("jpod starts no virtual machines");
        }
        LinuxReader.checkNamespaces(spec, read.linux());
        return read;
    }

    private static String version(Json version) {
        if (!SEMVER.matcher(version.string()).matches()) {
            throw version.wrong("must be a version such as 1.3.0, is " + Json.quote(version.string()));
        }
        if (!version.string().startsWith("1.")) {
            throw version.wrong("must be of major version 1, is " + Json.quote(version.string()));
        }
        return version.string();
    }

    /** Before 1.3 the spec did not say what a pids.limit of 0 is, and engines wrote it for none (podman --pids-limit 0). */
    private static Linux zeroPidsUnset(String version, Linux linux) {
        Resources old = linux.resources();
        boolean isZero = old != null
                && old.pids() != null
                && Long.valueOf(0).equals(old.pids().limit());
        return old != null && isZero && version.matches("1\\.[012]\\..*")
                ? linux.with(l -> l.resources = old.with(r -> r.pids = null))
                : linux;
    }

    private static Root root(Json root) {
        return new Root(root.need("path").nonEmptyString(), root.flag("readonly"));
    }

    private static Mount mount(Json mount) {
        List<IdMapping> uidMappings = Check.idMappings(mount, "uidMappings");
        List<IdMapping> gidMappings = Check.idMappings(mount, "gidMappings");
        if (uidMappings.isEmpty() != gidMappings.isEmpty()) {
            throw mount.wrong(
                    uidMappings.isEmpty() ? "uidMappings" : "gidMappings",
                    "is required, since the mappings of the other kind are there");
        }
        return new Mount(
                destination(mount.need("destination")),
                mount.text("type"),
                mount.text("source"),
                options(mount),
                uidMappings,
                gidMappings);
    }

    /** Engines leave empty ones behind where an option was not set; they mean as little as in fstab(5). */
    private static List<String> options(Json mount) {
        return mount.strings("options").stream()
                .filter(option -> !option.isEmpty())
                .toList();
    }

    /** A relative one is deprecated, not wrong: the spec takes it from "/". */
    private static String destination(Json destination) {
        String path = Check.withoutDotDot(destination);
        return path.startsWith("/") ? path : "/" + path;
    }

    private static Hooks hooks(Json hooks) {
        Map<HookKind, List<Hook>> byKind = new LinkedHashMap<>();
        for (HookKind kind : HookKind.values()) {
            List<Hook> ofKind = hooks.list(kind.jsonName(), SpecReader::hook);
            if (!ofKind.isEmpty()) {
                byKind.put(kind, ofKind);
            }
        }
        return new Hooks(byKind);
    }

    private static Hook hook(Json hook) {
        return new Hook(
                Check.absolute(hook.need("path")),
                hook.strings("args"),
                hook.get("env") == null ? null : hook.strings("env"),
                hook.smallNumber("timeout", 1, Integer.MAX_VALUE));
    }
}
