package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.exec.OpFailed;
import io.jpod.exec.StepFailed;
import io.jpod.exec.ThreadExecutor;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.MountTable;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Device;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Resources;
import io.jpod.oci.Spec;
import io.jpod.plan.Facts;
import io.jpod.plan.Limits;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import io.jpod.plan.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers what the planner needs to know of this host and of a container's root file system. Changes nothing. */
final class HostFacts {
    private static final int LAST_CAPABILITY =
            Integer.parseInt(Linux.readText("/proc/sys/kernel/cap_last_cap", 16).strip());

    private static final boolean APPARMOR = apparmor();

    /** linux/proc_ns.h. */
    private static final long PROC_ROOT_INODE = 1;

    /** The brain's own never change. */
    private static final long OWN_CAPABILITIES = readCapabilities();

    private HostFacts() {}

    /**
     * @param cgroup the container's cgroup, to learn which files there will be; null: none
     * @param pivot false: --no-pivot
     */
    static Facts gather(
            Spec spec,
            Path rootfs,
            Optional<CgroupFs> cgroups,
            @Nullable String cgroup,
            List<Fd> stdio,
            boolean pivot) {
        Set<String> files = new HashSet<>();
        Set<String> procs = new HashSet<>();
        Set<String> devices = new HashSet<>();
        Map<String, Integer> tmpfsModes = new HashMap<>();
        Map<Integer, Facts.Covered> covered = new HashMap<>();
        Map<String, String> places = new HashMap<>();
        try (RootView view = open(spec, rootfs)) {
            for (int i = 0; i < spec.mounts().size(); i++) {
                Mount mount = spec.mounts().get(i);
                if (mount.options().contains("remount")) {
                    continue;
                }
                boolean bind = mount.isBind();
                // A link in the place of these is refused (CVE-2019-19921).
                boolean kernels = !bind && ("proc".equals(mount.type()) || "sysfs".equals(mount.type()));
                String place = kernels ? Facts.clean(mount.destination()) : place(view, mount.destination(), places);
                boolean file = bind && mount.source() != null && view.isFile(mount.source());
                if (file) {
                    files.add(mount.source());
                }
                if (bind && place.equals("/proc") && mount.source() != null && isProc(mount.source())) {
                    procs.add(mount.source());
                }
                if ("tmpfs".equals(mount.type())) {
                    view.stat(place).ifPresent(stat -> tmpfsModes.put(place, stat.mode() & 07777));
                    if (mount.options().contains("tmpcopyup")) {
                        Facts.Covered directory = view.directory(place);
                        if (directory != null) {
                            covered.put(i, directory);
                        }
                    }
                }
                if (!covered.containsKey(i)) {
                    view.mount(place, bind && !file ? mount.source() : null);
                }
            }
            place(view, "/dev", places);
            for (Device device : Planner.devicesThere(spec)) {
                String path = Facts.clean(device.path());
                int slash = path.lastIndexOf('/');
                String directory = place(view, path.substring(0, Math.max(1, slash)), places);
                if (view.stat((slash == 0 ? "" : directory) + path.substring(slash))
                        .filter(stat -> isNode(stat, device))
                        .isPresent()) {
                    devices.add(device.path());
                }
            }
            Process process = spec.process();
            if (process != null && !process.cwd().equals("/")) {
                place(view, process.cwd(), places);
            }
            return new Facts(
                    Arch.host(),
                    LAST_CAPABILITY,
                    cgroups.map(CgroupFs::mount).orElse(null),
                    limits(spec, cgroups, cgroup),
                    files,
                    procs,
                    devices,
                    process == null ? List.of() : toChown(stdio, process.user().uid()),
                    process == null
                            ? null
                            : home(view.directory(), process.user().uid()),
                    tmpfsModes,
                    covered,
                    capabilities(spec),
                    APPARMOR,
                    places,
                    pivot ? List.of() : hostMounts());
        }
    }

    private static String place(RootView view, String path, Map<String, String> places) {
        String clean = Facts.clean(path);
        String place = view.place(clean);
        if (!place.equals(clean)) {
            places.put(clean, place);
        }
        return place;
    }

    /** Only limits that have more than one spelling ask for it. */
    private static Limits.Facts limits(Spec spec, Optional<CgroupFs> cgroups, @Nullable String cgroup) {
        Resources resources = spec.linux().resources();
        boolean asked = resources != null
                && (resources.blockIO() != null || !resources.hugepageLimits().isEmpty());
        return asked && cgroup != null && cgroups.isPresent() ? cgroups.get().facts(cgroup) : Limits.Facts.UNKNOWN;
    }

    private static RootView open(Spec spec, Path rootfs) {
        Namespace mount = spec.linux().namespace(NamespaceType.MOUNT);
        try {
            return mount == null || mount.path() == null
                    ? RootView.open(rootfs)
                    : RootView.of(rootfs, RootedPaths.of(sharedRoot(mount, rootfs)));
        } catch (SyscallException e) {
            throw new ContainerException("config.json: root.path: " + e.getMessage(), e);
        }
    }

    private static Fd sharedRoot(Namespace mount, Path rootfs) {
        Plan plan = Planner.sharedRoot(mount, rootfs.toString());
        Program look = Lowering.lower(plan, Arch.host(), 0).builder();
        try {
            return Objects.requireNonNull(
                    new ThreadExecutor(Kernel.get()).run(look, Map.of()).get(Lowering.ROOTFS));
        } catch (OpFailed e) {
            throw StepFailed.of(plan, look, e);
        }
    }

    /** For a process that joins a container. */
    static Facts forProcess(Process process, String rootfs, List<Fd> stdio, boolean userNamespace) {
        try (RootedPaths paths = RootedPaths.open(rootfs)) {
            return new Facts(
                    Arch.host(),
                    LAST_CAPABILITY,
                    null,
                    Limits.Facts.UNKNOWN,
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    toChown(stdio, process.user().uid()),
                    home(paths, process.user().uid()),
                    Map.of(),
                    Map.of(),
                    userNamespace ? -1 : OWN_CAPABILITIES,
                    APPARMOR,
                    Map.of(),
                    List.of());
        }
    }

    /**
     * What of the host --no-pivot leaves below the root: proc and sysfs wherever they are, for a nested user namespace may mount
     * them anew as long as one is in full view; and all mounts that lie on the root itself. Longer paths first.
     */
    private static List<Facts.HostMount> hostMounts() {
        List<MountTable.Mount> mounts = MountTable.own();
        List<String> points = mounts.stream()
                .map(MountTable.Mount::point)
                .filter(point -> !point.equals("/"))
                .toList();
        List<Facts.HostMount> found = new ArrayList<>();
        for (MountTable.Mount mount : mounts) {
            String point = mount.point();
            boolean kernels = mount.type().equals("proc") || mount.type().equals("sysfs");
            boolean onRoot = points.stream().noneMatch(other -> point.startsWith(other + "/"));
            if (!point.equals("/") && (kernels || onRoot)) {
                found.add(new Facts.HostMount(point, isClosed(Path.of(point).getParent())));
            }
        }
        found.sort(
                Comparator.<Facts.HostMount>comparingInt(mount -> mount.point().length())
                        .reversed());
        return found;
    }

    private static boolean isClosed(@Nullable Path directory) {
        try {
            return directory != null
                    && ((Stat.of(directory.toString()).mode() & 1) == 0 || isClosed(directory.getParent()));
        } catch (SyscallException covered) {
            // By a later mount: nobody comes there.
            return false;
        }
    }

    /** The root of a procfs: what lies below it has other files in other places. */
    private static boolean isProc(String source) {
        try {
            return Stat.fileSystem(source) == Flags.PROC_SUPER_MAGIC
                    && Stat.of(source).inode() == PROC_ROOT_INODE;
        } catch (SyscallException missing) {
            return false;
        }
    }

    /** Whether a file is what a device is to become (config-linux.md, "Devices": what does not match is an error). */
    private static boolean isNode(Stat stat, Device device) {
        long type = stat.mode() & Flags.S_IFMT;
        return type == device.type().number() && (device.type() == Device.Type.P || isNumbered(stat, device));
    }

    private static boolean isNumbered(Stat stat, Device device) {
        return stat.nodeMajor() == device.major() && stat.nodeMinor() == device.minor();
    }

    /** Pipes, sockets and terminals that belong to somebody else; never /dev/null and its like, which are everybody's. */
    private static List<Integer> toChown(List<Fd> stdio, long uid) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < stdio.size(); i++) {
            Stat stat = Stat.of(stdio.get(i));
            long type = stat.mode() & Flags.S_IFMT;
            boolean own = type == Flags.S_IFIFO || type == Flags.S_IFSOCK || type == Flags.S_IFREG;
            if (own && stat.uid() != uid) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    /** passwd(5): the sixth field of the user's line. */
    private static @Nullable String home(RootedPaths paths, long uid) {
        return paths.readText("/etc/passwd", 1 << 20)
                .flatMap(text -> text.lines()
                        .map(line -> line.split(":", -1))
                        .filter(fields -> fields.length >= 6 && fields[2].equals(Long.toString(uid)))
                        .map(fields -> fields[5])
                        .filter(home -> !home.isEmpty())
                        .findFirst())
                .orElse("/");
    }

    /** The first process of a new user namespace has them all, in there. */
    private static long capabilities(Spec spec) {
        return spec.linux().namespace(NamespaceType.USER) != null ? -1 : OWN_CAPABILITIES;
    }

    private static long readCapabilities() {
        return Linux.readText("/proc/self/status", 1 << 16)
                .lines()
                .filter(line -> line.startsWith("CapPrm:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    private static boolean apparmor() {
        Path enabled = Path.of("/sys/module/apparmor/parameters/enabled");
        return Files.exists(enabled) && Linux.readText(enabled.toString(), 16).startsWith("Y");
    }
}
