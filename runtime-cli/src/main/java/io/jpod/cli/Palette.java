package io.jpod.cli;

import io.jpod.pod.NamespaceMatrix.Whose;

/**
 * Colours of a terminal, or none. Nothing is said by colour alone.
 *
 * @param coloured see no-color.org
 */
record Palette(boolean coloured) {
    private static final String BOLD_GREEN = "1;32";
    private static final String BOLD_MAGENTA = "1;35";
    private static final String CYAN = "36";
    private static final String YELLOW = "33";
    private static final String BOLD = "1";

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

    private String paint(String colour, String text) {
        return coloured ? "\033[" + colour + "m" + text + "\033[0m" : text;
    }
}
