package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Flags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The bytes of the kernel's structs, field by field. All of these are made of fixed-width members, or of longs and pointers
 * that have 8 bytes on x86-64 as on aarch64, both little endian: one test stands for both.
 */
class StructsTest {

    @Test
    void msghdrPointsToItsDataAndDescriptors() {
        try (Arena arena = Arena.ofConfined()) {
            Message message = new Message(new byte[] {1, 2, 3}, List.of(new Fd(1), new Fd(2), new Fd(5)));
            MemorySegment header = MemorySegment.ofAddress(new MessageHeader(arena, message).address())
                    .reinterpret(56);
            assertThat(header.get(ValueLayout.JAVA_LONG, 0)).as("msg_name").isZero();
            assertThat(header.get(ValueLayout.JAVA_LONG, 24)).as("msg_iovlen").isEqualTo(1);
            MemorySegment iovec = MemorySegment.ofAddress(header.get(ValueLayout.JAVA_LONG, 16))
                    .reinterpret(16);
            assertThat(iovec.get(ValueLayout.JAVA_LONG, 8)).as("iov_len").isEqualTo(3);
            assertThat(MemorySegment.ofAddress(iovec.get(ValueLayout.JAVA_LONG, 0))
                            .reinterpret(3)
                            .toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(1, 2, 3);
            assertThat(header.get(ValueLayout.JAVA_LONG, 40))
                    .as("CMSG_SPACE(12)")
                    .isEqualTo(32);
            MemorySegment control = MemorySegment.ofAddress(header.get(ValueLayout.JAVA_LONG, 32))
                    .reinterpret(32);
            assertThat(control.get(ValueLayout.JAVA_LONG, 0)).as("CMSG_LEN(12)").isEqualTo(28);
            assertThat(control.asSlice(8, 24).toArray(ValueLayout.JAVA_INT))
                    .containsExactly((int) Flags.SOL_SOCKET, (int) Flags.SCM_RIGHTS, 1, 2, 5, 0);
        }
    }

    @Test
    void statxFieldsLieWhereTheHeaderSays() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statx = arena.allocate(256, 8);
            statx.set(ValueLayout.JAVA_INT, 20, 1000);
            statx.set(ValueLayout.JAVA_INT, 24, 1001);
            statx.set(ValueLayout.JAVA_SHORT, 28, (short) 0100644);
            statx.set(ValueLayout.JAVA_LONG, 32, 77);
            statx.set(ValueLayout.JAVA_LONG, 40, 4096);
            statx.set(ValueLayout.JAVA_INT, 128, 1);
            statx.set(ValueLayout.JAVA_INT, 132, 3);
            statx.set(ValueLayout.JAVA_INT, 136, 254);
            statx.set(ValueLayout.JAVA_INT, 140, 2);
            statx.set(ValueLayout.JAVA_LONG, 144, 99);
            assertThat(Stat.decode(statx)).isEqualTo(new Stat(0100644, 1000, 1001, 77, 4096, 254, 2, 1, 3, 99));
        }
    }
}
