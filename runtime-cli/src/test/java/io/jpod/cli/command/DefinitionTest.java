package io.jpod.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class DefinitionTest {
    private enum Colour {
        RED,
        BLUE
    }

    private final Map<String, @Nullable Object> seen = new TreeMap<>();
    private @Nullable Definition part;

    private final CommandLine line = new CommandLine(Definition.root("paint", "Paint something.", d -> {
        d.flag("-f --flag", "A flag.", on -> seen.put("flag", on));
        d.value("--value=TEXT", "A value.", v -> seen.put("value", v));
        d.value("-c --colour=COLOUR", "One of a few.", Colour.class, Colour.RED, v -> seen.put("colour", v));
        d.value("--number=N", "A number.", Integer.class, 7, v -> seen.put("number", v));
        d.values("-l --list=WORD", "Words.", v -> seen.put("list", v));
        d.separated("--separated=WORD", "Words.", v -> seen.put("separated", v));
        d.pairs("--pairs=KEY=VALUE", "Pairs.", v -> seen.put("pairs", v));
        d.group(group -> group.value("--grouped=N", "In a group.", Long.class, null, v -> seen.put("grouped", v)));
        Definition own = d.part();
        own.flag("--own", "In a part.", on -> seen.put("own", on));
        part = own;
        d.flag("--refused", "Refused.", on -> {
            if (on) {
                throw new Misuse("not this one");
            }
        });
        d.operand("FIRST", "An operand.", v -> seen.put("first", v));
        d.optional("SECOND", "An operand.", "none", v -> seen.put("second", v));
        d.operands(0, "REST", "Operands.", v -> seen.put("rest", v));
    }));

    @BeforeEach
    void everythingIsGivenOnce() {
        line.parseArgs(
                ("-f --value v -c blue --number 8 -l a -l b --separated c,d --separated e --pairs k=v --pairs l=w"
                                + " --grouped 9 --own one two three four")
                        .split(" "));
    }

    @Test
    void whatIsGivenIsSet() {
        assertThat(seen)
                .containsEntry("flag", true)
                .containsEntry("value", "v")
                .containsEntry("colour", Colour.BLUE)
                .containsEntry("number", 8)
                .containsEntry("list", List.of("a", "b"))
                .containsEntry("separated", List.of("c", "d", "e"))
                .containsEntry("pairs", Map.of("k", "v", "l", "w"))
                .containsEntry("grouped", 9L)
                .containsEntry("own", true)
                .containsEntry("first", "one")
                .containsEntry("second", "two")
                .containsEntry("rest", List.of("three", "four"));
        assertThat(part.given()).contains("--own");
    }

    @Test
    void theNextCommandLineKnowsNothingOfIt() {
        line.parseArgs("other");

        assertThat(seen)
                .containsEntry("flag", false)
                .containsEntry("value", null)
                .containsEntry("colour", Colour.RED)
                .containsEntry("number", 7)
                .containsEntry("list", List.of())
                .containsEntry("separated", List.of())
                .containsEntry("pairs", Map.of())
                .containsEntry("grouped", null)
                .containsEntry("own", false)
                .containsEntry("first", "other")
                .containsEntry("second", "none")
                .containsEntry("rest", List.of());
        assertThat(part.given()).isEmpty();
    }

    @Test
    void aListBeginsAnew() {
        line.parseArgs("-l", "z", "other");

        assertThat(seen).containsEntry("list", List.of("z"));
    }

    @Test
    void aSetterMayRefuse() {
        assertThatThrownBy(() -> line.parseArgs("--refused", "one"))
                .isInstanceOf(ParameterException.class)
                .hasMessage("not this one");
    }
}
