package io.jpod.linux;

import io.jpod.abi.Flags;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code struct msghdr} with one iovec and room for SCM_RIGHTS, in the memory it is given. The bytes are the same on x86-64
 * and aarch64.
 */
final class MessageHeader {
    private static final int SIZE = 56;
    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_SIZE = 40;
    private static final int FLAGS = 48;

    private static final int IOVEC_SIZE = 16;
    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CMSG_DATA = 16;
    private static final int UCRED_SIZE = 12;

    private final Memory.Area header;
    private final Memory.Area data;
    private final Memory.Area control;

    /** Room to receive. */
    MessageHeader(Memory memory, int bytes, int fds) {
        this(memory, memory.area(bytes), memory.area(fds == 0 ? 0 : CMSG_DATA + align(fds * Integer.BYTES)));
    }

    /** Room to receive, not descriptors, but who has sent it: SCM_CREDENTIALS. */
    static MessageHeader signed(Memory memory, int bytes) {
        return new MessageHeader(memory, memory.area(bytes), memory.area(CMSG_DATA + align(UCRED_SIZE)));
    }

    private MessageHeader(Memory memory, Memory.Area data, Memory.Area control) {
        this.header = memory.area(SIZE);
        this.data = data;
        this.control = control;
        Memory.Area iovec = memory.area(IOVEC_SIZE);
        iovec.setLong(0, data.address());
        iovec.setLong(Long.BYTES, data.size());
        header.setLong(IOV, iovec.address());
        header.setLong(IOV_COUNT, 1);
        header.setLong(CONTROL, control.address());
        header.setLong(CONTROL_SIZE, control.size());
    }

    /** To send. */
    MessageHeader(Memory memory, Message message) {
        this(memory, message.bytes().length, message.fds().size());
        data.setBytes(0, message.bytes());
        if (message.fds().isEmpty()) {
            return;
        }
        control.setLong(0, CMSG_DATA + message.fds().size() * Integer.BYTES);
        control.setInt(CMSG_LEVEL, Flags.SOL_SOCKET);
        control.setInt(CMSG_TYPE, Flags.SCM_RIGHTS);
        for (int i = 0; i < message.fds().size(); i++) {
            control.setInt(CMSG_DATA + i * Integer.BYTES, message.fds().get(i).number());
        }
    }

    long address() {
        return header.address();
    }

    byte[] bytes(long size) {
        return data.getBytes(0, (int) size);
    }

    boolean isTruncated() {
        return (header.getInt(FLAGS) & (Flags.MSG_TRUNC | Flags.MSG_CTRUNC)) != 0;
    }

    /** The descriptors that have arrived, out of however many control messages they came in. */
    List<Fd> fds() {
        List<Fd> fds = new ArrayList<>();
        long end = header.getLong(CONTROL_SIZE);
        for (int at = 0; at + CMSG_DATA <= end; at += align((int) control.getLong(at))) {
            if (control.getInt(at + CMSG_LEVEL) == Flags.SOL_SOCKET
                    && control.getInt(at + CMSG_TYPE) == Flags.SCM_RIGHTS) {
                long length = control.getLong(at);
                for (int fd = CMSG_DATA; fd + Integer.BYTES <= length; fd += Integer.BYTES) {
                    fds.add(new Fd(control.getInt(at + fd)));
                }
            }
        }
        return fds;
    }

    /** The pid of the sender, as the kernel has it; 0 if it is not visible here. */
    int sender() {
        boolean isSigned = header.getLong(CONTROL_SIZE) >= CMSG_DATA + UCRED_SIZE
                && control.getInt(CMSG_LEVEL) == Flags.SOL_SOCKET
                && control.getInt(CMSG_TYPE) == Flags.SCM_CREDENTIALS;
        return isSigned ? control.getInt(CMSG_DATA) : 0;
    }

    private static int align(int size) {
        return (size + 7) & ~7;
    }
}
