package io.jpod.cgroup;

import io.jpod.abi.Errno;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import io.jpod.plan.Limit;
import io.jpod.plan.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One cgroup of the version 2 hierarchy, held by a descriptor of its directory. {@link CgroupFs} makes, opens and removes
 * them; closing one leaves it where it is.
 *
 * <p>A cgroup that somebody else removed has no processes, no figures, and is not frozen; what has to be written to it fails
 * with a message that names it.
 */
public final class Cgroup implements AutoCloseable {
    static final String OWNER = "trusted.jpod.root";

    private static final String DELEGATE = "/sys/kernel/cgroup/delegate";
    private static final List<String> DELEGATE_BEFORE_5_0 =
            List.of("cgroup.procs", "cgroup.subtree_control", "cgroup.threads");

    private final CgroupDir dir;
    private final List<String> created;

    Cgroup(CgroupDir dir, List<String> created) {
        this.dir = dir;
        this.created = List.copyOf(created);
    }

    /** The directory. */
    public String path() {
        return dir.path();
    }

    /** The directory's descriptor, O_PATH, for CLONE_INTO_CGROUP. It stays this object's. */
    public Fd fd() {
        return dir.fd();
    }

    /** The directories that were made for it, parents first; empty if it was there before, or was only opened. */
    public List<String> created() {
        return created;
    }

    /** Notes on the cgroup who has made it, xattr(7): many state roots may have theirs in one hierarchy. */
    public void setOwner(CgroupOwner owner) {
        Linux.setTrustedAttribute(path(), OWNER, owner.note());
        for (String parent : created) {
            if (!parent.equals(path())) {
                Linux.setTrustedAttribute(parent, OWNER, owner.ofParent().note());
            }
        }
    }

    /** Moves a process into it. */
    public void add(int pid) {
        dir.write("cgroup.procs", Integer.toString(pid));
    }

    /** Whether a process that is not a zombie is in it or below. */
    public boolean isPopulated() {
        return "1".equals(dir.value("cgroup.events", "populated"));
    }

    /** Whether all of its processes have stopped, by its own freezer or that of a cgroup above. */
    public boolean isFrozen() {
        return "1".equals(dir.value("cgroup.events", "frozen"));
    }

    /** The processes in it and below, zombies included, as this process's pid namespace numbers them. */
    public List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        collect(dir.self(), pids);
        return pids;
    }

    private void collect(Path cgroup, List<Integer> pids) {
        try {
            for (String pid : Files.readAllLines(cgroup.resolve("cgroup.procs"))) {
                pids.add(Integer.valueOf(pid));
            }
        } catch (IOException e) {
            if (isDomain(cgroup)) {
                throw new CgroupFailed("cannot list the processes of " + path() + ": " + e.getMessage());
            }
            return;
        }
        CgroupDir.children(cgroup).forEach(child -> collect(child, pids));
    }

    /** False also if it is gone. The processes of a threaded cgroup are listed by the domain above it alone. */
    private static boolean isDomain(Path cgroup) {
        try {
            String type = Files.readString(cgroup.resolve("cgroup.type")).strip();
            return type.equals("domain") || type.equals("domain threaded");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Writes limits, in their order, up to the first that fails. Those before it stay written.
     *
     * @throws CgroupFailed naming the configuration's field, the file, the value and the errno
     */
    public void apply(List<Limit> limits) {
        for (Limit limit : limits) {
            try {
                dir.write(limit.file(), limit.value());
            } catch (SyscallException e) {
                throw new CgroupFailed(limit.toString(), e, meaning(e, limit));
            }
        }
    }

    private String meaning(SyscallException e, Limit limit) {
        if (e.is(Errno.ENOENT)) {
            return dir.read("cgroup.procs") == null
                    ? path() + " is gone"
                    : "this kernel has no " + limit.file() + " in " + path();
        }
        if (e.is(Errno.ENODEV) && dir.read("cgroup.procs") != null) {
            return "there is no such device, or it cannot be limited";
        }
        return "in " + path();
    }

    /** What {@link Limits} has to know of it, for an update. */
    public Limits.Facts facts() {
        return new Limits.Facts(dir.files(), Math.max(0, KeyedText.number(dir.read("memory.current"), 0)));
    }

    /**
     * Stops all processes in it and below, and waits until they have.
     *
     * @throws CgroupFailed if they have not in time; then they run again
     */
    public void freeze(Duration timeout) {
        write("cgroup.freeze", "1", "cannot freeze ");
        if (!dir.await("frozen", "1", timeout, false)) {
            write("cgroup.freeze", "0", "cannot thaw ");
            throw new CgroupFailed("cannot freeze " + path() + ": not all of its processes stopped within "
                    + timeout.toMillis() + " ms, so they run again");
        }
    }

    /**
     * Lets the processes run again.
     *
     * @throws CgroupFailed if they do not, because a cgroup above is frozen
     */
    public void thaw(Duration timeout) {
        write("cgroup.freeze", "0", "cannot thaw ");
        if (!dir.await("frozen", "0", timeout, true)) {
            throw new CgroupFailed("cannot thaw " + path() + ": a cgroup above it is frozen");
        }
    }

    /**
     * Kills every process in it and below with SIGKILL, those that are being forked and frozen ones too (cgroup.kill, Linux
     * 5.14), and waits until they are gone. One that is gone already is no error.
     *
     * @throws CgroupFailed if some are still there when the time is over, by number
     */
    public void kill(Duration timeout) {
        try {
            dir.write("cgroup.kill", "1");
        } catch (SyscallException e) {
            if (e.is(Errno.ENODEV) || dir.read("cgroup.procs") == null) {
                return;
            }
            throw new CgroupFailed("cannot kill what is in " + path(), e);
        }
        if (!dir.await("populated", "0", timeout, true)) {
            throw new CgroupFailed(
                    path() + " still has processes " + timeout.toMillis() + " ms after SIGKILL: " + pids());
        }
    }

    /** Waits until no process is in it or below; false if the time is over before. */
    public boolean awaitEmpty(Duration timeout) {
        return dir.await("populated", "0", timeout, true);
    }

    /** How often the OOM killer took a process in it or below; 0 without the memory controller. */
    public long oomKills() {
        return KeyedText.number(dir.value("memory.events", "oom_kill"), 0);
    }

    /** Its figures now. */
    public CgroupStats stats() {
        return StatsReader.read(dir::read, dir.files());
    }

    /** Its limits and use now, with what is not known told from what is 0. */
    public CgroupUse use() {
        return CgroupUse.read(dir::read, pids());
    }

    /** The names of the cgroups in it; none if it is gone. */
    public List<String> children() {
        return dir.children().stream()
                .map(child -> child.getFileName().toString())
                .sorted()
                .toList();
    }

    /** To be told of OOM kills and of its end. */
    public CgroupEvents events() {
        return new CgroupEvents(dir, oomKills());
    }

    /**
     * Gives the directory and the files that delegation is about ({@code /sys/kernel/cgroup/delegate}) to a user, so that the
     * container can have cgroups of its own below. Limits stay root's. See {@link Delegation}.
     */
    public void chown(long uid) {
        try {
            setOwner(dir.self(), uid);
            for (String file : delegated()) {
                Path path = dir.self().resolve(file);
                if (Files.exists(path)) {
                    setOwner(path, uid);
                }
            }
        } catch (IOException e) {
            throw new CgroupFailed("cannot give " + path() + " to user " + uid + ": " + e.getMessage());
        }
    }

    private static void setOwner(Path path, long uid) throws IOException {
        Files.setAttribute(path, "unix:uid", (int) uid);
    }

    private static List<String> delegated() throws IOException {
        try {
            return Files.readAllLines(Path.of(DELEGATE));
        } catch (NoSuchFileException e) {
            return DELEGATE_BEFORE_5_0;
        }
    }

    private void write(String file, String value, String attempt) {
        try {
            dir.write(file, value);
        } catch (SyscallException e) {
            throw new CgroupFailed(attempt + path(), e);
        }
    }

    @Override
    public void close() {
        dir.close();
    }

    @Override
    public String toString() {
        return path();
    }
}
