package io.jpod.plan;

import io.jpod.abi.Flags;
import io.jpod.oci.Spec;
import io.jpod.oci.Spec.NamespaceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The steps for {@code mounts}, devices and the links in /dev. Mounts keep the order of the config. Those that only the
 * container's process can make (proc shows the pid namespace, cgroup the cgroup namespace of who mounts it), and those
 * above or below them, come after it has moved in.
 */
final class MountPlan {
    private static final List<Spec.Device> DEFAULT_DEVICES = List.of(
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
    static final List<Spec.DeviceRule> ALWAYS_ALLOWED = alwaysAllowed();

    private static List<Spec.DeviceRule> alwaysAllowed() {
        List<Spec.DeviceRule> rules = new ArrayList<>();
        rules.add(new Spec.DeviceRule(true, "c", null, null, "m"));
        rules.add(new Spec.DeviceRule(true, "b", null, null, "m"));
        for (Spec.Device device : DEFAULT_DEVICES) {
            rules.add(new Spec.DeviceRule(true, "c", device.major(), device.minor(), "rwm"));
        }
        rules.add(new Spec.DeviceRule(true, "c", 136L, null, "rwm"));
        rules.add(new Spec.DeviceRule(true, "c", 5L, 2L, "rwm"));
        return List.copyOf(rules);
    }

    private static final Map<String, String> LINKS = new LinkedHashMap<>();

    static {
        LINKS.put("/dev/fd", "/proc/self/fd");
        LINKS.put("/dev/stdin", "/proc/self/fd/0");
        LINKS.put("/dev/stdout", "/proc/self/fd/1");
        LINKS.put("/dev/stderr", "/proc/self/fd/2");
        LINKS.put("/dev/ptmx", "pts/ptmx");
    }

    private final Spec spec;
    private final Facts facts;
    private final List<Planned> mounts = new ArrayList<>();
    private final boolean userNamespace;

    /** One entry of {@code mounts}. */
    private record Planned(
            String from,
            String destination,
            String type,
            @Nullable String source,
            MountOptions options,
            boolean bind,
            boolean inside) {
        String handle() {
            return "source " + from;
        }
    }

    /** @param early whether the process makes all mounts itself, so that none has to wait for it */
    MountPlan(Spec spec, Facts facts, boolean early) {
        this.spec = spec;
        this.facts = facts;
        this.userNamespace = spec.linux().namespace(NamespaceType.USER) != null;
        for (int i = 0; i < spec.mounts().size(); i++) {
            mounts.add(planned(i, spec.mounts().get(i), early));
        }
    }

    private Planned planned(int index, Spec.Mount mount, boolean early) {
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
        boolean own = !bind && (type.equals("proc") || type.equals("cgroup2"));
        boolean inside = !early && (own || related(mount.destination()));
        return new Planned("mounts[" + index + "]", mount.destination(), type, source, options, bind, inside);
    }

    /** Whether an earlier mount that waits for the process is above or below this one. */
    private boolean related(String destination) {
        return mounts.stream()
                .filter(Planned::inside)
                .anyMatch(m -> below(destination, m.destination()) || below(m.destination(), destination));
    }

    static boolean below(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory.endsWith("/") ? directory : directory + "/");
    }

    void openSources(Sink plan) {
        for (Planned mount : mounts) {
            if (mount.bind() && !mount.options().remount() && mount.source() != null) {
                boolean recursive = mount.options().recursive() || mount.type().equals("cgroup2");
                plan.add(new Step.OpenSource(mount.handle(), mount.source(), recursive), mount.from() + ".source");
            }
        }
        if (ownsDev() && bindsDevices()) {
            for (Spec.Device device : allDevices()) {
                plan.add(new Step.OpenSource("source " + device.path(), device.path(), false), deviceFrom(device));
            }
        }
    }

    void mountOutside(Sink plan) {
        mounts.stream().filter(mount -> !mount.inside()).forEach(mount -> mount(plan, mount));
    }

    void mountInside(Sink plan) {
        mounts.stream().filter(Planned::inside).forEach(mount -> mount(plan, mount));
    }

    private void mount(Sink plan, Planned mount) {
        MountOptions options = mount.options();
        if (options.remount()) {
            plan.add(new Step.Remount(mount.destination(), options), mount.from());
        } else if (mount.bind()) {
            String source = mount.source() == null ? "" : mount.source();
            boolean file = facts.fileSources().contains(source);
            plan.add(new Step.MountBind(mount.handle(), source, mount.destination(), options, file), mount.from());
        } else {
            plan.add(
                    new Step.MountFilesystem(mount.type(), mount.source(), mount.destination(), withMode(mount)),
                    mount.from());
        }
    }

    /** A tmpfs takes the mode of the directory that it covers, as with runc; the kernel's own default is 1777. */
    private MountOptions withMode(Planned mount) {
        MountOptions options = isReadonlyDev(mount) ? mount.options().writable() : mount.options();
        if (!mount.type().equals("tmpfs") || options.data().stream().anyMatch(word -> word.startsWith("mode="))) {
            return options;
        }
        List<String> data = new ArrayList<>(options.data());
        data.add("mode=" + Integer.toOctalString(facts.tmpfsModes().getOrDefault(mount.destination(), 0755)));
        return options.withData(data);
    }

    /** False where the host's /dev is bound into the container: then nothing of it is ours to change. */
    boolean ownsDev() {
        return mounts.stream()
                .noneMatch(mount -> mount.bind() && mount.destination().equals("/dev"));
    }

    /**
     * Nodes cannot be made in a user namespace; and where /dev is the image's own directory, what lies there is bound over
     * rather than trusted (CVE-2025-31133).
     */
    private boolean bindsDevices() {
        return userNamespace
                || mounts.stream()
                        .noneMatch(
                                m -> m.type().equals("tmpfs") && m.destination().equals("/dev"));
    }

    void devices(Sink plan) {
        if (!ownsDev()) {
            return;
        }
        for (Spec.Device device : allDevices()) {
            plan.add(new Step.MakeDevice(device, bindsDevices()), deviceFrom(device));
        }
        LINKS.forEach((path, target) -> plan.add(new Step.Symlink(path, target), "default"));
        mounts.stream()
                .filter(MountPlan::isReadonlyDev)
                .forEach(mount -> plan.add(new Step.Remount("/dev", Mounts.parse(List.of("ro"))), mount.from()));
    }

    /** A tmpfs that becomes read-only once the devices are in it. */
    private static boolean isReadonlyDev(Planned mount) {
        return mount.destination().equals("/dev")
                && mount.type().equals("tmpfs")
                && !mount.options().remount()
                && (mount.options().set() & Flags.MOUNT_ATTR_RDONLY) != 0;
    }

    /** The default devices, unless the spec has its own at the same path, then the spec's. */
    private List<Spec.Device> allDevices() {
        List<Spec.Device> own = spec.linux().devices();
        List<Spec.Device> all = new ArrayList<>(DEFAULT_DEVICES);
        all.removeIf(device -> own.stream().anyMatch(other -> other.path().equals(device.path())));
        all.addAll(own);
        return all;
    }

    private String deviceFrom(Spec.Device device) {
        int index = spec.linux().devices().indexOf(device);
        return index < 0 ? "default" : "linux.devices[" + index + "]";
    }

    private static Spec.Device device(String path, long major, long minor) {
        return new Spec.Device("c", path, major, minor, 0666, null, null);
    }
}
