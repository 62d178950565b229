package io.jpod.engine;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Of a container or a pod: what is asked for is refused if it cannot be, and what is made from another name is made so that it can. */
public final class HostName {
    /** __NEW_UTS_LEN, sethostname(2), of which DNS takes 63 as one label (RFC 1035). */
    private static final int LONGEST = 64;

    private static final int LONGEST_LABEL = 63;

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,%d}[A-Za-z0-9])?".formatted(LONGEST - 2));

    private HostName() {}

    /**
     * @param wanted what was asked for; null: nothing
     * @param name of the container or pod
     */
    public static String of(@Nullable String wanted, String name) {
        if (wanted == null) {
            return from(name);
        }
        if (!NAME.matcher(wanted).matches()) {
            throw new InvalidWish("hostname", "\"" + wanted + "\" is no host name, hostname(7)");
        }
        return wanted;
    }

    private static String from(String name) {
        String like = name.replace('_', '-').replace('+', '-').replaceFirst("^[.-]+", "");
        String cut = like.substring(0, Math.min(like.length(), LONGEST_LABEL)).replaceFirst("[.-]+$", "");
        return cut.isEmpty() ? "localhost" : cut;
    }
}
