package io.jpod.server;

import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes to a descriptor that it does not own: reopening it by path would lose its offset, and fail for a socket. */
final class FdOutput extends OutputStream {
    private final Fd fd;

    FdOutput(Fd fd) {
        this.fd = fd;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            Linux.writeFully(fd, ByteBuffer.wrap(bytes, offset, length));
        } catch (SyscallException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
