package io.jpod.engine.hands;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The words between the hands and the brain: {@code native-shims/src/protocol.h} in Java. A packet is a number and that
 * message's struct, little endian; docs/protocol.md explains their order.
 */
public final class Wire {
    public static final int VERSION = 2;
    public static final int MAX_FDS = 250;

    public static final int HELLO = 1;
    public static final int SPAWNED = 2;
    public static final int EXITED = 3;
    public static final int ELSEWHERE = 16;
    public static final int SPAWN = 17;
    public static final int RELAY = 18;
    public static final int FORWARD = 19;
    public static final int DETACH = 20;
    public static final int LEAVE = 25;
    public static final int WATCH = 21;
    public static final int WILL = 22;
    public static final int EXIT = 23;
    public static final int ACCEPTED = 24;
    public static final int ADOPT = 26;

    public static final int SPAWN_CGROUP = 1;
    public static final int SPAWN_PIDNS = 2;

    /** The longest message that the hands send. */
    public static final int LONGEST = Hello.SIZE;

    private Wire() {}

    /** What the hands say. */
    sealed interface FromHands {}

    /** The first message. The descriptors beside it: text, stdin, stdout, stderr, directory. */
    record Hello(int version, int argc, int envc, int inherited) implements FromHands {
        static final int SIZE = 20;
        static final int FDS = 5;
    }

    /**
     * The answer to {@link #SPAWN} and {@link #ADOPT}; beside it the pidfd.
     *
     * @param result pid or -errno
     */
    record Spawned(int result) implements FromHands {
        static final int SIZE = 8;
    }

    /**
     * A child ended.
     *
     * @param status as wait(2) gives it
     */
    record Exited(int pid, int status) implements FromHands {
        static final int SIZE = 12;
    }

    /**
     * Reads one message.
     *
     * @throws HandsLost if it is none of the three
     */
    static FromHands decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int type = bytes.length < Integer.BYTES ? 0 : in.getInt();
        if (type == HELLO && bytes.length == Hello.SIZE) {
            return new Hello(in.getInt(), in.getInt(), in.getInt(), in.getInt());
        }
        if (type == SPAWNED && bytes.length == Spawned.SIZE) {
            return new Spawned(in.getInt());
        }
        if (type == EXITED && bytes.length == Exited.SIZE) {
            return new Exited(in.getInt(), in.getInt());
        }
        throw new HandsLost("broke the protocol with message " + type + " of " + bytes.length + " bytes");
    }

    static byte[] spawn(int flags, long cloneFlags, int preserve) {
        return message(SPAWN, 24)
                .putInt(flags)
                .putLong(cloneFlags)
                .putInt(preserve)
                .putInt(0)
                .array();
    }

    static byte[] watch(int pid, long size, int files) {
        return message(WATCH, 24)
                .putInt(pid)
                .putLong(size)
                .putInt(files)
                .putInt(0)
                .array();
    }

    /** One that says nothing more. */
    public static byte[] word(int type) {
        return message(type, 4).array();
    }

    /** One with a number: a pid, an exit code, how many. */
    public static byte[] word(int type, int number) {
        return message(type, 8).putInt(number).array();
    }

    private static ByteBuffer message(int type, int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(type);
    }
}
