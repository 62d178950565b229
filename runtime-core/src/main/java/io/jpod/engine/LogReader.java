package io.jpod.engine;

import io.jpod.container.LogDir;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Stat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Reads a log from its oldest file to its newest, and goes on while it is written and its files get other names. */
public final class LogReader implements AutoCloseable {
    private static final int CHUNK = 64 << 10;

    private final LogDir log;

    /** From the oldest to the newest. */
    private final Deque<Piece> pieces = new ArrayDeque<>();

    /** A file of the log; its name changes, its inode does not. */
    private record Piece(long inode, FileChannel channel) {}

    private LogReader(LogDir log) {
        this.log = log;
    }

    public static LogReader open(LogDir log) throws IOException {
        LogReader reader = new LogReader(log);
        reader.pieces.addAll(reader.newerThan(0));
        return reader;
    }

    /** At least one byte into an empty buffer; -1 if there are none just now. */
    public int read(ByteBuffer chunk) throws IOException {
        while (true) {
            int size = pieces.isEmpty() ? -1 : pieces.getFirst().channel().read(chunk);
            if (size > 0) {
                return size;
            }
            if (pieces.size() > 1) {
                pieces.removeFirst().channel().close();
                continue;
            }
            // What is at hand may have got more before it got another name: it is read once again.
            Deque<Piece> newer =
                    newerThan(pieces.isEmpty() ? 0 : pieces.getLast().inode());
            if (newer.isEmpty()) {
                return -1;
            }
            pieces.addAll(newer);
        }
    }

    /** All that is there from here on. */
    byte[] rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (read(chunk) > 0) {
            all.write(chunk.array(), 0, chunk.position());
            chunk.clear();
        }
        return all.toByteArray();
    }

    /**
     * Opens what has come after a file; all, if that one is gone. The newest comes first: names move towards older ones
     * meanwhile, so that one may come twice, but none is missed.
     */
    private Deque<Piece> newerThan(long inode) throws IOException {
        Deque<Piece> found = new ArrayDeque<>();
        for (Path file : log.files()) {
            Fd fd = Linux.openIfThere(Linux.AT_FDCWD, file.toString(), 0).orElse(null);
            if (fd == null) {
                continue;
            }
            try (fd) {
                long own = Stat.of(fd).inode();
                if (own == inode) {
                    break;
                }
                if (found.stream().noneMatch(piece -> piece.inode() == own)) {
                    found.addFirst(new Piece(own, FileChannel.open(Path.of("/proc/self/fd/" + fd.number()))));
                }
            }
        }
        return found;
    }

    /** Goes to where the last so many lines begin; a line feed at the very end begins no line. */
    public void tail(int lines) throws IOException {
        int found = 0;
        boolean isVeryEnd = true;
        for (Iterator<Piece> newestFirst = pieces.descendingIterator(); newestFirst.hasNext(); ) {
            Piece piece = newestFirst.next();
            FileChannel channel = piece.channel();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            for (long at = channel.size(); at > 0; at -= chunk.limit()) {
                chunk.clear().limit((int) Math.min(CHUNK, at));
                long from = at - chunk.limit();
                while (chunk.hasRemaining() && channel.read(chunk, from + chunk.position()) > 0) {
                    // A read may be short.
                }
                for (int i = chunk.limit() - 1; i >= 0; i--) {
                    boolean isLine = chunk.get(i) == '\n' && !isVeryEnd;
                    isVeryEnd = false;
                    if (lines == 0 || isLine && ++found == lines) {
                        beginAt(piece, from + i + 1);
                        return;
                    }
                }
            }
        }
    }

    private void beginAt(Piece piece, long position) throws IOException {
        while (!pieces.getFirst().equals(piece)) {
            pieces.removeFirst().channel().close();
        }
        piece.channel().position(position);
    }

    @Override
    public void close() throws IOException {
        for (Piece piece : pieces) {
            piece.channel().close();
        }
        pieces.clear();
    }
}
