package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is done for a config: {@code plan.txt} as {@code jpod explain} prints it, {@code syscalls.txt} with every call. After
 * a change that is meant, {@code mvn test -Dtest=GoldenTest -Dgolden.update=true} writes them anew, to be read as a diff.
 */
class GoldenTest {
    static java.util.stream.Stream<Golden> cases() {
        return Golden.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plan(Golden golden) throws IOException {
        Plan plan = golden.plan();
        StringBuilder text = new StringBuilder(plan.toString());
        plan.warnings()
                .forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        golden.hooks()
                .forEach(hook ->
                        text.append("\n== ").append(hook.getKey()).append('\n').append(hook.getValue()));
        compare(golden, "plan.txt", text.toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void syscalls(Golden golden) throws IOException {
        StringBuilder text = new StringBuilder(programs(golden.plan()));
        golden.hooks()
                .forEach(hook -> text.append("\n==== ")
                        .append(hook.getKey())
                        .append('\n')
                        .append(programs(hook.getValue())));
        compare(golden, "syscalls.txt", text.toString());
    }

    static String programs(Plan plan) {
        Lowering.Lowered programs = Lowering.lower(plan, Arch.X86_64, 0);
        return "== builder thread\n" + ProgramText.of(plan, programs.builder()) + "\n== process\n"
                + ProgramText.of(plan, programs.process());
    }

    static void compare(Golden golden, String name, String text) throws IOException {
        Path file = golden.directory().resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(golden.directory());
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(new String(golden.bytes(name), StandardCharsets.UTF_8));
    }
}
