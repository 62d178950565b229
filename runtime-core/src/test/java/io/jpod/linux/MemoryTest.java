package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Sys;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {
    private static final int LARGE = 1 << 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 100, 4096, LARGE})
    void isZeroedEachTimeItIsGiven(int size) {
        byte[] ones = new byte[size];
        Arrays.fill(ones, (byte) 1);
        for (int i = 0; i < 3; i++) {
            try (Memory memory = Memory.open()) {
                Memory.Area area = memory.area(size);
                assertThat(area.getBytes(0, size)).containsOnly(0);
                area.setBytes(0, ones);
            }
        }
    }

    @Test
    void areasLieBesideEachOther() {
        try (Memory memory = Memory.open()) {
            Memory.Area first = memory.area(new byte[] {1, 2, 3});
            Memory.Area large = memory.area(LARGE);
            Memory.Area second = memory.area(new byte[] {4, 5, 6, 7, 8, 9, 10, 11, 12});
            large.setLong(LARGE - Long.BYTES, -1);
            assertThat(first.getBytes(0, 3)).containsExactly(1, 2, 3);
            assertThat(second.getByte(8)).isEqualTo((byte) 12);
            assertThat(new long[] {first.address() % 8, large.address() % 8, second.address() % 8})
                    .containsOnly(0);
        }
    }

    @Test
    void twoThatAreOpenShareNothing() {
        try (Memory one = Memory.open();
                Memory other = Memory.open()) {
            Memory.Area area = one.area(8);
            other.area(8).setLong(0, -1);
            assertThat(area.getLong(0)).isZero();
        }
    }

    @Test
    void aFullBlockGoesOnElsewhere() {
        try (Memory memory = Memory.open()) {
            Memory.Area[] areas = new Memory.Area[1000];
            for (int i = 0; i < areas.length; i++) {
                areas[i] = memory.area(100);
                areas[i].setInt(96, i);
            }
            for (int i = 0; i < areas.length; i++) {
                assertThat(areas[i].getInt(96)).isEqualTo(i);
            }
        }
    }

    @Test
    void aStringEndsWithNul() {
        try (Memory memory = Memory.open()) {
            memory.area(100).setBytes(0, "x".repeat(100).getBytes(StandardCharsets.UTF_8));
        }
        try (Memory memory = Memory.open()) {
            String text = "/tmp/h\u00fctte \ud83c\udfe0";
            MemorySegment there = MemorySegment.ofAddress(memory.string(text)).reinterpret(100);
            assertThat(there.getString(0, StandardCharsets.UTF_8)).isEqualTo(text);
        }
    }

    /** The members of a struct have the machine's order, and the kernel's types. */
    @Test
    void theKernelReadsWhatIsSet() {
        try (Memory memory = Memory.open();
                Fd fd = Linux.memfd("memory");
                Fd written = Linux.duplicate(fd)) {
            Memory.Area area = memory.area(16);
            area.setShort(0, 0xfedc);
            area.setInt(4, 0x89abcdefL);
            area.setLong(8, Long.MIN_VALUE);
            Linux.check(Kernel.get().syscall(Sys.WRITE, written.number(), area.address(), 16), Sys.WRITE, "memfd");
            Linux.rewind(fd);
            assertThat(Linux.readFully(fd, 100))
                    .containsExactly(0xdc, 0xfe, 0, 0, 0xef, 0xcd, 0xab, 0x89, 0, 0, 0, 0, 0, 0, 0, 0x80);
            assertThat(area.getShort(0)).isEqualTo(0xfedc);
            assertThat(area.getInt(4)).isEqualTo(0x89abcdef);
        }
    }
}
