package io.jpod.net.cni;

import io.jpod.abi.Flags;
import io.jpod.exec.Spawner;
import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Fd;
import io.jpod.net.JsonFiles;
import io.jpod.net.NetworkFailed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Attaches pods to networks of CNI plugins. Whoever calls holds the pod's lock: the specification allows no two operations for
 * one container at once. Every method throws {@link NetworkFailed} with the plugin's words if one fails.
 */
public final class Cni {
    private static final Set<String> RUNTIME_KEYS =
            Set.of("cniVersion", "name", "runtimeConfig", "prevResult", "capabilities");

    private final JsonFiles<CniNetwork> configurations;
    private final JsonFiles<CniRecord> records;
    private final PluginProgram program;

    /**
     * @param configurations directory of *.conflist files
     * @param plugins directories of programs
     * @param root the state root, below which attachments are recorded
     */
    public Cni(Path configurations, List<Path> plugins, Path root, Spawner spawner) {
        this.configurations = new JsonFiles<>(configurations, ".conflist", CniNetwork::read);
        records = new JsonFiles<>(root.resolve("networks/cni"), "", CniRecord::read);
        program = new PluginProgram(List.copyOf(plugins), spawner);
    }

    /** What an attachment that was made to the end has; empty if there is none. */
    public Optional<CniResult> result(String network, String container, String ifname) {
        return records.find(CniRecord.name(network, container, ifname))
                .flatMap(record -> Optional.ofNullable(record.result()))
                .map(CniResult::read);
    }

    /** Attachments, as NETWORK CONTAINER IFNAME, with their containers. Dead are those that are not there afterwards. */
    public Map<String, String> attachments() {
        Map<String, String> attachments = new TreeMap<>();
        records.all()
                .forEach(record ->
                        attachments.put(record.name(), record.request().container()));
        return attachments;
    }

    /** Records that cannot be read, as NETWORK CONTAINER IFNAME, and why. No plugin can be told from them what to undo. */
    public Map<String, String> damaged() {
        return records.damaged();
    }

    /** Forgets one of {@link #damaged}, if it still is. */
    public void forget(String damaged) {
        try (Fd _ = records.lock(Flags.LOCK_EX)) {
            if (damaged().containsKey(damaged)) {
                records.delete(damaged);
            }
        }
    }

    /** In the order of their files' names. */
    public List<CniNetwork> networks() {
        return configurations.all();
    }

    public CniNetwork get(String name) {
        return networks().stream()
                .filter(network -> network.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    Collection<String> damaged = configurations.damaged().values();
                    return new NetworkFailed("no CNI network " + name
                            + (damaged.isEmpty() ? "" : ", unless it is in " + String.join("; ", damaged)));
                });
    }

    /** ADD: every plugin in turn, each with the result of the one before. Undone by DEL if one fails. */
    public CniResult add(CniNetwork network, CniRequest request) {
        request.requireCapabilities(network);
        try (Fd _ = records.lock(Flags.LOCK_SH)) {
            return addLocked(network, request);
        }
    }

    private CniResult addLocked(CniNetwork network, CniRequest request) {
        CniRecord record = new CniRecord(network, request, null);
        if (records.find(record.name()).isPresent()) {
            throw new NetworkFailed("%s of %s is attached to network %s already"
                    .formatted(request.ifname(), request.container(), network.name()));
        }
        records.write(record.name(), record.toJson());
        Json result = null;
        try {
            for (CniNetwork.Plugin plugin : network.plugins()) {
                result = run("ADD", record, plugin, result)
                        .orElseThrow(() -> new NetworkFailed("CNI plugin " + plugin.type() + ": no result"));
            }
            CniRecord done = new CniRecord(network, request, result);
            records.write(done.name(), done.toJson());
            return CniResult.read(Objects.requireNonNull(result));
        } catch (RuntimeException | Error e) {
            try {
                delete(new CniRecord(network, request, result));
            } catch (RuntimeException | Error undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    /** CHECK: whether all is still as ADD has left it. Configurations can switch it off. */
    public void check(String network, String container, String ifname) {
        CniRecord record = records.find(CniRecord.name(network, container, ifname))
                .orElseThrow(() -> new NetworkFailed(
                        "%s of %s is not attached to network %s".formatted(ifname, container, network)));
        if (record.network().disableCheck()) {
            return;
        }
        if (!record.network().isAtLeast("0.4.0")) {
            throw new NetworkFailed("network " + network + ": CHECK needs cniVersion 0.4.0, it has "
                    + record.network().cniVersion());
        }
        for (CniNetwork.Plugin plugin : record.network().plugins()) {
            run("CHECK", record, plugin, record.result());
        }
    }

    /** DEL, from the record alone; the namespace may be gone. Nothing happens if there is no record. */
    public void del(String network, String container, String ifname) {
        if (records.find(CniRecord.name(network, container, ifname)).isPresent()) {
            try (Fd _ = records.lock(Flags.LOCK_SH)) {
                records.find(CniRecord.name(network, container, ifname)).ifPresent(this::delete);
            }
        }
    }

    /** Backwards, all of them whatever one says; the record stays if one fails, so that it can be done again. */
    private void delete(CniRecord record) {
        NetworkFailed failure = null;
        for (CniNetwork.Plugin plugin : record.network().plugins().reversed()) {
            try {
                run("DEL", record, plugin, record.result());
            } catch (NetworkFailed e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        records.delete(record.name());
    }

    /**
     * DEL for the attachments of containers that do not live, then GC, for what plugins have kept without a record. SPEC.md,
     * section 3: no attachment is added or deleted meanwhile.
     *
     * @param living asked for the containers then
     */
    public void collect(Supplier<Set<String>> living) {
        try (Fd _ = records.lock(Flags.LOCK_EX)) {
            collectLocked(living.get());
        }
    }

    private void collectLocked(Set<String> livingContainers) {
        List<CniRecord> valid = new ArrayList<>();
        for (CniRecord record : records.all()) {
            if (livingContainers.contains(record.request().container())) {
                valid.add(record);
            } else {
                delete(record);
            }
        }
        for (CniNetwork network : networks()) {
            if (network.isAtLeast("1.1.0") && !network.disableGc()) {
                List<CniRequest> attachments = valid.stream()
                        .filter(record -> record.network().name().equals(network.name()))
                        .map(CniRecord::request)
                        .toList();
                for (CniNetwork.Plugin plugin : network.plugins()) {
                    String input = config(
                            network,
                            plugin,
                            json -> json.objects(
                                    "cni.dev/valid-attachments",
                                    attachments,
                                    (each, it) -> each.text("containerID", it.container())
                                            .text("ifname", it.ifname())));
                    program.run(plugin.type(), List.of("CNI_COMMAND=GC"), input);
                }
            }
        }
    }

    /** STATUS: throws if the network cannot take attachments now. Older configurations have no say in it. */
    public void status(CniNetwork network) {
        if (network.isAtLeast("1.1.0")) {
            for (CniNetwork.Plugin plugin : network.plugins()) {
                program.run(plugin.type(), List.of("CNI_COMMAND=STATUS"), config(network, plugin, json -> {}));
            }
        }
    }

    /** VERSION: what a plugin speaks. */
    public List<String> versions(String type) {
        return program.run(type, List.of("CNI_COMMAND=VERSION"), "{\"cniVersion\":\"1.1.0\"}")
                .map(json -> json.strings("supportedVersions"))
                .orElse(List.of());
    }

    private Optional<Json> run(String command, CniRecord record, CniNetwork.Plugin plugin, @Nullable Json before) {
        CniRequest request = record.request();
        boolean isGone = command.equals("DEL") && !Files.exists(Path.of(request.netns()));
        List<String> environment = List.of(
                "CNI_COMMAND=" + command,
                "CNI_CONTAINERID=" + request.container(),
                "CNI_NETNS=" + (isGone ? "" : request.netns()),
                "CNI_IFNAME=" + request.ifname());
        String input = config(
                record.network(),
                plugin,
                json -> json.objectUnlessEmpty(
                                "runtimeConfig", request, (each, it) -> it.writeRuntimeConfig(each, plugin))
                        .json("prevResult", before));
        return program.run(plugin.type(), environment, input);
    }

    /** SPEC.md, section 3: from the list's entry to what the plugin reads. */
    private static String config(CniNetwork network, CniNetwork.Plugin plugin, Consumer<JsonWriter> more) {
        return JsonWriter.object(null, json -> {
            plugin.config().entries().forEach((key, value) -> {
                if (!RUNTIME_KEYS.contains(key)) {
                    json.json(key, value);
                }
            });
            json.text("cniVersion", network.cniVersion()).text("name", network.name());
            more.accept(json);
        });
    }
}
