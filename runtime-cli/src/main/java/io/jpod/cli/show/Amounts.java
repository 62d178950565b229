package io.jpod.cli.show;

import io.jpod.cgroup.CgroupStats;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures as people read them; "-" for those that are not known. */
public final class Amounts {
    private static final String UNKNOWN = "-";
    private static final String UNITS = "KMGTPE";

    private Amounts() {}

    /** In units of 1024, as {@code --memory} takes them. */
    public static String bytes(@Nullable Long bytes) {
        if (bytes == null) {
            return UNKNOWN;
        }
        if (bytes == CgroupStats.UNLIMITED) {
            return "max";
        }
        double amount = bytes;
        int unit = -1;
        while (amount >= 1024 && unit < UNITS.length() - 1) {
            amount /= 1024;
            unit++;
        }
        return unit < 0 ? bytes + "B" : short_(amount) + UNITS.charAt(unit);
    }

    /** Three digits are enough, and no zeros after the point. */
    private static String short_(double amount) {
        String text = String.format(Locale.ROOT, amount < 10 ? "%.2f" : amount < 100 ? "%.1f" : "%.0f", amount);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }

    static String count(@Nullable Long count) {
        return count == null ? UNKNOWN : count == CgroupStats.UNLIMITED ? "max" : Long.toUnsignedString(count);
    }

    /** @param nanoseconds of CPU time */
    static String seconds(@Nullable Long nanoseconds) {
        return nanoseconds == null ? UNKNOWN : String.format(Locale.ROOT, "%.2fs", nanoseconds / 1e9);
    }

    /** How many CPUs a quota is. */
    static String cpus(@Nullable Long quota, @Nullable Long period) {
        if (quota == null || period == null || period == 0) {
            return UNKNOWN;
        }
        return quota == CgroupStats.UNLIMITED ? "max" : short_((double) quota / period);
    }
}
