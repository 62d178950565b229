package io.jpod.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What is not written down cannot be used. */
class HelpTest {
    private static Stream<CommandSpec> verbs() {
        return new Cli().definition().subcommands().values().stream().distinct().map(CommandLine::getCommandSpec);
    }

    private static Stream<CommandSpec> nested(CommandSpec verb) {
        return verb.subcommands().values().stream().distinct().map(CommandLine::getCommandSpec);
    }

    @TestFactory
    Stream<DynamicTest> everyVerbSaysWhatItDoesAndHow() {
        return Stream.concat(verbs(), verbs().flatMap(HelpTest::nested))
                .map(verb -> DynamicTest.dynamicTest(verb.qualifiedName(), () -> {
                    assertThat(verb.usageMessage().description()).isNotEmpty();
                    if (!verb.name().equals("serve")) {
                        assertThat(Arrays.stream(verb.usageMessage().footer()))
                                .anyMatch(line -> line.startsWith("Example"));
                    }
                    // Lines go through String.format.
                    assertThat(verb.usageMessage().footer()).noneMatch(line -> line.contains("%"));
                    for (ArgSpec argument : verb.args()) {
                        assertThat(argument.hidden() || argument.description().length > 0)
                                .as(argument.toString())
                                .isTrue();
                    }
                }));
    }

    @Test
    void everyVerbHasAManPage() {
        assertThat(ManPages.pages())
                .containsKeys("jpod.1", "jpod-run.1", "jpod-exec.1", "jpod-pod-create.1")
                .hasSize((int)
                        (1 + verbs().count() + verbs().flatMap(HelpTest::nested).count()));
        assertThat(ManPages.pages().get("jpod-exec.1"))
                .contains(".SH SYNOPSIS", ".SH EXAMPLES", ".SH EXIT STATUS", "255", "\\-\\-ignore\\-paused");
    }

    @Test
    void nothingInAManPageIsTakenForARequest() {
        ManPages.pages()
                .values()
                .forEach(page -> assertThat(page.lines().filter(line -> line.startsWith(".")))
                        .allMatch(line -> line.matches("\\.(TH .*|SH [A-Z ]+|PP|TP|nf|fi)")));
    }
}
