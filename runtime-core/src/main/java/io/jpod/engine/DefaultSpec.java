package io.jpod.engine;

import io.jpod.container.Volumes;
import io.jpod.oci.Features;
import io.jpod.oci.Hooks;
import io.jpod.oci.Linux;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Resources;
import io.jpod.oci.Root;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecTemplate;
import io.jpod.plan.Capability;
import io.jpod.plan.Mounts;
import io.jpod.seccomp.DefaultProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The spec of a container that comes without one: closed by default, and opened up by name. Pure: what it has to know of the
 * host is given.
 */
public final class DefaultSpec {
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final long PIDS = 2048;
    private static final int UMASK = 022;

    /** Without NET_RAW, which can forge packets of its neighbours, MKNOD and AUDIT_WRITE. */
    private static final Set<Capability> CAPABILITIES = EnumSet.of(
            Capability.CAP_CHOWN,
            Capability.CAP_DAC_OVERRIDE,
            Capability.CAP_FOWNER,
            Capability.CAP_FSETID,
            Capability.CAP_KILL,
            Capability.CAP_NET_BIND_SERVICE,
            Capability.CAP_SETFCAP,
            Capability.CAP_SETGID,
            Capability.CAP_SETPCAP,
            Capability.CAP_SETUID,
            Capability.CAP_SYS_CHROOT);

    private static final List<String> MASKED_PATHS = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");

    private static final Set<String> PROPAGATION =
            Set.of("private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable");

    /**
     * What the host and the caller have to do with it.
     *
     * @param limitsPids whether the number of processes can be limited
     * @param thermalThrottles directories in which reads of other CPUs' counters tell when they are busy
     *     (GHSA-6fw5-f8r9-fgfm)
     * @param sharing whose namespaces it has
     * @param environment for variables without a value
     * @param volumes where those are that have a name
     */
    record Host(
            boolean limitsPids,
            List<String> thermalThrottles,
            Sharing sharing,
            Map<String, String> environment,
            Volumes volumes) {}

    private final Wish wish;
    private final Host host;

    private DefaultSpec(Wish wish, Host host) {
        this.wish = wish;
        this.host = host;
    }

    /**
     * @param name of the container
     * @param user who that is in its root file system
     * @throws InvalidWish naming the field that cannot be
     */
    static Spec of(Wish wish, Host host, String name, Process.User user) {
        return new DefaultSpec(wish, host).spec(name, user);
    }

    private Spec spec(String name, Process.User user) {
        if (!wish.workdir().startsWith("/")) {
            throw new InvalidWish("workdir", "must be absolute, is \"" + wish.workdir() + "\"");
        }
        String hostname = host.sharing().hostname(wish.hostname(), name);
        List<String> capabilities =
                capabilities().stream().map(Capability::name).toList();
        Process process = Process.of(wish.args().isEmpty() ? List.of("sh") : wish.args())
                .with(p -> {
                    p.terminal = wish.tty();
                    p.cwd = wish.workdir();
                    p.env = environment(hostname);
                    p.user = new Process.User(user.uid(), user.gid(), UMASK, user.additionalGids());
                    p.capabilities =
                            new Process.Capabilities(capabilities, capabilities, List.of(), capabilities, List.of());
                    p.noNewPrivileges = !wish.allowSetuid();
                });
        return new Spec(
                Features.SPEC_VERSION,
                process,
                new Root(wish.rootfs().toString(), wish.readOnly()),
                host.sharing().isOwn(NamespaceType.UTS) ? hostname : null,
                null,
                mounts(),
                Hooks.NONE,
                Map.of(),
                linux(name, capabilities));
    }

    private List<String> environment(String hostname) {
        List<String> env = new ArrayList<>(List.of(PATH, "HOSTNAME=" + hostname));
        if (wish.tty()) {
            env.add("TERM=" + host.environment().getOrDefault("TERM", "xterm"));
        }
        return Environment.with(env, wish.env(), host.environment());
    }

    /** Without ALL, what is dropped stays away even if it is added too. */
    private Set<Capability> capabilities() {
        boolean fromNothing = wish.capDrop().stream().anyMatch(DefaultSpec::isAll);
        Set<Capability> capabilities = fromNothing ? EnumSet.noneOf(Capability.class) : EnumSet.copyOf(CAPABILITIES);
        wish.capAdd().forEach(name -> capabilities.addAll(named("capAdd", name)));
        wish.capDrop().stream()
                .filter(name -> !isAll(name))
                .forEach(name -> capabilities.removeAll(named("capDrop", name)));
        return capabilities;
    }

    private static boolean isAll(String name) {
        return name.equalsIgnoreCase("ALL");
    }

    private static Set<Capability> named(String field, String name) {
        return isAll(name) ? EnumSet.allOf(Capability.class) : EnumSet.of(capability(field, name));
    }

    /** With or without CAP_, in any case. */
    static Capability capability(String field, String name) {
        return find(name).orElseThrow(() -> new InvalidWish(field, "no such capability: " + name));
    }

    /** By its name in any case, with or without CAP_. */
    static Optional<Capability> find(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return Optional.ofNullable(Capability.of(upper.startsWith("CAP_") ? upper : "CAP_" + upper));
    }

    // ---- mounts

    private List<Mount> mounts() {
        List<Mount> mounts = new ArrayList<>(List.of(
                new Mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")),
                new Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                new Mount(
                        "/dev/pts",
                        "devpts",
                        "devpts",
                        List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")),
                new Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")),
                new Mount("/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "ro")),
                new Mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
                host.sharing().shm()));
        wish.tmpfs().forEach(tmpfs -> mounts.add(tmpfs(tmpfs)));
        wish.volume().forEach(volume -> mounts.add(volume(volume)));
        return mounts;
    }

    private static Mount tmpfs(String text) {
        String[] parts = text.split(":", 2);
        List<String> words = words(parts.length < 2 ? "" : parts[1]);
        unless(words, "noexec", "exec");
        unless(words, "nosuid", "suid");
        unless(words, "nodev", "dev");
        if (words.stream().noneMatch(word -> word.startsWith("mode="))) {
            words.add("mode=1777");
        }
        return new Mount(destination("tmpfs", text, parts[0]), "tmpfs", "tmpfs", words);
    }

    private Mount volume(String text) {
        return volume(text, wish.paths(), host.volumes());
    }

    /**
     * @param paths what paths of the host mean
     * @param volumes where those are that have a name
     */
    public static Mount volume(String text, Function<String, Path> paths, Volumes volumes) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty()) {
            throw new InvalidWish("volume", "must be SRC:DST or SRC:DST:OPTION,..., is \"" + text + "\"");
        }
        List<String> words = words(parts.length < 3 ? "" : parts[2]);
        for (String word : words) {
            if (!Mounts.words().contains(word)) {
                throw new InvalidWish("volume", text + ": no such mount option: " + word);
            }
        }
        unless(words, "nosuid", "suid");
        unless(words, "nodev", "dev");
        if (words.stream().noneMatch(PROPAGATION::contains)) {
            words.add("rprivate");
        }
        if (!words.contains("bind")) {
            unless(words, "rbind", "rbind");
        }
        String source = (Volumes.isName(parts[0])
                        ? volumes.path(parts[0])
                        : paths.apply(parts[0]).normalize())
                .toString();
        return new Mount(destination("volume", text, parts[1]), "bind", source, words);
    }

    private static List<String> words(String options) {
        return options.isEmpty() ? new ArrayList<>() : new ArrayList<>(List.of(options.split(",")));
    }

    private static void unless(List<String> words, String word, String opposite) {
        if (!words.contains(word) && !words.contains(opposite)) {
            words.add(word);
        }
    }

    public static String destination(String field, String text, String destination) {
        boolean leadsUp = Stream.of(destination.split("/")).anyMatch(".."::equals);
        if (!destination.startsWith("/") || leadsUp) {
            throw new InvalidWish(field, text + ": the place in the container must be absolute and without \"..\"");
        }
        return destination;
    }

    // ---- linux

    private Linux linux(String name, List<String> capabilities) {
        List<Namespace> namespaces = SpecTemplate.NAMESPACES.stream()
                .flatMap(type -> host.sharing().namespace(type).stream())
                .toList();
        return Linux.NONE.with(l -> {
            l.namespaces = namespaces;
            l.cgroupsPath = host.sharing().cgroupsPath(wish.cgroupParent(), name);
            l.resources = wish.limits()
                    .resources(
                            List.of(new Resources.DeviceRule(false, null, null, null, "rwm")),
                            host.limitsPids() ? PIDS : null);
            l.seccomp = DefaultProfile.forCapabilities(capabilities);
            l.maskedPaths = Stream.concat(MASKED_PATHS.stream(), host.thermalThrottles().stream())
                    .toList();
            l.readonlyPaths = SpecTemplate.READONLY_PATHS;
        });
    }
}
