package io.jpod.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jpod.abi.Flags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code struct msghdr} with one iovec and room for SCM_RIGHTS, in memory of its arena. The bytes are the same on x86-64
 * and aarch64.
 */
final class MessageHeader {
    private static final long SIZE = 56;
    private static final long IOV = 16;
    private static final long IOV_COUNT = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_SIZE = 40;
    private static final long FLAGS = 48;

    private static final long IOVEC_SIZE = 16;
    private static final long CMSG_LEVEL = 8;
    private static final long CMSG_TYPE = 12;
    private static final long CMSG_DATA = 16;

    private final MemorySegment header;
    private final MemorySegment data;
    private final MemorySegment control;

    /** Room to receive. */
    MessageHeader(Arena arena, int bytes, int fds) {
        header = arena.allocate(SIZE, Long.BYTES);
        data = arena.allocate(Math.max(1, bytes));
        control = fds == 0
                ? MemorySegment.NULL
                : arena.allocate(CMSG_DATA + align((long) fds * Integer.BYTES), Long.BYTES);
        MemorySegment iovec = arena.allocate(IOVEC_SIZE, Long.BYTES);
        iovec.set(JAVA_LONG, 0, data.address());
        iovec.set(JAVA_LONG, Long.BYTES, bytes);
        header.set(JAVA_LONG, IOV, iovec.address());
        header.set(JAVA_LONG, IOV_COUNT, 1);
        header.set(JAVA_LONG, CONTROL, control.address());
        header.set(JAVA_LONG, CONTROL_SIZE, control.byteSize());
    }

    /** To send. */
    MessageHeader(Arena arena, Message message) {
        this(arena, message.bytes().length, message.fds().size());
        MemorySegment.copy(message.bytes(), 0, data, JAVA_BYTE, 0, message.bytes().length);
        if (message.fds().isEmpty()) {
            return;
        }
        control.set(JAVA_LONG, 0, CMSG_DATA + (long) message.fds().size() * Integer.BYTES);
        control.set(JAVA_INT, CMSG_LEVEL, (int) Flags.SOL_SOCKET);
        control.set(JAVA_INT, CMSG_TYPE, (int) Flags.SCM_RIGHTS);
        for (int i = 0; i < message.fds().size(); i++) {
            control.set(
                    JAVA_INT,
                    CMSG_DATA + (long) i * Integer.BYTES,
                    message.fds().get(i).number());
        }
    }

    long address() {
        return header.address();
    }

    byte[] bytes(long size) {
        return data.asSlice(0, size).toArray(JAVA_BYTE);
    }

    boolean isTruncated() {
        return (header.get(JAVA_INT, FLAGS) & (Flags.MSG_TRUNC | Flags.MSG_CTRUNC)) != 0;
    }

    /** The descriptors that have arrived, out of however many control messages they came in. */
    List<Fd> fds() {
        List<Fd> fds = new ArrayList<>();
        long end = header.get(JAVA_LONG, CONTROL_SIZE);
        for (long at = 0; at + CMSG_DATA <= end; at += align(control.get(JAVA_LONG, at))) {
            if (control.get(JAVA_INT, at + CMSG_LEVEL) == Flags.SOL_SOCKET
                    && control.get(JAVA_INT, at + CMSG_TYPE) == Flags.SCM_RIGHTS) {
                long length = control.get(JAVA_LONG, at);
                for (long fd = CMSG_DATA; fd + Integer.BYTES <= length; fd += Integer.BYTES) {
                    fds.add(new Fd(control.get(JAVA_INT, at + fd)));
                }
            }
        }
        return fds;
    }

    private static long align(long size) {
        return (size + 7) & ~7L;
    }
}
