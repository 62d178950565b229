package io.jpod.cli.show;

/** HTML being written. What comes from anywhere else than this program goes through {@link #escape}. */
final class Html {
    private final StringBuilder out = new StringBuilder();

    /** Markup as it is. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /** @param classes "" for none */
    Html open(String tag, String classes) {
        out.append('<').append(tag);
        if (!classes.isEmpty()) {
            out.append(" class=\"").append(escape(classes)).append('"');
        }
        out.append('>');
        return this;
    }

    Html close(String tag) {
        out.append("</").append(tag).append(">\n");
        return this;
    }

    /** An element with nothing but text in it. */
    Html leaf(String tag, String classes, String text) {
        return open(tag, classes).text(text).close(tag);
    }

    /** For text and for attribute values in quotes. What cannot be seen, or turns text around, is shown as U+FFFD. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append(' ');
                default -> escaped.appendCodePoint(isVisible(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    /** CVE-2021-42574: formatting characters can make a reader see another text than there is. */
    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
