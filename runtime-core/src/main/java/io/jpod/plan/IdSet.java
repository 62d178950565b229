package io.jpod.plan;

import io.jpod.json.InvalidJson;
import java.util.BitSet;

/** Lists of cpus or memory nodes, {@code 0-3,7}, cpuset(7) "List format". */
final class IdSet {
    private static final int MOST = 4096;

    private IdSet() {}

    /** The list as the kernel's bit mask, in whole 64-bit words, little endian. */
    static byte[] mask(String list) {
        BitSet bits = new BitSet();
        for (String part : list.strip().split(",")) {
            String[] ends = part.strip().split("-", -1);
            int from = number(ends[0], list);
            int to = ends.length == 1 ? from : number(ends[1], list);
            if (ends.length > 2 || to < from) {
                throw invalid(list);
            }
            bits.set(from, to + 1);
        }
        byte[] mask = new byte[(bits.length() + 63) / 64 * 8];
        byte[] used = bits.toByteArray();
        System.arraycopy(used, 0, mask, 0, used.length);
        return mask;
    }

    private static int number(String text, String list) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) >= MOST) {
            throw invalid(list);
        }
        return Integer.parseInt(text);
    }

    private static InvalidJson invalid(String list) {
        return new InvalidJson("config.json", "", "not a list such as 0-3,7: " + list);
    }
}
