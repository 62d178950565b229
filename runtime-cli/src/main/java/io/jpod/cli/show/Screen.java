package io.jpod.cli.show;

import io.jpod.cli.command.Jpod;
import io.jpod.pod.NamespaceMatrix.Whose;

/**
 * Where text for people goes. Nothing is said by colour alone.
 *
 * @param coloured see no-color.org
 * @param columns 0: any number
 */
public record Screen(boolean coloured, int columns) {
    /** A file, or a pipe. */
    static final Screen NONE = new Screen(false, 0);

    private static final String BOLD_GREEN = "1;32";
    private static final String BOLD_MAGENTA = "1;35";
    private static final String CYAN = "36";
    private static final String YELLOW = "33";
    private static final String BOLD = "1";

    /** The caller's standard output. */
    public static Screen of(Jpod jpod) {
        return new Screen(jpod.isColoured(), jpod.caller().columns());
    }

    String title(String text) {
        return paint(BOLD, text);
    }

    String whose(Whose whose, String text) {
        return paint(
                switch (whose) {
                    case SHARED -> BOLD_GREEN;
                    case JOINED -> BOLD_MAGENTA;
                    case OWN -> CYAN;
                    case HOST -> YELLOW;
                },
                text);
    }

    /** @param colour as ECMA-48 numbers it */
    public String paint(String colour, String text) {
        return coloured ? "\033[" + colour + "m" + text + "\033[0m" : text;
    }
}
