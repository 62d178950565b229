package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a page of docs/labs may say about output, as its README explains. */
class LabOutputTest {
    private final LabOutput output = new LabOutput();

    private void same(String expected, String actual) {
        assertThat(output.compare(expected.lines().toList(), actual)).isNull();
    }

    private void different(String expected, String actual, int line) {
        assertThat(output.compare(expected.lines().toList(), actual))
                .isNotNull()
                .extracting(LabOutput.Difference::line)
                .isEqualTo(line);
    }

    @Test
    void everyLineCounts() {
        same("one\ntwo", "one\ntwo\n");
        same("", "");
        different("one\ntwo", "one\n2\n", 2);
        different("one", "one\ntwo\n", 2);
        different("one\ntwo", "one\n", 2);
        different("", "surprise\n", 1);
        different("a.c", "abc\n", 1);
    }

    @Test
    void dotsStandForWhateverComes() {
        same("pid ...: ended", "pid 17: ended\n");
        different("pid ...: ended", "pid 17\n: ended\n", 1);
        same("one\n...\nfour", "one\ntwo\nthree\nfour\n");
        same("one\n...", "one\n");
        different("one\n...\nfive", "one\ntwo\n", 3);
    }

    @Test
    void numbersOfBlanksAndColoursDoNotCount() {
        same("app  17  <A>=", "app    17    4026532001=  \n");
        same("  17 app", "17 app\n");
        same("red", "\u001b[1;31mred\u001b[0m\r\n");
        different("app 17", "app17\n", 1);
    }

    @Test
    void aNameStandsForTheSameEverywhereAndForNothingElse() {
        same("net <NET> <NET>", "net 11 11\n");
        different("uts <UTS> <UTS>", "uts 12 13\n", 1);
        same("again <NET>", "again 11\n");
        different("again <NET>", "again 12\n", 1);
        different("again <NET>", "again 112\n", 1);
        different("own <OWN>", "own 11\n", 0);
        same("own <OWN>", "own 12\n");
        same("<HOST>h", "99h\n");
        same("<HOST>", "99\n");
        different("... <HOST>", "own 199\n", 1);
    }

    @Test
    void commandsStandBehindADollar() {
        List<Lab.Command> commands = Lab.parse(List.of(
                "# Title",
                "    $ not this",
                "```console",
                "$ cat <<END",
                "> $HOME",
                "> END",
                "/root",
                "$ true",
                "```",
                "```",
                "$ not this",
                "```",
                "## Section",
                "```console controllers",
                "$ limits",
                "```"));
        assertThat(commands)
                .containsExactly(
                        new Lab.Command(4, 1, "cat <<END\n$HOME\nEND", List.of("/root"), false),
                        new Lab.Command(8, 1, "true", List.of(), false),
                        new Lab.Command(15, 2, "limits", List.of(), true));
    }
}
