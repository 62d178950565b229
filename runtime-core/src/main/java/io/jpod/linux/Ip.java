package io.jpod.linux;

import io.jpod.abi.Flags;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address, as a number, so that one can count on from it. The text is the usual one: dotted, or that of RFC
 * 5952. Names are never resolved.
 */
public record Ip(boolean isV6, BigInteger number) implements Comparable<Ip> {
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");
    private static final int GROUPS = 8;

    public Ip {
        if (number.signum() < 0 || number.bitLength() > (isV6 ? 128 : 32)) {
            throw new IllegalArgumentException("not an address: " + number);
        }
    }

    /** @throws IllegalArgumentException if it is neither a dotted quad without leading zeros nor an IPv6 address without a zone */
    public static Ip parse(String text) {
        byte[] bytes = text.indexOf(':') < 0 ? quad(text) : groups(text);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("not an IP address: " + text);
        }
        return of(bytes);
    }

    /** @param bytes 4 or 16, in network order */
    public static Ip of(byte[] bytes) {
        return new Ip(bytes.length == 16, new BigInteger(1, bytes));
    }

    /** 4 or 16, in network order. */
    public byte[] bytes() {
        byte[] bytes = new byte[bits() / 8];
        byte[] significant = number.toByteArray();
        int count = Math.min(significant.length, bytes.length);
        System.arraycopy(significant, significant.length - count, bytes, bytes.length - count, count);
        return bytes;
    }

    public int bits() {
        return isV6 ? 128 : 32;
    }

    int family() {
        return family(isV6);
    }

    static int family(boolean isV6) {
        return (int) (isV6 ? Flags.AF_INET6 : Flags.AF_INET);
    }

    public Ip plus(long count) {
        return new Ip(isV6, number.add(BigInteger.valueOf(count)));
    }

    @Override
    public int compareTo(Ip other) {
        return isV6 == other.isV6 ? number.compareTo(other.number) : Boolean.compare(isV6, other.isV6);
    }

    private static byte[] quad(String text) {
        String[] octets = text.split("\\.", -1);
        byte[] bytes = new byte[4];
        if (octets.length != bytes.length) {
            return new byte[0];
        }
        for (int i = 0; i < bytes.length; i++) {
            if (!OCTET.matcher(octets[i]).matches() || Integer.parseInt(octets[i]) > 255) {
                return new byte[0];
            }
            bytes[i] = (byte) Integer.parseInt(octets[i]);
        }
        return bytes;
    }

    private static byte[] groups(String text) {
        int gap = text.indexOf("::");
        List<String> head = split(gap < 0 ? text : text.substring(0, gap));
        List<String> tail = gap < 0 ? List.of() : split(text.substring(gap + 2));
        int missing = GROUPS - head.size() - tail.size();
        if (gap < 0 ? missing != 0 : missing < 1) {
            return new byte[0];
        }
        List<String> all = new ArrayList<>(head);
        for (int i = 0; i < missing; i++) {
            all.add("0");
        }
        all.addAll(tail);
        byte[] bytes = new byte[2 * GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            if (!GROUP.matcher(all.get(i)).matches()) {
                return new byte[0];
            }
            int group = Integer.parseInt(all.get(i), 16);
            bytes[2 * i] = (byte) (group >> 8);
            bytes[2 * i + 1] = (byte) group;
        }
        return bytes;
    }

    private static List<String> split(String groups) {
        return groups.isEmpty() ? List.of() : List.of(groups.split(":", -1));
    }

    @Override
    public String toString() {
        byte[] bytes = bytes();
        if (!isV6) {
            return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + "." + (bytes[3] & 255);
        }
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 255) << 8 | bytes[2 * i + 1] & 255;
        }
        return text(groups);
    }

    /** The longest run of at least two zero groups, the first of those that are as long, becomes "::". */
    private static String text(int[] groups) {
        int start = 0;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        if (length < 2) {
            return join(groups, 0, GROUPS);
        }
        return join(groups, 0, start) + "::" + join(groups, start + length, GROUPS);
    }

    private static String join(int[] groups, int from, int to) {
        List<String> words = new ArrayList<>();
        for (int i = from; i < to; i++) {
            words.add(Integer.toHexString(groups[i]));
        }
        return String.join(":", words);
    }
}
