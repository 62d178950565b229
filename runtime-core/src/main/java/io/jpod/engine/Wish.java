package io.jpod.engine;

import io.jpod.container.LogDir;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A container as people wish for it: closed by default, and opened up by name. {@link DefaultSpec} says what it becomes.
 *
 * @param args the program and its arguments; none: a shell
 * @param name what to call it; null: a random name
 * @param env NAME=VALUE, or NAME for what that is to us
 * @param user USER[:GROUP], by id, or by name as in its own /etc/passwd; null: root
 * @param hostname null: the name, as much of it as a host name can have
 * @param volume SRC:DST[:OPTION,...], a path of the host or the name of a volume; options as of mount(8)
 * @param tmpfs DST[:OPTION,...]
 * @param interactive with our stdin, not /dev/null
 * @param pod that it becomes a container of; null: none
 * @param network none (null), host or container:NAME
 * @param ipc private (null), host or container:NAME
 * @param uts likewise
 * @param pid likewise
 * @param cgroupParent a path below the cgroup2 mount; null: /jpod
 * @param capAdd capabilities(7), with or without CAP_, or ALL
 * @param allowSetuid without no_new_privs
 * @param log how much of its output is kept if it runs in the background
 * @param paths what paths of the host in it mean
 */
public record Wish(
        Path rootfs,
        List<String> args,
        @Nullable String name,
        List<String> env,
        String workdir,
        @Nullable String user,
        @Nullable String hostname,
        List<String> volume,
        List<String> tmpfs,
        boolean readOnly,
        boolean tty,
        boolean interactive,
        @Nullable String pod,
        @Nullable String network,
        @Nullable String ipc,
        @Nullable String uts,
        @Nullable String pid,
        @Nullable String cgroupParent,
        Limits limits,
        List<String> capAdd,
        List<String> capDrop,
        boolean allowSetuid,
        LogDir.Bounds log,
        Function<String, Path> paths) {

    public Wish {
        args = List.copyOf(args);
        env = List.copyOf(env);
        volume = List.copyOf(volume);
        tmpfs = List.copyOf(tmpfs);
        capAdd = List.copyOf(capAdd);
        capDrop = List.copyOf(capDrop);
    }

    /** The beginning of a wish for a container with this root file system. */
    public static Builder of(Path rootfs) {
        return new Builder().rootfs(rootfs.toAbsolutePath().normalize());
    }

    /** The beginning of a wish whose root file system comes later. */
    public static Builder builder() {
        return new Builder();
    }

    /** Each word is the field of that name. */
    public static final class Builder {
        private @Nullable Path rootfs;
        private List<String> args = List.of();
        private @Nullable String name;
        private List<String> env = List.of();
        private String workdir = "/";
        private @Nullable String user;
        private @Nullable String hostname;
        private List<String> volume = List.of();
        private List<String> tmpfs = List.of();
        private boolean readOnly = false;
        private boolean tty = false;
        private boolean interactive = false;
        private @Nullable String pod;
        private @Nullable String network;
        private @Nullable String ipc;
        private @Nullable String uts;
        private @Nullable String pid;
        private @Nullable String cgroupParent;
        private Limits limits = Limits.NONE;
        private List<String> capAdd = List.of();
        private List<String> capDrop = List.of();
        private boolean allowSetuid = false;
        private LogDir.Bounds log = LogDir.Bounds.DEFAULT;
        private Function<String, Path> paths = path -> Path.of(path).toAbsolutePath();

        public Builder rootfs(Path rootfs) {
            this.rootfs = rootfs;
            return this;
        }

        public Builder args(List<String> args) {
            this.args = args;
            return this;
        }

        public Builder args(String... args) {
            return args(List.of(args));
        }

        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        public Builder env(List<String> env) {
            this.env = env;
            return this;
        }

        public Builder env(String... env) {
            return env(List.of(env));
        }

        public Builder workdir(String workdir) {
            this.workdir = workdir;
            return this;
        }

        public Builder user(@Nullable String user) {
            this.user = user;
            return this;
        }

        public Builder hostname(@Nullable String hostname) {
            this.hostname = hostname;
            return this;
        }

        public Builder volume(List<String> volume) {
            this.volume = volume;
            return this;
        }

        public Builder volume(String... volume) {
            return volume(List.of(volume));
        }

        public Builder tmpfs(List<String> tmpfs) {
            this.tmpfs = tmpfs;
            return this;
        }

        public Builder tmpfs(String... tmpfs) {
            return tmpfs(List.of(tmpfs));
        }

        public Builder readOnly(boolean readOnly) {
            this.readOnly = readOnly;
            return this;
        }

        public Builder tty(boolean tty) {
            this.tty = tty;
            return this;
        }

        public Builder interactive(boolean interactive) {
            this.interactive = interactive;
            return this;
        }

        public Builder pod(@Nullable String pod) {
            this.pod = pod;
            return this;
        }

        public Builder network(@Nullable String network) {
            this.network = network;
            return this;
        }

        public Builder ipc(@Nullable String ipc) {
            this.ipc = ipc;
            return this;
        }

        public Builder uts(@Nullable String uts) {
            this.uts = uts;
            return this;
        }

        public Builder pid(@Nullable String pid) {
            this.pid = pid;
            return this;
        }

        public Builder cgroupParent(@Nullable String cgroupParent) {
            this.cgroupParent = cgroupParent;
            return this;
        }

        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        public Builder capAdd(List<String> capAdd) {
            this.capAdd = capAdd;
            return this;
        }

        public Builder capAdd(String... capAdd) {
            return capAdd(List.of(capAdd));
        }

        public Builder capDrop(List<String> capDrop) {
            this.capDrop = capDrop;
            return this;
        }

        public Builder capDrop(String... capDrop) {
            return capDrop(List.of(capDrop));
        }

        public Builder allowSetuid(boolean allowSetuid) {
            this.allowSetuid = allowSetuid;
            return this;
        }

        public Builder log(LogDir.Bounds log) {
            this.log = log;
            return this;
        }

        public Builder paths(Function<String, Path> paths) {
            this.paths = paths;
            return this;
        }

        Builder userUnlessGiven(String other) {
            return user == null ? user(other) : this;
        }

        /** @param bytes at most */
        public Builder memory(long bytes) {
            return limits(new Limits(bytes, limits.cpus(), limits.cpusetCpus(), limits.pids()));
        }

        /** @param number the time of so many, at most */
        public Builder cpus(double number) {
            return limits(new Limits(limits.memory(), BigDecimal.valueOf(number), limits.cpusetCpus(), limits.pids()));
        }

        /** @param number at most so many processes and threads */
        public Builder pids(long number) {
            return limits(new Limits(limits.memory(), limits.cpus(), limits.cpusetCpus(), number));
        }

        /** @throws InvalidWish without a root file system */
        public Wish build() {
            if (rootfs == null) {
                throw new InvalidWish("rootfs", "is needed");
            }
            return new Wish(
                    rootfs,
                    args,
                    name,
                    env,
                    workdir,
                    user,
                    hostname,
                    volume,
                    tmpfs,
                    readOnly,
                    tty,
                    interactive,
                    pod,
                    network,
                    ipc,
                    uts,
                    pid,
                    cgroupParent,
                    limits,
                    capAdd,
                    capDrop,
                    allowSetuid,
                    log,
                    paths);
        }
    }
}
