package io.jpod.cli.show;

import io.jpod.cli.command.Caller;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Draws a picture again and again, until the caller has gone or there is nothing left to draw. */
public final class Watch {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    // ECMA-48: cursor to the corner, erase to the end of the line, erase to the end of the screen
    private static final String HOME = "\033[H";
    private static final String ERASE_LINE = "\033[K";
    private static final String ERASE_BELOW = "\033[J";

    private final Caller caller;
    private final boolean onScreen;

    /** @param drawable false: a terminal too gets one after the other */
    public Watch(Caller caller, boolean drawable) {
        this.caller = caller;
        this.onScreen = drawable && caller.isTerminal(1);
    }

    public void draw(Supplier<Optional<String>> pictures) {
        PrintStream out = caller.out();
        String before = "";
        do {
            Optional<String> picture = pictures.get();
            if (picture.isEmpty()) {
                return;
            }
            if (onScreen) {
                out.print(frame(picture.get()));
            } else if (!picture.get().equals(before)) {
                out.print(picture.get());
            }
            out.flush();
            before = picture.get();
        } while (caller.listens(PERIOD.toMillis()));
    }

    /** Over what was there: erasing everything first would flicker. */
    static String frame(String picture) {
        return HOME + picture.replace("\n", ERASE_LINE + "\n") + ERASE_BELOW;
    }
}
