package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.oci.SpecTemplate;
import io.jpod.oci.SpecWriter;
import io.jpod.plan.Facts;
import io.jpod.plan.Limits;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import io.jpod.plan.ProgramText;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is remembered from one container to the next makes no difference to the next. */
class RememberedTest {
    private static final Facts FACTS = new Facts(
            Arch.host(),
            40,
            "/sys/fs/cgroup",
            Limits.Facts.UNKNOWN,
            Set.of(),
            Set.of(),
            Set.of(),
            List.of(),
            "/",
            Map.of(),
            Map.of(),
            -1,
            false,
            Map.of(),
            List.of());

    private record Question(Planner.Request request, Facts facts) {}

    private static Spec read(Spec written) {
        return Configs.read(SpecWriter.write(written).getBytes(UTF_8));
    }

    private static Configs.Planned ask(Spec spec, Planner.Request request, Facts facts) {
        return Configs.plan(
                spec, new Question(request, facts), request.preserve(), () -> Planner.plan(spec, request, facts));
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        Planner.Request request = new Planner.Request("/bundle/rootfs", true, true, true, 0, false, false);
        Configs.Planned first = ask(read(SpecTemplate.rootful()), request, FACTS);
        Configs.Planned second = ask(read(SpecTemplate.rootful()), request, FACTS);
        assertThat(second).isSameAs(first);
        Plan one = first.plan().of(Names.of("one", "/sys/fs/cgroup/jpod/one"));
        Plan other = first.plan().of(Names.of("other", "/sys/fs/cgroup/jpod/other"));
        assertThat(one.entries()).isSameAs(other.entries());
        assertThat(one.toString()).contains("_ses.one", "/jpod/one ").doesNotContain("/jpod/other");
        assertThat(other.toString()).contains("_ses.other", "/jpod/other ").doesNotContain("/jpod/one");
        assertThat(ProgramText.of(other, first.programs().process())).contains("\"_ses.other\"");
        assertThat(new String(first.programs().process().blob(), UTF_8)).doesNotContain("_ses");
    }

    @Test
    void anotherQuestionHasItsOwn() {
        List<Facts> hosts = List.of(
                FACTS,
                new Facts(
                        Arch.host(),
                        41,
                        "/cgroup2",
                        Limits.Facts.UNKNOWN,
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        List.of(),
                        "/",
                        Map.of(),
                        Map.of(),
                        -1,
                        false,
                        Map.of("/srv", "/var/srv"),
                        List.of()));
        for (int i = 0; i < 60; i++) {
            String number = "" + i % 2;
            Spec spec = read(SpecTemplate.rootful().with(s -> s.annotations = Map.of("number", number)));
            Facts facts = hosts.get(i % 3 / 2);
            Planner.Request request =
                    new Planner.Request("/bundle" + i % 3 + "/rootfs", true, true, true, i % 2, i % 4 == 0, false);
            Configs.Planned planned = ask(spec, request, facts);
            Plan own = Planner.plan(spec, request, facts);
            assertThat(planned.plan()).isEqualTo(own);
            Lowering.Lowered programs = Lowering.lower(own, Arch.host(), request.preserve());
            assertThat(ProgramText.of(own, planned.programs().builder()))
                    .isEqualTo(ProgramText.of(own, programs.builder()));
            assertThat(ProgramText.of(own, planned.programs().process()))
                    .isEqualTo(ProgramText.of(own, programs.process()));
        }
    }

    @Test
    void aConfigIsReadAgainWhenItHasChanged() {
        for (int i = 0; i < 40; i++) {
            String number = "" + i % 20;
            Spec spec = SpecTemplate.rootful().with(s -> s.annotations = Map.of("number", number));
            byte[] json = SpecWriter.write(spec).getBytes(UTF_8);
            assertThat(Configs.read(json)).isEqualTo(SpecReader.read(json, "config.json"));
        }
    }
}
