package io.jpod.abi;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/**
 * Text as the kernel has it: bytes, which are mostly UTF-8 and need not be. A byte that is not, 0x80 to 0xff, becomes half of a
 * surrogate pair, U+DC80 to U+DCFF, which no text has, and the same byte again. So does Python (PEP 383).
 */
public final class NativeText {
    private static final char FIRST = '\udc80';
    private static final char LAST = '\udcff';
    private static final int OFFSET = 0xdc00;
    private static final char REPLACEMENT = '\ufffd';

    private NativeText() {}

    /** Text from so many bytes. */
    public static String decode(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, length, UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeAll(ByteBuffer.wrap(bytes, from, length));
    }

    private static String decodeAll(ByteBuffer in) {
        CharsetDecoder decoder = UTF_8.newDecoder();
        // No byte becomes more than one char.
        CharBuffer out = CharBuffer.allocate(in.remaining());
        while (in.hasRemaining()) {
            CoderResult result = decoder.decode(in, out, true);
            for (int i = 0; result.isError() && i < result.length(); i++) {
                out.put((char) (OFFSET + (in.get() & 0xff)));
            }
        }
        return out.flip().toString();
    }

    /** The bytes of a text, without a NUL. */
    public static byte[] encode(String text) {
        if (isUnicode(text)) {
            return text.getBytes(UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isByte(text, i)) {
                out.writeBytes(text.substring(start, i).getBytes(UTF_8));
                out.write(text.charAt(i));
                start = i + 1;
            }
        }
        out.writeBytes(text.substring(start).getBytes(UTF_8));
        return out.toByteArray();
    }

    /** Whether it stands for no byte that is not UTF-8. */
    public static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isByte(text, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isByte(String text, int i) {
        char c = text.charAt(i);
        return c >= FIRST && c <= LAST && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
