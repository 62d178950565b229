package io.jpod.bench;

import io.jpod.linux.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a call like statx(2) needs around it: a path, a struct, and ten of its members. */
@State(Scope.Thread)
public class Room {
    private static final String PATH = "/run/jpod/a-container/state.json";
    private static final int STRUCT = 256;
    private static final int MEMBERS = 10;

    @Benchmark
    public long block() {
        try (Memory memory = Memory.open()) {
            Memory.Area struct = memory.area(STRUCT);
            long sum = memory.string(PATH);
            for (int i = 0; i < MEMBERS; i++) {
                sum += struct.getInt(i * Integer.BYTES);
            }
            return sum;
        }
    }

    @Benchmark
    public long arena() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = arena.allocate(STRUCT, Long.BYTES);
            long sum = arena.allocateFrom(PATH).address();
            for (int i = 0; i < MEMBERS; i++) {
                sum += struct.get(ValueLayout.JAVA_INT, (long) i * Integer.BYTES);
            }
            return sum;
        }
    }
}
