package io.jpod.linux;

import io.jpod.abi.NativeText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Memory at addresses that system calls are given: strings, C structs, room for what is read. It is valid until it is closed,
 * and must not be touched after that: the block it is in is then somebody else's.
 *
 * <p>An {@link Arena} does the same, watches over it, and is as fast. But the first bytes in one cost a JVM 8 ms, for method
 * handles that are made at run time, and one that lives for a command never gets them back. So arenas are for what is too
 * large for a block.
 */
public final class Memory implements AutoCloseable {
    static final int BLOCK = 32 << 10;
    private static final int ALIGNMENT = Long.BYTES;
    private static final byte[] ZEROS = new byte[BLOCK];
    private static final Deque<Memory> UNUSED = new ArrayDeque<>();

    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    private final long address = MemorySegment.ofBuffer(block).address();
    private int used;
    private @Nullable Arena more;

    private Memory() {}

    /** A block of its own for the caller, who closes it on the same thread. */
    public static Memory open() {
        synchronized (UNUSED) {
            Memory memory = UNUSED.poll();
            return memory == null ? new Memory() : memory;
        }
    }

    /** So many bytes, all 0, at a multiple of 8. Any thread may use them. */
    public Area area(int size) {
        Area area = reserve(size);
        // What is larger is new, and zeroed.
        if (size <= BLOCK) {
            area.bytes.put(0, ZEROS, 0, size);
        }
        return area;
    }

    /** With whatever was there before. */
    private Area reserve(int size) {
        if (size > BLOCK - used) {
            return large(size);
        }
        Area area = new Area(block.slice(used, size).order(ByteOrder.nativeOrder()), address + used);
        used = Math.min(BLOCK, used + size + ALIGNMENT - 1 & -ALIGNMENT);
        return area;
    }

    @SuppressWarnings("MustBeClosedChecker") // close() closes it
    private Area large(int size) {
        if (more == null) {
            more = Arena.ofConfined();
        }
        long place = more.allocate(size, ALIGNMENT).address();
        // A view without an owner: an arena that all threads may use stops each of them when it is closed.
        ByteBuffer view = MemorySegment.ofAddress(place).reinterpret(size).asByteBuffer();
        return new Area(view.order(ByteOrder.nativeOrder()), place);
    }

    public Area area(byte[] content) {
        return area(ByteBuffer.wrap(content));
    }

    /** A copy of what remains in the buffer, which stays as it is. */
    public Area area(ByteBuffer content) {
        Area area = reserve(content.remaining());
        area.bytes.put(0, content, content.position(), content.remaining());
        return area;
    }

    /** The address of a string as C has it: with a NUL behind it. */
    public long string(String text) {
        byte[] content = NativeText.encode(text);
        Area area = reserve(content.length + 1);
        area.bytes.put(0, content).put(content.length, (byte) 0);
        return area.address;
    }

    @Override
    public void close() {
        if (more != null) {
            more.close();
            more = null;
        }
        used = 0;
        synchronized (UNUSED) {
            UNUSED.push(this);
        }
    }

    /** A piece of memory, whose members lie where the kernel's headers say, in bytes from its beginning. */
    public static final class Area {
        private final ByteBuffer bytes;
        private final long address;

        private Area(ByteBuffer bytes, long address) {
            this.bytes = bytes;
            this.address = address;
        }

        public long address() {
            return address;
        }

        public int size() {
            return bytes.limit();
        }

        public byte getByte(int at) {
            return bytes.get(at);
        }

        public int getShort(int at) {
            return Short.toUnsignedInt(bytes.getShort(at));
        }

        public int getInt(int at) {
            return bytes.getInt(at);
        }

        public long getLong(int at) {
            return bytes.getLong(at);
        }

        public void setShort(int at, long value) {
            bytes.putShort(at, (short) value);
        }

        public void setInt(int at, long value) {
            bytes.putInt(at, (int) value);
        }

        public void setLong(int at, long value) {
            bytes.putLong(at, value);
        }

        public void setBytes(int at, byte[] content) {
            bytes.put(at, content);
        }

        /** A copy of what is there. */
        public byte[] getBytes(int at, int size) {
            byte[] copy = new byte[size];
            bytes.get(at, copy);
            return copy;
        }

        public String getString(int at, int size) {
            return NativeText.decode(getBytes(at, size), 0, size);
        }

        /** The same memory, for those who read it as a buffer; in the order of the machine. */
        public ByteBuffer buffer(int size) {
            return bytes.slice(0, size).order(ByteOrder.nativeOrder());
        }
    }
}
