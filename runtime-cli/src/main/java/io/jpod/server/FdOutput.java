package io.jpod.server;

import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Writes to a descriptor that it does not own: reopening it by path would lose its offset, and fail for a socket. A reader that
 * takes nothing is waited for as long as the caller waits.
 */
final class FdOutput extends OutputStream {
    private final Fd connection;
    private final Fd fd;
    private boolean isBroken;

    /** @param connection the caller's */
    FdOutput(Fd connection, Fd fd) {
        this.connection = connection;
        this.fd = fd;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (isBroken) {
            throw new IOException("nobody reads it");
        }
        try {
            isBroken = !Linux.writeFor(connection, fd, ByteBuffer.wrap(bytes, offset, length));
        } catch (SyscallException e) {
            isBroken = true;
            throw new IOException(e.getMessage(), e);
        }
        if (isBroken) {
            throw new IOException("the caller hung up");
        }
    }
}
