package io.jpod.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.container.LogDir;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogReaderTest {
    private static final int FILES = 3;

    @TempDir
    private Path directory;

    private LogDir log;

    @BeforeEach
    void make() {
        log = new LogDir(directory.resolve("log"));
        log.make(null, new LogDir.Bounds(100, FILES));
    }

    /** What the monitor does, jpod's log.c. */
    private void rotate() throws IOException {
        for (int n = FILES - 1; n > 0; n--) {
            Path from = n == 1 ? log.newest() : log.path().resolve("log." + (n - 1));
            if (Files.exists(from)) {
                Files.move(from, log.path().resolve("log." + n), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void append(String text) throws IOException {
        Files.writeString(
                log.newest(), text, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
    }

    private static String rest(LogReader reader) throws IOException {
        StringBuilder all = new StringBuilder();
        ByteBuffer chunk = ByteBuffer.allocate(1000);
        while (reader.read(chunk) > 0) {
            all.append(new String(chunk.array(), 0, chunk.position(), UTF_8));
            chunk.clear();
        }
        return all.toString();
    }

    private String tail(int lines) throws IOException {
        try (LogReader reader = LogReader.open(log)) {
            reader.tail(lines);
            return rest(reader);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,''", "1,c", "2,b|c", "3,a|b|c", "9,a|b|c"})
    void beginsWithTheLastLines(int lines, String expected) throws IOException {
        for (String end : List.of("", "\n")) {
            Files.deleteIfExists(log.newest());
            append("a\nb\nc" + end);
            assertThat(tail(lines).strip().replace('\n', '|')).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,''", "1,d", "2,c|d", "3,b|c|d", "4,a|b|c|d", "9,a|b|c|d"})
    void theLastLinesMayLieInSeveralFiles(int lines, String expected) throws IOException {
        append("a\nb");
        rotate();
        append("\nc\n");
        rotate();
        append("d\n");
        assertThat(tail(lines).strip().replace('\n', '|')).isEqualTo(expected);
    }

    @Test
    void anEmptyNewestFileIsNoLine() throws IOException {
        append("a\nb\n");
        rotate();
        append("");
        assertThat(tail(1)).isEqualTo("b\n");
    }

    @Test
    void linesOfManyChunksAreCutWhereTheLineIs() throws IOException {
        String line = "x".repeat(999) + "\n";
        append(line.repeat(300));
        assertThat(tail(200)).hasSize(200 * 1000);
    }

    @Test
    void goesOnAcrossNewNames() throws IOException {
        try (LogReader reader = LogReader.open(log)) {
            assertThat(rest(reader)).as("before there is a file").isEmpty();
            append("a");
            assertThat(rest(reader)).isEqualTo("a");
            append("b");
            rotate();
            assertThat(rest(reader)).as("while there is no newest file").isEqualTo("b");
            append("c");
            rotate();
            append("d");
            assertThat(rest(reader)).isEqualTo("cd");
            assertThat(rest(reader)).isEmpty();
        }
    }

    @Test
    void whatWasLostMeanwhileIsLeftOut() throws IOException {
        append("a");
        try (LogReader reader = LogReader.open(log)) {
            for (String text : List.of("b", "c", "d", "e")) {
                rotate();
                append(text);
            }
            assertThat(rest(reader)).isEqualTo("acde");
        }
    }
}
