package io.jpod.cli.command;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.jpod.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a message goes, and in which form. Programs that call an OCI runtime parse {@code level=error msg=...} or JSON lines
 * from --log, or from stderr without it; people get {@code jpod: message}.
 *
 * <ul>
 *   <li>with --log: a line of the chosen format to the file, and but for --debug {@code jpod: message} to stderr
 *   <li>without it, stderr is a terminal and the format is text: {@code jpod: message} to stderr
 *   <li>otherwise: a line of the chosen format to stderr
 * </ul>
 *
 * @param file appended to, or null for stderr
 */
public record Log(@Nullable CallerFile file, Format format) {
    /** Characters of a message: room for what a hook has said. */
    private static final int LONGEST = 2048;

    private static final int LONGEST_END = 512;

    /** The forms of logrus, which runc writes. */
    enum Format {
        TEXT,
        JSON;

        public String line(Level level, String message, Instant now) {
            String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
            String quoted = '"' + new String(JsonStringEncoder.getInstance().quoteAsString(message)) + '"';
            return switch (this) {
                case TEXT -> "time=\"" + time + "\" level=" + level + " msg=" + quoted;
                case JSON -> "{\"level\":\"" + level + "\",\"msg\":" + quoted + ",\"time\":\"" + time + "\"}";
            };
        }
    }

    enum Level {
        DEBUG,
        WARNING,
        ERROR;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** One line, whatever it quotes. Of a long one the beginning says what was done, and the end why not. */
    public static String shown(String message) {
        String line = Json.printable(message.strip(), false);
        return line.length() <= LONGEST
                ? line
                : line.substring(0, LONGEST - LONGEST_END) + " ... " + line.substring(line.length() - LONGEST_END);
    }

    public void write(Caller caller, Level level, String said) {
        String message = shown(said);
        String line = format.line(level, message, Instant.now());
        if (file == null && !(format == Format.TEXT && caller.isTerminal(2))) {
            caller.err().println(line);
            return;
        }
        if (file == null || level != Level.DEBUG) {
            caller.err().println("jpod: " + message);
        }
        if (file != null) {
            try (CallerFile.Open open = file.append()) {
                open.write(line + "\n");
            }
        }
    }
}
