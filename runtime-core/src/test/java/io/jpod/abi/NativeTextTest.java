package io.jpod.abi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class NativeTextTest {
    private static String decode(byte[] bytes) {
        return NativeText.decode(bytes, 0, bytes.length);
    }

    @Test
    void bytesComeBack() {
        Random random = new Random(7);
        // Those that begin, go on with, and break sequences of UTF-8.
        byte[] some = {'a', 0, (byte) 0x80, (byte) 0xbf, (byte) 0xc3, (byte) 0xe2, (byte) 0xed, (byte) 0xf0, (byte) 0xff
        };
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = some[random.nextInt(some.length)];
            }
            assertThat(NativeText.encode(decode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsCutOffInTheMiddle() {
        byte[] cut = {'a', (byte) 0xe2, (byte) 0x82, 'b', (byte) 0xf0, (byte) 0x9f};
        assertThat(decode(cut)).isEqualTo("a\udce2\udc82b\udcf0\udc9f");
        assertThat(NativeText.encode(decode(cut))).isEqualTo(cut);
    }

    @Test
    void aReplacementThatWasThereStays() {
        byte[] bytes = "\ufffd\u00e9\ud83c\udfe0".getBytes(UTF_8);
        assertThat(decode(bytes)).isEqualTo("\ufffd\u00e9\ud83c\udfe0");
        assertThat(NativeText.isUnicode(decode(bytes))).isTrue();
        assertThat(NativeText.isUnicode("a\udcff")).isFalse();
    }
}
