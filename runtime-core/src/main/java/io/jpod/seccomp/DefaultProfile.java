package io.jpod.seccomp;

import io.jpod.oci.Seccomp;
import io.jpod.oci.SpecReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The profile of containers that come without one: default-seccomp.json, opened up by what the container's capabilities
 * are for.
 *
 * <p>Calls that are known and refused return EPERM, all others that are not allowed ENOSYS, so that programs fall back
 * (clone3 is among them, since a filter cannot see its flags). Only the native architecture may call, as 32-bit
 * {@code socketcall} cannot be filtered. AF_ALG and AF_VSOCK answer as in a kernel without them: EAFNOSUPPORT.
 */
public final class DefaultProfile {
    private static final Set<String> SYS_ADMIN = Set.of(
            "bpf",
            "clone",
            "clone3",
            "fanotify_init",
            "fsconfig",
            "fsmount",
            "fsopen",
            "fspick",
            "lookup_dcookie",
            "lsm_get_self_attr",
            "lsm_list_modules",
            "lsm_set_self_attr",
            "mount",
            "mount_setattr",
            "move_mount",
            "open_tree",
            "open_tree_attr",
            "perf_event_open",
            "pivot_root",
            "quotactl",
            "quotactl_fd",
            "setdomainname",
            "sethostname",
            "setns",
            "syslog",
            "umount2",
            "unshare");

    private static final Map<String, Set<String>> UNLOCKED_BY = Map.ofEntries(
            Map.entry("CAP_SYS_ADMIN", SYS_ADMIN),
            Map.entry("CAP_BPF", Set.of("bpf")),
            Map.entry("CAP_DAC_READ_SEARCH", Set.of("open_by_handle_at")),
            Map.entry("CAP_PERFMON", Set.of("perf_event_open")),
            Map.entry("CAP_SYS_BOOT", Set.of("reboot")),
            Map.entry("CAP_SYS_CHROOT", Set.of("chroot")),
            Map.entry("CAP_SYS_MODULE", Set.of("delete_module", "finit_module", "init_module")),
            Map.entry("CAP_SYS_NICE", Set.of("get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node")),
            Map.entry("CAP_SYS_PACCT", Set.of("acct")),
            Map.entry("CAP_SYS_PTRACE", Set.of("kcmp", "pidfd_getfd", "process_madvise")),
            Map.entry("CAP_SYS_RAWIO", Set.of("ioperm", "iopl")),
            Map.entry("CAP_SYS_TIME", Set.of("clock_settime", "settimeofday")),
            Map.entry("CAP_SYS_TTY_CONFIG", Set.of("vhangup")),
            Map.entry("CAP_SYSLOG", Set.of("syslog")));

    private DefaultProfile() {}

    /**
     * @param capabilities the bounding set of the container, as in config.json ({@code CAP_SYS_ADMIN}); those that open
     *     nothing up are ignored
     */
    public static Seccomp forCapabilities(Collection<String> capabilities) {
        Set<String> unlocked = new TreeSet<>();
        capabilities.forEach(capability -> unlocked.addAll(UNLOCKED_BY.getOrDefault(capability, Set.of())));
        Seccomp locked = read();
        return unlocked.isEmpty() ? locked : unlock(locked, unlocked);
    }

    private static Seccomp unlock(Seccomp locked, Set<String> unlocked) {
        List<Seccomp.Rule> rules = new ArrayList<>();
        for (Seccomp.Rule rule : locked.syscalls()) {
            List<String> names = rule.names().stream()
                    .filter(name -> !unlocked.contains(name))
                    .toList();
            if (!names.isEmpty()) {
                rules.add(new Seccomp.Rule(names, rule.action(), rule.errnoRet(), rule.args()));
            }
        }
        rules.add(new Seccomp.Rule(List.copyOf(unlocked), Seccomp.Action.SCMP_ACT_ALLOW, null, List.of()));
        return new Seccomp(
                locked.defaultAction(),
                locked.defaultErrnoRet(),
                locked.architectures(),
                locked.flags(),
                locked.listenerPath(),
                locked.listenerMetadata(),
                rules);
    }

    private static Seccomp read() {
        String name = "default-seccomp.json";
        try (InputStream json = Objects.requireNonNull(DefaultProfile.class.getResourceAsStream(name), name)) {
            return SpecReader.readSeccomp(json.readAllBytes(), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
