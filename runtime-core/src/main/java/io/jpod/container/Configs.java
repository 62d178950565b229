package io.jpod.container;

import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.oci.SpecWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * From config.json to the spec and back, remembered for the last few of them: most containers of a host are made from the same
 * bundles, and to see that a file is still the same takes a hundredth of the time.
 */
final class Configs {
    static final String NAME = "config.json";

    private static final int MOST_KEPT = 16;
    private static final int LARGEST_KEPT = 64 << 10;
    private static final List<Known> KNOWN = new CopyOnWriteArrayList<>();

    private Configs() {}

    /** @param text as {@link SpecWriter} writes the spec */
    private record Known(byte[] json, Spec spec, String text) {}

    /** @throws io.jpod.json.InvalidJson as {@link SpecReader} does */
    static Spec read(byte[] json) {
        for (Known known : KNOWN) {
            if (Arrays.equals(known.json(), json)) {
                return known.spec();
            }
        }
        Spec spec = SpecReader.read(json, NAME);
        if (json.length <= LARGEST_KEPT) {
            Recent.keep(KNOWN, MOST_KEPT, new Known(json, spec, SpecWriter.write(spec)));
        }
        return spec;
    }

    /** Nearly always a spec that was read here: to compare all that is in one costs a cold JVM 7 ms. */
    @SuppressWarnings("ReferenceEquality")
    static String write(Spec spec) {
        for (Known known : KNOWN) {
            if (known.spec() == spec || known.spec().equals(spec)) {
                return known.text();
            }
        }
        return SpecWriter.write(spec);
    }
}
