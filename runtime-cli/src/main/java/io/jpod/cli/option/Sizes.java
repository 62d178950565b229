package io.jpod.cli.option;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: 65536, 64k, 64m, 1.5g, 64MiB, 64MB. A k is always 1024. */
public final class Sizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?) ?([kmgtp]?)(i?b)?");
    private static final String UNITS = "kmgtp";

    private Sizes() {}

    /** @param option what to call it in an error */
    static long bytes(String option, String text) {
        Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new IllegalArgumentException(option + ": must be a size such as 64m, is \"" + text + "\"");
        }
        int power = size.group(2).isEmpty() ? 0 : UNITS.indexOf(size.group(2)) + 1;
        BigInteger bytes = new BigDecimal(size.group(1))
                .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(10 * power)))
                .toBigInteger();
        if (bytes.bitLength() > 63) {
            throw new IllegalArgumentException(option + ": too large: " + text);
        }
        return bytes.longValue();
    }

    /** The same, and -1 for no limit. */
    public static long limit(String option, String text) {
        return text.equals("-1") ? -1 : bytes(option, text);
    }
}
