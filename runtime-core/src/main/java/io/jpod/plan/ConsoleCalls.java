package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Sys;
import io.jpod.oci.Process;

/**
 * Calls for a terminal of the container's own devpts: opened by its multiplexer, bound on /dev/console by descriptor, its
 * controlling side sent over the console socket (runtime command line interface: {@code --console-socket}).
 */
final class ConsoleCalls {
    private final Assembler asm;
    private final Files files;
    private final MountCalls mounts;

    ConsoleCalls(Assembler asm, Files files, MountCalls mounts) {
        this.asm = asm;
        this.files = files;
        this.mounts = mounts;
    }

    void open(RootfsStep.OpenConsole step) {
        Op.Register ptmx = asm.temporary();
        files.terminalMultiplexer(ptmx);
        asm.call(Sys.IOCTL, ptmx, flags(TIOCSPTLCK, "TIOCSPTLCK"), asm.bytes(new byte[4], "[0]"));
        Op.Register tty = asm.define(Lowering.TERMINAL);
        // The other side of this very multiplexer, whatever /dev/pts/N is by now.
        asm.call(
                        Sys.IOCTL,
                        ptmx,
                        flags(TIOCGPTPEER, "TIOCGPTPEER"),
                        flags(O_RDWR | O_NOCTTY | O_CLOEXEC, "O_RDWR|O_NOCTTY|O_CLOEXEC"))
                .into(tty);
        Process.ConsoleSize size = step.size();
        if (size != null) {
            Op.Blob window = asm.struct(
                    "{ws_row=%d, ws_col=%d}".formatted(size.height(), size.width()),
                    8,
                    winsize -> winsize.putShort((short) size.height()).putShort((short) size.width()));
            asm.call(Sys.IOCTL, ptmx, flags(TIOCSWINSZ, "TIOCSWINSZ"), window);
        }
        if (step.uid() != 0) {
            asm.call(
                    Sys.FCHOWNAT,
                    tty,
                    asm.string(""),
                    value(step.uid()),
                    value(-1),
                    flags(AT_EMPTY_PATH, "AT_EMPTY_PATH"));
        }
        if (step.mounted()) {
            mounts.console(tty);
        }
        send(ptmx);
        asm.close(ptmx);
    }

    /** sendmsg(2) with one descriptor: struct msghdr of 56 bytes, iovec of 16, cmsghdr of 16 and the descriptor. */
    private void send(Op.Register descriptor) {
        Op.Blob name = asm.string("/dev/ptmx");
        Op.Blob iovec = asm.struct("iov", 16, iov -> iov.putLong(8, "/dev/ptmx".length()));
        asm.point(iovec.offset(), name);
        Op.Blob control = asm.struct(
                "cmsg", 24, cmsg -> cmsg.putLong(20).putInt((int) SOL_SOCKET).putInt((int) SCM_RIGHTS));
        Op.Blob message = asm.struct(
                "{msg_iov=[\"/dev/ptmx\"], msg_control=[{SCM_RIGHTS, [" + descriptor.text() + "]}]}",
                56,
                header -> header.putLong(24, 1).putLong(40, 24));
        asm.point(message.offset() + 16, iovec);
        asm.point(message.offset() + 32, control);
        // The message needs the number in its bytes: a duplicate, whose number goes there.
        asm.call(Sys.FCNTL, descriptor, flags(F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"), value(0))
                .into(new Op.Blob(control.offset() + 16, "cmsg"));
        asm.call(Sys.SENDMSG, asm.use(Lowering.CONSOLE), message, flags(MSG_NOSIGNAL, "MSG_NOSIGNAL"));
    }
}
