package io.jpod.container;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.cgroup.CgroupFs;
import io.jpod.cgroup.CgroupOwner;
import io.jpod.exec.Observer;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Poll;
import io.jpod.linux.RecordFiles;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.oci.State;
import io.jpod.plan.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * All containers below one state root ({@code --root}). Holds nothing that the disk does not: any number of these, in any
 * number of processes, may work on the same root.
 */
public final class Containers {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+.-]{1,255}");

    /** Directories beside those of the containers. */
    private static final Set<String> RESERVED = Set.of("pods", "networks", "volumes");

    /** More than the reader takes, so that it says so. */
    private static final int LARGEST_CONFIG = 8 << 20;

    private static final String BOOT_ID =
            Linux.readText("/proc/sys/kernel/random/boot_id", 64).strip();

    /** How notes on their cgroups begin. */
    public static final String CGROUPS = "container ";

    /** The same for pods. */
    public static final String POD_CGROUPS = "pod ";

    private final Path root;

    public Containers(Path root) {
        this.root = root;
    }

    public Path root() {
        return root;
    }

    /**
     * What marks things on the host as those of this state root. The path alone would be that of another one in another mount
     * namespace, and the numbers of its inode are used again when it is gone: the time of its birth is not.
     *
     * @throws SyscallException ENOENT if the root is not there
     */
    public String mark() {
        Stat stat = Stat.of(root.toString());
        return root + " " + stat.deviceMajor() + ":" + stat.deviceMinor() + ":" + stat.inode() + ":" + stat.born();
    }

    /** The charset of runc's ids. "." and ".." would be other directories, and {@link #RESERVED} are. */
    public static String requireId(String id) {
        if (RESERVED.contains(id)) {
            throw new ContainerException("invalid container ID: " + id + " is reserved, its directory holds all " + id);
        }
        if (!isId(id)) {
            throw new ContainerException(
                    "invalid container ID format: must be 1 to 255 of the characters A-Z a-z 0-9 _ + . - and not . or ..");
        }
        return id;
    }

    /** A bundle's config.json. */
    public static Spec readBundle(Path bundle) {
        Path file = bundle.resolve(Configs.NAME);
        // A fifo would hold us up, whoever still waits.
        try (Fd config = Linux.open(file.toString(), Flags.O_RDONLY | Flags.O_NONBLOCK, 0)) {
            if (Stat.of(config).type() != Flags.S_IFREG) {
                throw new ContainerException(file + " is not a regular file");
            }
            return Configs.read(Linux.readFully(config, LARGEST_CONFIG));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                throw new ContainerException("JSON specification file " + file + " not found");
            }
            throw new ContainerException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** What create would do, without doing anything. */
    public Plan explain(Spec spec, CreateOptions options, Spawner spawner) {
        return new Creation(this, spec, options, spawner, Observer.NONE).plan(true);
    }

    /**
     * Makes a container that waits for {@link Container#start}.
     *
     * @return its process is the spawner's child; close it to let go
     */
    public Created create(Spec spec, CreateOptions options, Spawner spawner, Observer observer) {
        requireId(options.id());
        return new Creation(this, spec, options, spawner, observer).create(true);
    }

    /** The same, but it waits for {@link Created#start}, by its maker and nobody else. */
    public Created prepare(Spec spec, CreateOptions options, Spawner spawner, Observer observer) {
        requireId(options.id());
        return new Creation(this, spec, options, spawner, observer).create(false);
    }

    /** @throws ContainerException if there is none of that id */
    public Container get(String id) {
        return find(id).orElseThrow(() -> missing(id));
    }

    /** The words that callers of runc look for come first. */
    static ContainerException missing(String id) {
        return new ContainerException("container does not exist: " + id);
    }

    /** One whose record cannot be read is there too, see {@link Container#damage}. */
    public Optional<Container> find(String id) {
        StateDir dir = StateDir.at(root, requireId(id));
        return dir.look().map(stored -> new Container(this, dir, stored));
    }

    /** Whatever has that id, or nothing, for who waits for its lock before he looks. */
    public Container named(String id) {
        return new Container(this, StateDir.at(root, requireId(id)), Stored.of(null));
    }

    /**
     * Ends and removes what is left on the host of a container whose directory is gone. Nothing happens if there is nothing, or
     * somebody else has the id by now.
     */
    public void removeLost(String id, Spawner caller) {
        // To take the name for nothing would look like a container.
        if (lostCgroup(id).isPresent()) {
            ifLost(
                    id,
                    caller,
                    () -> lostCgroup(id)
                            .ifPresent(cgroup -> CgroupFs.find().orElseThrow().killAndRemove(cgroup, Container.END)));
        }
    }

    private Optional<String> lostCgroup(String id) {
        return Linux.exists(root.toString())
                ? CgroupFs.find().flatMap(fs -> fs.owned().find(cgroupOwner(id)))
                : Optional.empty();
    }

    /** Does something for which there must be no container of that id, and nobody may make one; nothing if there is one. */
    public void ifLost(String id, Spawner caller, Runnable action) {
        RecordDir.claim(root, requireId(id)).ifPresent(claim -> claim.during(caller, action));
    }

    /** Whether a container may have that id. */
    public static boolean isId(String name) {
        return ID.matcher(name).matches() && !RESERVED.contains(name) && !name.equals(".") && !name.equals("..");
    }

    /** What is noted on the cgroup of a container. */
    public CgroupOwner cgroupOwner(String id) {
        return new CgroupOwner(mark(), CGROUPS + id);
    }

    /** Every container, by id; those that were not set up to the end too. */
    public List<Container> list() {
        return RecordFiles.list(root, "*").stream()
                .map(path -> path.getFileName().toString())
                .filter(Containers::isId)
                .flatMap(id -> find(id).stream())
                .toList();
    }

    /**
     * Ends containers, all at the same time, and leaves those alone that do not run.
     *
     * @param signal that asks them to
     * @param grace after which those that still run are killed; none: at once
     * @throws ContainerException if nobody waits for it any more; some may still run
     */
    public static void stop(List<Container> containers, int signal, Duration grace, Spawner caller) {
        List<Container> running =
                containers.stream().filter(Container::isStarted).toList();
        Fd connection = caller.connection();
        long deadline = System.nanoTime() + grace.toNanos();
        if (!grace.isZero()) {
            running.forEach(container -> container.killIfRunning(signal, caller));
        }
        for (Container container : running) {
            long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
            boolean ended = container.awaitEnd(connection, left);
            if (!ended && connection != null && Poll.poll(List.of(connection), Flags.POLLIN, 0)[0] != 0) {
                throw new ContainerException("nobody waits any more: container " + container.id() + " may still run");
            }
            container.end(caller);
        }
    }

    static State state(StoredState stored, State.Status status) {
        int pid = status == State.Status.STOPPED ? 0 : stored.pid();
        return new State(
                stored.ociVersion(),
                stored.id(),
                status,
                pid,
                stored.bundle(),
                stored.annotations(),
                stored.rootfs(),
                stored.created(),
                "");
    }

    /** Of the host since its last start: what belongs to another one exists no more. */
    public static String bootId() {
        return BOOT_ID;
    }
}
