package io.jpod.plan;

import io.jpod.abi.Arch;
import io.jpod.json.InvalidJson;
import io.jpod.oci.Device;
import io.jpod.oci.IdMapping;
import io.jpod.oci.Linux;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Process;
import io.jpod.oci.Seccomp;
import io.jpod.oci.Spec;
import io.jpod.seccomp.Filter;
import io.jpod.seccomp.InvalidProfile;
import io.jpod.seccomp.SeccompCompiler;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a spec may ask for: combinations that make no sense, and what jpod cannot honour yet. Refused, never ignored. */
final class Validation {
    /** Files of /proc that lxcfs and its like mount over, as runc allows them; all else below /proc stays the kernel's (CVE-2019-16884). */
    private static final Set<String> PROC_FILES = Set.of(
            "/proc/cpuinfo",
            "/proc/diskstats",
            "/proc/meminfo",
            "/proc/stat",
            "/proc/swaps",
            "/proc/uptime",
            "/proc/loadavg",
            "/proc/slabinfo",
            "/proc/net/dev",
            "/proc/sys/kernel/ns_last_pid",
            "/proc/sys/crypto/fips_enabled");

    private static final Set<String> IPC_SYSCTLS = Set.of(
            "kernel/msgmax",
            "kernel/msgmnb",
            "kernel/msgmni",
            "kernel/sem",
            "kernel/shmall",
            "kernel/shmmax",
            "kernel/shmmni",
            "kernel/shm_rmid_forced");

    private final Spec spec;
    private final Linux linux;
    private final Planner.Request request;
    private final Facts facts;

    private Validation(Spec spec, Planner.Request request, Facts facts) {
        this.spec = spec;
        this.linux = spec.linux();
        this.request = request;
        this.facts = facts;
    }

    static void check(Spec spec, Planner.Request request, Facts facts) {
        Validation validation = new Validation(spec, request, facts);
        validation.unsupported();
        validation.namespaces();
        if (!spec.linux().hasOwnMounts()) {
            validation.sharedMounts();
        }
        validation.mounts();
        validation.devices();
        linuxSysctls(spec);
        validation.mappings();
        if (spec.process() != null) {
            process(spec.process(), "process", facts);
        }
    }

    private void unsupported() {
        refuse(!linux.netDevices().isEmpty(), "linux.netDevices", "moving network devices is not supported yet");
        refuse(linux.intelRdt() != null, "linux.intelRdt", "Intel RDT is not supported yet");
        refuse(linux.mountLabel() != null, "linux.mountLabel", "SELinux labels are not supported yet");
        Seccomp seccomp = linux.seccomp();
        refuse(
                seccomp != null && seccomp.listenerPath() != null,
                "linux.seccomp.listenerPath",
                "seccomp notification is not supported yet");
    }

    private void namespaces() {
        refuse(spec.root() == null, "root", "is required");
        refuse(
                spec.hostname() != null && linux.namespace(NamespaceType.UTS) == null,
                "hostname",
                "needs a uts namespace in linux.namespaces");
        refuse(
                spec.domainname() != null && linux.namespace(NamespaceType.UTS) == null,
                "domainname",
                "needs a uts namespace in linux.namespaces");
        refuse(
                !linux.timeOffsets().isEmpty() && linux.namespace(NamespaceType.TIME) == null,
                "linux.timeOffsets",
                "needs a time namespace in linux.namespaces");
    }

    /** What would change a mount namespace that others are in, and be there still when the container has gone. */
    private void sharedMounts() {
        String reason =
                "needs a new mount namespace in linux.namespaces: it would change one that is not the container's own";
        refuse(!spec.mounts().isEmpty(), "mounts[0]", reason);
        refuse(!linux.maskedPaths().isEmpty(), "linux.maskedPaths", reason);
        refuse(!linux.readonlyPaths().isEmpty(), "linux.readonlyPaths", reason);
        refuse(spec.root() != null && spec.root().readonly(), "root.readonly", reason);
        refuse(linux.rootfsPropagation() != null, "linux.rootfsPropagation", reason);
        refuse(request.mapsOwners(), "root.path", "with mapped owners " + reason);
        for (Device device : Planner.devicesThere(spec)) {
            int index = linux.devices().indexOf(device);
            refuse(
                    !facts.devices().contains(device.path()),
                    index < 0 ? "root.path" : "linux.devices[" + index + "].path",
                    "there is no such device as " + device.path()
                            + ", which is made only with a new mount namespace in linux.namespaces");
        }
    }

    private void mappings() {
        Namespace user = linux.namespace(NamespaceType.USER);
        boolean made = user != null && user.path() == null;
        refuse(
                request.mapsOwners() && (user == null || made),
                "linux.namespaces",
                "must have a user namespace by its path, from which the owners of files are seen");
        refuse(
                !made && !(linux.uidMappings().isEmpty() && linux.gidMappings().isEmpty()),
                "linux.uidMappings",
                user == null ? "needs a user namespace in linux.namespaces" : "a joined user namespace has its own");
        refuse(made && !mapsRoot(linux.uidMappings()), "linux.uidMappings", "must map container id 0");
        refuse(made && !mapsRoot(linux.gidMappings()), "linux.gidMappings", "must map container id 0");
    }

    private static boolean mapsRoot(List<IdMapping> mappings) {
        return mappings.stream().anyMatch(mapping -> mapping.containerID() == 0);
    }

    private void mounts() {
        for (int i = 0; i < spec.mounts().size(); i++) {
            Mount mount = spec.mounts().get(i);
            String at = "mounts[" + i + "]";
            MountOptions options = Mounts.parse(mount.options());
            refuse(!mount.uidMappings().isEmpty(), at + ".uidMappings", "idmapped mounts are not supported yet");
            for (String word : mount.options()) {
                refuse(word.equals("idmap") || word.equals("ridmap"), at + ".options", word + " is not supported yet");
            }
            boolean bind = options.bind() || "bind".equals(mount.type());
            refuse(
                    options.copyUp() && (bind || options.remount() || !"tmpfs".equals(mount.type())),
                    at + ".options",
                    "tmpcopyup is for a new tmpfs");
            refuse(
                    options.copyUp()
                            && linux.namespace(NamespaceType.USER) != null
                            && options.data().stream()
                                    .anyMatch(word -> word.startsWith("uid=") || word.startsWith("gid=")),
                    at + ".options",
                    "uid and gid cannot be mapped into the user namespace with tmpcopyup");
            refuse(
                    options.copyUp() && request.mapsOwners(),
                    at + ".options",
                    "tmpcopyup cannot copy files whose owners are mapped into the pod's user namespace");
            refuse(
                    !bind && !options.remount() && mount.type() == null,
                    at + ".type",
                    "is required unless options has bind or rbind");
            refuse(
                    bind && !options.remount() && mount.source() == null,
                    at + ".source",
                    "is required for a bind mount");
            String place = facts.place(mount.destination());
            refuse(place.equals("/"), at + ".destination", "must not be the root itself");
            refuse(
                    !bind && mount.type() != null && mount.type().startsWith("cgroup") && facts.cgroupRoot() == null,
                    at + ".type",
                    "this host has no cgroup2 file system mounted");
            proc(mount, place, at, bind);
        }
    }

    private void devices() {
        // A bind of a device by a link of the image would hide a file of /proc (CVE-2025-31133).
        refuse(MountPlan.below(facts.place("/dev"), "/proc"), "root.path", "/dev leads into /proc");
        for (int i = 0; i < linux.devices().size(); i++) {
            String path = Facts.clean(linux.devices().get(i).path());
            String directory = facts.place(path.substring(0, Math.max(1, path.lastIndexOf('/'))));
            refuse(MountPlan.below(directory, "/proc"), "linux.devices[" + i + "].path", "leads into /proc");
        }
    }

    private void proc(Mount mount, String place, String at, boolean bind) {
        if (place.equals("/proc")) {
            refuse(!bind && !"proc".equals(mount.type()), at + ".type", "only proc can be mounted on /proc");
            // What is written to files of /proc, labels of security modules among it, must reach the kernel
            // (CVE-2019-16884).
            refuse(
                    bind
                            && !Mounts.parse(mount.options()).remount()
                            && !facts.procSources().contains(String.valueOf(mount.source())),
                    at + ".source",
                    "is not a proc file system, and only that can be mounted on /proc");
        } else if (MountPlan.below(place, "/proc")) {
            refuse(!PROC_FILES.contains(place), at + ".destination", "mounting over " + place + " is not allowed");
        }
    }

    /** Only what a namespace of the container's own owns: everything else would be the host's. */
    private static void linuxSysctls(Spec spec) {
        for (Map.Entry<String, String> sysctl : spec.linux().sysctl().entrySet()) {
            String at = "linux.sysctl[\"" + sysctl.getKey() + "\"]";
            String path = sysctlPath(sysctl.getKey());
            refuse(!isSysctl(path), at, "is not the name of a sysctl");
            NamespaceType owner = owner(path);
            refuse(owner == null, at, "belongs to no namespace: it would change the host");
            refuse(
                    owner != null && spec.linux().namespace(owner) == null,
                    at,
                    owner == null ? "" : "needs a " + owner.jsonName() + " namespace in linux.namespaces");
            refuse(path.equals("kernel/hostname"), at, "use hostname instead");
        }
    }

    /** Whether it stays below /proc/sys. */
    static boolean isSysctl(String path) {
        return Stream.of(path.split("/", -1))
                .allMatch(part -> part.matches("[A-Za-z0-9_.:@-]+") && !part.matches("\\.+"));
    }

    /** The type of namespace that a sysctl belongs to; null: it is the host's. */
    static @Nullable NamespaceType owner(String path) {
        if (IPC_SYSCTLS.contains(path) || path.startsWith("fs/mqueue/")) {
            return NamespaceType.IPC;
        }
        if (path.startsWith("net/")) {
            return NamespaceType.NETWORK;
        }
        if (path.equals("kernel/domainname") || path.equals("kernel/hostname")) {
            return NamespaceType.UTS;
        }
        return null;
    }

    /** As sysctl(8): the first separator decides, so that net/ipv4/conf/eth0.1/x and net.ipv4.conf.eth0/1.x are the same. */
    static String sysctlPath(String key) {
        int dot = key.indexOf('.');
        int slash = key.indexOf('/');
        if (dot < 0 || slash >= 0 && slash < dot) {
            return key;
        }
        StringBuilder path = new StringBuilder(key);
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            path.setCharAt(i, c == '.' ? '/' : c == '/' ? '.' : c);
        }
        return path.toString();
    }

    /** What {@code process} may ask for, also in exec. */
    static void process(Process process, String at, Facts facts) {
        String dot = at.isEmpty() ? "" : at + ".";
        refuse(process.selinuxLabel() != null, dot + "selinuxLabel", "SELinux labels are not supported yet");
        refuse(
                process.apparmorProfile() != null && !facts.apparmor(),
                dot + "apparmorProfile",
                "AppArmor is not enabled on this host");
        refuse(
                process.execCPUAffinity() != null && process.execCPUAffinity().initial() != null,
                dot + "execCPUAffinity.initial",
                "is not supported yet");
    }

    static CredentialStep.LoadSeccomp seccompFilter(Seccomp seccomp, Arch arch, Consumer<String> warn) {
        Filter filter;
        try {
            filter = SeccompCompiler.compile(seccomp, arch);
        } catch (InvalidProfile e) {
            throw new InvalidJson("config.json", "linux.seccomp." + e.path(), e.reason());
        }
        filter.warnings().forEach(warning -> warn.accept("linux.seccomp: " + warning));
        return new CredentialStep.LoadSeccomp(filter);
    }

    private static void refuse(boolean when, String path, String reason) {
        if (when) {
            throw new InvalidJson("config.json", path, reason);
        }
    }
}
