package io.jpod.exec;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Poll;
import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.linux.Spawn;
import io.jpod.linux.SyscallException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Library mode: this JVM is the container's parent.
 *
 * <p>HotSpot raises its soft limit of open files to the hard one when it starts, and nothing tells what it was before. So the
 * container gets what the JVM has now, unless {@code -Djpod.nofile=1024} says which soft limit it shall get, or the JVM runs
 * with {@code -XX:-MaxFDLimit}, as jpod's own does.
 */
public class LocalSpawner implements Spawner {

    /** A running child's pidfd can be waited for once only, so its exit code is kept. */
    private static final class Local implements Child {
        private final int pid;
        private final Fd pidfd;
        private @Nullable Integer exitCode;

        Local(int pid, Fd pidfd) {
            this.pid = pid;
            this.pidfd = pidfd;
        }

        @Override
        public int pid() {
            return pid;
        }

        @Override
        public Fd pidfd() {
            return pidfd;
        }

        @Override
        public synchronized int await() {
            if (exitCode == null) {
                exitCode = Processes.await(pidfd);
            }
            return exitCode;
        }

        @Override
        public void close() {
            pidfd.close();
        }
    }

    @Override
    public Child spawn(Setting setting, List<Fd> descriptors) {
        Spawn.Started started = new Spawn(
                        setting.cloneFlags(),
                        setting.stdin(),
                        setting.stdout(),
                        setting.stderr(),
                        setting.cgroup(),
                        setting.pidNamespace(),
                        setting.preserve(),
                        descriptors,
                        openFiles())
                .start();
        return new Local(started.pid(), started.pidfd());
    }

    @Override
    public Child adopt(int pid) {
        return new Local(pid, Processes.pidfdOfChild(pid));
    }

    @Override
    public void reapUnnamed(int child) {
        // A stopped one does not notice that it is to end.
        ProcessHandle.current()
                .children()
                .flatMap(process -> ProcessStat.of((int) process.pid()).stream())
                .filter(process -> process.group() == child && process.pid() != child)
                .forEach(LocalSpawner::kill);
        Processes.awaitGroup(child);
    }

    /** A child of ours: its number is nobody else's until it is waited for. */
    private static void kill(ProcessStat process) {
        try (Fd pidfd = Processes.pidfdOfChild(process.pid())) {
            Processes.signalIfThere(pidfd, (int) Flags.SIGKILL);
        } catch (SyscallException e) {
            if (!e.is(Errno.ECHILD) && !e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    @Override
    public boolean await(Fd socket, Fd process) {
        // What was said before the end is there when the end is seen, but not the other way round.
        return Poll.poll(List.of(socket, process), Flags.POLLIN, -1)[0] != 0
                || Poll.poll(List.of(socket), Flags.POLLIN, 0)[0] != 0;
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public @Nullable Fd connection() {
        return null;
    }

    private static Processes.@Nullable Limit openFiles() {
        String soft = System.getProperty("jpod.nofile");
        return soft == null
                ? null
                : new Processes.Limit(
                        Long.parseLong(soft), Processes.openFiles().hard());
    }
}
