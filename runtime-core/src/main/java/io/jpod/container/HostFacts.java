package io.jpod.container;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.plan.Facts;
import io.jpod.plan.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers what the planner needs to know of this host and of a container's root file system. Changes nothing. */
final class HostFacts {
    private static final int LAST_CAPABILITY =
            Integer.parseInt(Linux.readText("/proc/sys/kernel/cap_last_cap", 16).strip());

    private static final boolean APPARMOR = apparmor();

    /** The brain's own never change. */
    private static final long OWN_CAPABILITIES = readCapabilities();

    private HostFacts() {}

    /** @param cgroup the container's cgroup, to learn which files there will be; null: none */
    static Facts gather(Spec spec, Path rootfs, Optional<CgroupFs> cgroups, @Nullable String cgroup, List<Fd> stdio) {
        Set<String> files = new HashSet<>();
        Map<String, Integer> tmpfsModes = new HashMap<>();
        try (RootedPaths paths = open(rootfs)) {
            for (Spec.Mount mount : spec.mounts()) {
                if (isBind(mount) && mount.source() != null && isFile(mount.source())) {
                    files.add(mount.source());
                }
                if ("tmpfs".equals(mount.type())) {
                    paths.stat(mount.destination())
                            .ifPresent(stat -> tmpfsModes.put(mount.destination(), stat.mode() & 07777));
                }
            }
            Spec.Process process = spec.process();
            return new Facts(
                    Arch.host(),
                    LAST_CAPABILITY,
                    cgroups.map(CgroupFs::mount).orElse(null),
                    limits(spec, cgroups, cgroup),
                    files,
                    process == null ? List.of() : toChown(stdio, process.user().uid()),
                    process == null ? null : home(paths, process.user().uid()),
                    tmpfsModes,
                    capabilities(spec),
                    APPARMOR);
        }
    }

    /** Only limits that have more than one spelling ask for it. */
    private static Limits.Facts limits(Spec spec, Optional<CgroupFs> cgroups, @Nullable String cgroup) {
        Spec.Resources resources = spec.linux().resources();
        boolean asked = resources != null
                && (resources.blockIO() != null || !resources.hugepageLimits().isEmpty());
        return asked && cgroup != null && cgroups.isPresent() ? cgroups.get().facts(cgroup) : Limits.Facts.UNKNOWN;
    }

    private static RootedPaths open(Path rootfs) {
        try {
            return RootedPaths.open(rootfs.toString());
        } catch (SyscallException e) {
            throw new ContainerException("config.json: root.path: " + e.getMessage(), e);
        }
    }

    /** For a process that joins a container. */
    static Facts forProcess(Spec.Process process, String rootfs, List<Fd> stdio, boolean userNamespace) {
        try (RootedPaths paths = RootedPaths.open(rootfs)) {
            return new Facts(
                    Arch.host(),
                    LAST_CAPABILITY,
                    null,
                    Limits.Facts.UNKNOWN,
                    Set.of(),
                    toChown(stdio, process.user().uid()),
                    home(paths, process.user().uid()),
                    Map.of(),
                    userNamespace ? -1 : OWN_CAPABILITIES,
                    APPARMOR);
        }
    }

    private static boolean isBind(Spec.Mount mount) {
        return "bind".equals(mount.type())
                || mount.options().contains("bind")
                || mount.options().contains("rbind");
    }

    private static boolean isFile(String source) {
        try {
            return (Linux.stat(source).mode() & Flags.S_IFMT) != Flags.S_IFDIR;
        } catch (SyscallException missing) {
            // The step that opens it says so, with its place in the config.
            return false;
        }
    }

    /** Pipes, sockets and terminals that belong to somebody else; never /dev/null and its like, which are everybody's. */
    private static List<Integer> toChown(List<Fd> stdio, long uid) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < stdio.size(); i++) {
            Stat stat = Linux.stat(stdio.get(i));
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
        return spec.linux().namespace(Spec.NamespaceType.USER) != null ? -1 : OWN_CAPABILITIES;
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
