import java.util.Arrays;
import java.util.Locale;

/** What was measured of one contender: sorted, in nanoseconds, and how many commands failed. */
record Samples(long[] sorted, int failures) {
    static Samples of(long[] values, int failures) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Samples(sorted, failures);
    }

    Samples and(Samples other) {
        long[] both = Arrays.copyOf(sorted, sorted.length + other.sorted.length);
        System.arraycopy(other.sorted, 0, both, sorted.length, other.sorted.length);
        return of(both, failures + other.failures);
    }

    /** Nearest rank, in milliseconds. */
    double percentile(double percent) {
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)] / 1e6;
    }

    double median() {
        return percentile(50);
    }

    String spread() {
        return milliseconds(percentile(10)) + ".." + milliseconds(percentile(90));
    }

    String runs() {
        return sorted.length + (failures == 0 ? "" : " (" + failures + " failed)");
    }

    static String milliseconds(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }
}
