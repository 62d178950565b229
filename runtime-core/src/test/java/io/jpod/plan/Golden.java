package io.jpod.plan;

import io.jpod.abi.Arch;
import io.jpod.oci.Device;
import io.jpod.oci.Hook;
import io.jpod.oci.HookKind;
import io.jpod.oci.Process;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One directory of {@code resources/golden}: a config.json, perhaps the process.json of an exec, and what they come to. */
record Golden(Path directory) {
    /** A host with all capabilities but CAP_SYS_RESOURCE, on which the caller's stdout and stderr are pipes of root's. */
    static final Facts FACTS = new Facts(
            Arch.X86_64,
            40,
            "/sys/fs/cgroup",
            Limits.Facts.UNKNOWN,
            Set.of("/host/file"),
            Set.of("/proc"),
            Set.of("/there"),
            List.of(1, 2),
            "/home/user",
            Map.of("/tmp", 01777),
            Map.of(1, new Facts.Covered("/bundle/rootfs", "/run")),
            ~(1L << Capability.CAP_SYS_RESOURCE.number()),
            false,
            Map.of("/etc/resolv.conf", "/run/resolve/stub.conf"),
            List.of(
                    new Facts.HostMount("/bundle/closed/proc", true),
                    new Facts.HostMount("/bundle", true),
                    new Facts.HostMount("/proc", false)));

    /** The same host, of which a root file system that is not the container's own has the devices. */
    static Facts facts(Spec spec) {
        return spec.linux().hasOwnMounts() ? FACTS : withDevices(Planner.devicesThere(spec));
    }

    private static Facts withDevices(List<Device> devices) {
        return new Facts(
                FACTS.arch(),
                FACTS.lastCapability(),
                FACTS.cgroupRoot(),
                FACTS.limits(),
                FACTS.fileSources(),
                FACTS.procSources(),
                devices.stream().map(Device::path).collect(Collectors.toSet()),
                FACTS.stdioToChown(),
                FACTS.home(),
                FACTS.tmpfsModes(),
                FACTS.covered(),
                FACTS.capabilities(),
                FACTS.apparmor(),
                FACTS.places(),
                FACTS.hostMounts());
    }

    static final Planner.Request REQUEST = new Planner.Request("/bundle/rootfs", true, true, true, 0, true, false);

    static final Names NAMES = Names.of("c1", "/sys/fs/cgroup/jpod/c1");

    /** In a pod that maps owners. */
    static final Planner.Request MAPPED = new Planner.Request("/bundle/rootfs", true, true, true, 0, true, true);

    private static final Path ROOT = Path.of(System.getProperty("jpod.home"), "runtime-core/src/test/resources/golden");

    static Golden at(String name) {
        return new Golden(ROOT.resolve(name));
    }

    static Stream<Golden> all() {
        try (Stream<Path> directories = Files.list(ROOT)) {
            return directories
                    .filter(directory -> Files.exists(directory.resolve("config.json")))
                    .sorted()
                    .toList()
                    .stream()
                    .map(Golden::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Spec spec() {
        return SpecReader.read(bytes("config.json"), "config.json");
    }

    /** The container's plan; or that of the exec whose process.json lies here. */
    Plan plan() {
        if (Files.exists(directory.resolve("process.json"))) {
            Process process = SpecReader.readProcess(bytes("process.json"), "process.json");
            return ExecPlanner.exec(spec(), process, "", true, FACTS).of(NAMES);
        }
        boolean pivot = !directory.endsWith("no-pivot") && !directory.endsWith("no-pivot-user-namespace");
        Planner.Request usual = directory.endsWith("mapped-owners") ? MAPPED : REQUEST;
        Planner.Request request = new Planner.Request(
                usual.rootfs(), usual.cgroup(), pivot, usual.keyring(), 0, usual.waitForStart(), usual.mapsOwners());
        return Planner.plan(spec(), request, facts(spec())).of(NAMES);
    }

    /** The plans of its hooks, by their place. */
    Stream<Map.Entry<String, Plan>> hooks() {
        Spec spec = spec();
        return Arrays.stream(HookKind.values()).flatMap(kind -> {
            List<Hook> hooks = spec.hooks().of(kind);
            return Stream.iterate(0, i -> i < hooks.size(), i -> i + 1)
                    .map(i -> Map.entry(at(kind, i), hook(spec, kind, hooks.get(i), at(kind, i))));
        });
    }

    private static String at(HookKind kind, int index) {
        return "hooks.%s[%d]".formatted(kind.jsonName(), index);
    }

    private static Plan hook(Spec spec, HookKind kind, Hook hook, String at) {
        return switch (kind) {
            case PRESTART, CREATE_RUNTIME, POSTSTART, POSTSTOP ->
                ExecPlanner.hostHook(hook, at, "/bundle", List.of("OF=caller"));
            case CREATE_CONTAINER -> ExecPlanner.createContainerHook(spec, hook, at, true, REQUEST.rootfs());
            case START_CONTAINER ->
                ExecPlanner.startContainerHook(spec, hook, at, true, FACTS).of(NAMES);
        };
    }

    byte[] bytes(String name) {
        try {
            return Files.readAllBytes(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return directory.getFileName().toString();
    }
}
