package io.jpod.engine.hands;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.exec.Spawner.Child;
import io.jpod.linux.Fd;
import io.jpod.linux.Message;
import io.jpod.linux.Poll;
import io.jpod.linux.Processes;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The processes that the hands started for us. What they say of them is read by whoever waits for it, on the command's own
 * thread.
 */
final class Children {
    private final Fd connection;

    /** The exit codes of those that have ended, by pid. */
    private final Map<Integer, Integer> exits = new HashMap<>();

    /** Makes an exception of the errno that may come; null: no answer is due. */
    private @Nullable IntFunction<SyscallException> asked;

    private @Nullable Child answer;
    private @Nullable HandsLost lost;

    Children(Fd connection) {
        this.connection = connection;
    }

    /** Sends SPAWN and waits for the answer. */
    Child spawn(Message spawn) {
        return ask(spawn, Hands::notSpawned);
    }

    /** A child that another one has cloned. ECHILD: the hands have no such child; ESRCH: it has ended. */
    Child adopt(int pid) {
        return ask(
                new Message(Wire.word(Wire.ADOPT, pid), List.of()),
                errno -> new SyscallException(Sys.WAITID, "pid " + pid, errno));
    }

    /** @param refusal what an errno for an answer means */
    private Child ask(Message question, IntFunction<SyscallException> refusal) {
        if (lost != null) {
            throw lost.again();
        }
        Sockets.send(connection, question);
        asked = refusal;
        try {
            while (true) {
                Child child = answer;
                if (child != null) {
                    answer = null;
                    return child;
                }
                hear();
            }
        } finally {
            asked = null;
        }
    }

    /** See {@link io.jpod.exec.Spawner#await}. What the hands say meanwhile is heard; if they hang up, that is the end of it. */
    boolean await(Fd socket, Fd process) {
        while (true) {
            long[] ready = Poll.poll(List.of(socket, process, connection), Flags.POLLIN, -1);
            if (ready[0] != 0) {
                return true;
            }
            if (ready[1] != 0) {
                // What was said before the end is there when the end is seen, but not the other way round.
                return Poll.poll(List.of(socket), Flags.POLLIN, 0)[0] != 0;
            }
            hear();
        }
    }

    private int await(int pid) {
        while (true) {
            Integer code = exits.get(pid);
            if (code != null) {
                return code;
            }
            hear();
        }
    }

    /** Waits for the next message. */
    private void hear() {
        if (lost != null) {
            throw lost.again();
        }
        try {
            take(receive());
        } catch (HandsLost e) {
            lost = e;
            throw e;
        }
    }

    private Message receive() {
        Message message;
        try {
            message = Sockets.receive(connection, Wire.LONGEST, 1);
        } catch (SyscallException e) {
            throw new HandsLost("cannot be heard: " + e.getMessage());
        }
        if (message == null) {
            throw new HandsLost("hung up");
        }
        return message;
    }

    private void take(Message message) {
        try {
            switch (Wire.decode(message.bytes())) {
                case Wire.Spawned spawned -> answer(spawned.result(), message.fds());
                // The hands tell of every child, those too that a program made by CLONE_PARENT.
                case Wire.Exited exited -> exits.put(exited.pid(), Processes.exitCode(exited.status()));
                case Wire.Hello hello -> throw new HandsLost("said HELLO twice");
            }
        } catch (HandsLost e) {
            message.closeFds();
            throw e;
        }
    }

    private void answer(int result, List<Fd> fds) {
        if (asked == null || result == 0 || fds.size() != (result > 0 ? 1 : 0)) {
            throw new HandsLost("answered a spawn with " + result + " and " + fds);
        }
        if (result < 0) {
            throw asked.apply(-result);
        }
        // Its number may have been another child's before.
        exits.remove(result);
        answer = new Spawned(this, result, fds.getFirst());
    }

    /** Waits until the hands hang up, for so many milliseconds at most. What they say until then matters to nobody. */
    void awaitHangUp(int milliseconds) {
        Poll.poll(List.of(connection), 0, milliseconds);
    }

    private record Spawned(Children children, int pid, Fd pidfd) implements Child {
        @Override
        public int await() {
            return children.await(pid);
        }

        @Override
        public void close() {
            pidfd.close();
        }
    }
}
