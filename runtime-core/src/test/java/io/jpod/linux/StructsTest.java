package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Flags;
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
        try (Memory memory = Memory.open()) {
            Message message = new Message(new byte[] {1, 2, 3}, List.of(new Fd(1), new Fd(2), new Fd(5)));
            MemorySegment header = MemorySegment.ofAddress(new MessageHeader(memory, message).address())
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
        try (Memory memory = Memory.open()) {
            Memory.Area statx = memory.area(256);
            statx.setInt(16, 5);
            statx.setInt(20, 1000);
            statx.setInt(24, 1001);
            statx.setShort(28, 0100644);
            statx.setLong(32, 77);
            statx.setLong(40, 4096);
            statx.setInt(128, 1);
            statx.setInt(132, 3);
            statx.setInt(136, 254);
            statx.setInt(140, 2);
            statx.setLong(144, 99);
            assertThat(Stat.decode(statx)).isEqualTo(new Stat(0100644, 1000, 1001, 5, 77, 4096, 254, 2, 1, 3, 0, 99));
        }
    }
}
