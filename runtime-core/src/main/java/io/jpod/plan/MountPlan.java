package io.jpod.plan;

import io.jpod.abi.Flags;
import io.jpod.oci.Device;
import io.jpod.oci.Mount;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Resources.DeviceRule;
import io.jpod.oci.Spec;
import io.jpod.plan.Plan.Sink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The steps for {@code mounts}, devices and the links in /dev. Mounts are made in the order of the config (config.md,
 * "Mounts"), from the first one on that takes the container's process by that process: proc shows the pid namespace, cgroup2
 * the cgroup namespace of who mounts it. What the config mounts where jpod makes something by default stays.
 */
final class MountPlan {
    private static final List<Device> DEFAULT_DEVICES = List.of(
            device("/dev/null", 1, 3),
            device("/dev/zero", 1, 5),
            device("/dev/full", 1, 7),
            device("/dev/random", 1, 8),
            device("/dev/urandom", 1, 9),
            device("/dev/tty", 5, 0));

    /**
     * What comes after the spec's rules, as with runc: making nodes is harmless where opening them is filtered, and the
     * default devices and terminals (136, and 5:2 for ptmx) have to work.
     */
    static final List<DeviceRule> ALWAYS_ALLOWED = alwaysAllowed();

    private static List<DeviceRule> alwaysAllowed() {
        List<DeviceRule> rules = new ArrayList<>();
        rules.add(new DeviceRule(true, DeviceRule.Type.C, null, null, "m"));
        rules.add(new DeviceRule(true, DeviceRule.Type.B, null, null, "m"));
        for (Device device : DEFAULT_DEVICES) {
            rules.add(new DeviceRule(true, DeviceRule.Type.C, device.major(), device.minor(), "rwm"));
        }
        rules.add(new DeviceRule(true, DeviceRule.Type.C, 136L, null, "rwm"));
        rules.add(new DeviceRule(true, DeviceRule.Type.C, 5L, 2L, "rwm"));
        return List.copyOf(rules);
    }

    /** Below /dev. */
    private static final Map<String, String> LINKS = new LinkedHashMap<>();

    static {
        LINKS.put("/fd", "/proc/self/fd");
        LINKS.put("/stdin", "/proc/self/fd/0");
        LINKS.put("/stdout", "/proc/self/fd/1");
        LINKS.put("/stderr", "/proc/self/fd/2");
        LINKS.put("/ptmx", "pts/ptmx");
    }

    private final Spec spec;
    private final Facts facts;
    private final String dev;
    private final List<Planned> mounts = new ArrayList<>();
    private final boolean userNamespace;
    private final String rootfs;
    private int made;

    /** One entry of {@code mounts}; the place is where its destination leads, and covered what a copy is made of. */
    private record Planned(
            String from,
            String place,
            String type,
            @Nullable String source,
            MountOptions options,
            boolean bind,
            Facts.@Nullable Covered covered) {
        String handle() {
            return "source " + from;
        }

        boolean needsProcess() {
            return !bind && !options.remount() && (type.equals("proc") || type.equals("cgroup2"));
        }

        boolean hasSource() {
            return bind && !options.remount() && source != null;
        }

        boolean isShared() {
            return options.propagation().stream().anyMatch(propagation -> propagation.flag() == Flags.MS_SHARED);
        }

        boolean isReadonlyTmpfs() {
            return type.equals("tmpfs")
                    && !bind
                    && !options.remount()
                    && ((options.set() | options.setRecursive()) & Flags.MOUNT_ATTR_RDONLY) != 0;
        }
    }

    /** @param rootfs absolute path of root.path */
    MountPlan(Spec spec, Facts facts, String rootfs) {
        this.spec = spec;
        this.facts = facts;
        this.rootfs = rootfs;
        this.dev = facts.place("/dev");
        this.userNamespace = spec.linux().namespace(NamespaceType.USER) != null;
        for (int i = 0; i < spec.mounts().size(); i++) {
            mounts.add(planned(i, spec.mounts().get(i)));
        }
    }

    private Planned planned(int index, Mount mount) {
        String type = mount.type() == null ? "" : mount.type();
        MountOptions options = Mounts.parse(mount.options());
        String source = mount.source();
        boolean bind = options.bind() || type.equals("bind");
        if (!bind && type.startsWith("cgroup")) {
            type = "cgroup2";
            source = "cgroup2";
            if (spec.linux().namespace(NamespaceType.CGROUP) == null) {
                // Without a cgroup namespace of its own the container sees the host's hierarchy.
                bind = true;
                source = facts.cgroupRoot();
            }
        }
        return new Planned(
                "mounts[" + index + "]",
                facts.place(mount.destination()),
                type,
                source,
                options,
                bind,
                options.copyUp() ? facts.covered().get(index) : null);
    }

    static boolean below(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory.endsWith("/") ? directory : directory + "/");
    }

    /** Before the rest: copying files is no system call, and the thread that builds runs nothing else. */
    void fill(Sink plan) {
        for (Planned mount : mounts) {
            if (mount.covered() != null) {
                plan.add(
                        new BrainStep.FillTmpfs(
                                mount.handle(), mount.source(), mount.place(), mount.covered(), writable(mount)),
                        mount.from());
            }
        }
    }

    /**
     * On the host, before any namespace changes: sources that cannot wait for their turn. In a user namespace they may be
     * closed to the process, and what is to be shared with the host must be a copy of the host's own mount, and not of our
     * slave of it.
     */
    void openSources(Sink plan) {
        for (Planned mount : mounts) {
            if (mount.hasSource() && when(mount) == Turn.BEFORE) {
                openSource(plan, mount);
            }
        }
        for (Device device : devices()) {
            if (isBound(device)) {
                String path = Facts.clean(device.path());
                plan.add(new HostStep.OpenSource("source " + device.path(), path, false), deviceFrom(device));
            }
        }
    }

    /** When a source is opened: a copy of it is as old as that in mountinfo from Linux 6.8 on, so best by its turn. */
    private enum Turn {
        BEFORE,
        ON_THE_HOST,
        IN_THE_ROOT
    }

    private Turn when(Planned mount) {
        if (isInRoot(mount)) {
            // An earlier mount may lie there.
            return Turn.IN_THE_ROOT;
        }
        return userNamespace || mount.isShared() ? Turn.BEFORE : Turn.ON_THE_HOST;
    }

    /** What leads up may lead out, and is the host's to look up. */
    private boolean isInRoot(Planned mount) {
        String source = mount.source();
        return source != null
                && source.startsWith(rootfs + "/")
                && !List.of(source.split("/")).contains("..");
    }

    private void openSource(Sink plan, Planned mount) {
        boolean recursive = mount.options().recursive() || mount.type().equals("cgroup2");
        String source = Objects.requireNonNull(mount.source());
        Step open = isInRoot(mount)
                ? new HostStep.OpenSourceInside(mount.handle(), source.substring(rootfs.length()), recursive)
                : new HostStep.OpenSource(mount.handle(), source, recursive);
        plan.add(open, mount.from() + ".source");
    }

    /** Those before the first one that takes the process itself: there the plan is cut. */
    void untilProcess(Sink plan) {
        while (made < mounts.size() && !mounts.get(made).needsProcess()) {
            mount(plan, mounts.get(made));
            made++;
        }
    }

    boolean isComplete() {
        return made == mounts.size();
    }

    /** Whether one that is left has a source that is to be looked up on the host. */
    boolean needHost() {
        return mounts.subList(made, mounts.size()).stream()
                .anyMatch(mount -> mount.hasSource() && when(mount) == Turn.ON_THE_HOST);
    }

    /** Those that are left. */
    void rest(Sink plan) {
        while (made < mounts.size()) {
            mount(plan, mounts.get(made));
            made++;
        }
    }

    private void mount(Sink plan, Planned mount) {
        MountOptions options = mount.options();
        if (options.remount()) {
            plan.add(new RootfsStep.Remount(mount.place(), options), mount.from());
        } else if (mount.bind()) {
            String source = mount.source() == null ? "" : mount.source();
            boolean file = facts.fileSources().contains(source);
            if (when(mount) != Turn.BEFORE) {
                openSource(plan, mount);
            }
            plan.add(
                    new RootfsStep.MountBind(mount.handle(), source, mount.place(), options, file, follows(mount)),
                    mount.from());
        } else {
            plan.add(
                    new RootfsStep.MountFilesystem(
                            mount.type(),
                            mount.source(),
                            mount.place(),
                            withMode(mount),
                            follows(mount),
                            mount.covered() == null ? null : mount.handle()),
                    mount.from());
        }
    }

    /** Its place has no links but those of a file system mounted before, which nobody could look into. */
    private boolean follows(Planned mount) {
        return mounts.subList(0, made).stream()
                .anyMatch(before -> !before.bind()
                        && !before.options().remount()
                        && !MountCalls.PSEUDO.contains(before.type())
                        && below(mount.place(), before.place()));
    }

    /** A tmpfs takes the mode of the directory that it covers, as with runc; the kernel's own default is 1777. */
    private MountOptions withMode(Planned mount) {
        MountOptions options = writable(mount);
        if (!mount.type().equals("tmpfs") || options.data().stream().anyMatch(word -> word.startsWith("mode="))) {
            return options;
        }
        List<String> data = new ArrayList<>(options.data());
        data.add("mode=" + Integer.toOctalString(facts.tmpfsModes().getOrDefault(mount.place(), 0755)));
        return options.withData(data);
    }

    /** See {@link #closeTmpfs}. */
    private static MountOptions writable(Planned mount) {
        return mount.isReadonlyTmpfs() ? mount.options().writable() : mount.options();
    }

    /** False where the host's /dev is bound into the container: then nothing of it is ours to change. */
    private boolean ownsDev() {
        return mounts.stream().noneMatch(mount -> mount.bind() && mount.place().equals(dev));
    }

    /**
     * Nodes cannot be made in a user namespace; and where /dev is the image's own directory, what lies there is bound over
     * rather than trusted (CVE-2025-31133). A fifo is nobody's device.
     */
    private boolean isBound(Device device) {
        return device.type() != Device.Type.P
                && (userNamespace
                        || mounts.stream()
                                .noneMatch(m ->
                                        m.type().equals("tmpfs") && m.place().equals(dev)));
    }

    /** Whether a terminal is bound on /dev/console. */
    boolean ownsConsole() {
        return ownsDev() && isFree("/dev/console");
    }

    /** Whether the config mounts nothing there itself. */
    private boolean isFree(String path) {
        String place = place(path);
        return mounts.stream().noneMatch(mount -> mount.place().equals(place));
    }

    /** Of a device or a link: where its directory leads, and what it is called there. */
    private String place(String path) {
        String clean = Facts.clean(path);
        int slash = clean.lastIndexOf('/');
        return slash == 0 ? clean : facts.place(clean.substring(0, slash)) + clean.substring(slash);
    }

    void makeDevices(Sink plan) {
        for (Device device : devices()) {
            if (isBound(device) || !facts.devices().contains(device.path())) {
                plan.add(new RootfsStep.MakeDevice(device, place(device.path()), isBound(device)), deviceFrom(device));
            }
        }
        if (ownsDev()) {
            LINKS.forEach((name, target) -> {
                if (isFree("/dev" + name)) {
                    plan.add(new RootfsStep.Symlink(dev + name, target), "default");
                }
            });
        }
    }

    /** A tmpfs that the config wants read-only becomes it when devices and mount points are in it. */
    void closeTmpfs(Sink plan) {
        for (int i = 0; i < mounts.size(); i++) {
            Planned mount = mounts.get(i);
            boolean covered = mounts.subList(i + 1, mounts.size()).stream()
                    .anyMatch(later -> !later.options().remount() && below(mount.place(), later.place()));
            if (mount.isReadonlyTmpfs() && !covered) {
                plan.add(new RootfsStep.Remount(mount.place(), Mounts.parse(List.of("ro"))), mount.from());
            }
        }
    }

    /** The default devices, unless the spec has its own at the same path, then the spec's; and none where it has a mount. */
    private List<Device> devices() {
        if (!ownsDev()) {
            return List.of();
        }
        List<Device> all = withDefaultDevices(spec);
        all.removeIf(device -> !isFree(device.path()));
        return all;
    }

    static List<Device> withDefaultDevices(Spec spec) {
        List<Device> own = spec.linux().devices();
        List<Device> all = new ArrayList<>(DEFAULT_DEVICES);
        all.removeIf(device -> own.stream().anyMatch(other -> other.path().equals(device.path())));
        all.addAll(own);
        return all;
    }

    private String deviceFrom(Device device) {
        int index = spec.linux().devices().indexOf(device);
        return index < 0 ? "default" : "linux.devices[" + index + "]";
    }

    private static Device device(String path, long major, long minor) {
        return new Device(Device.Type.C, path, major, minor, 0666, null, null);
    }
}
