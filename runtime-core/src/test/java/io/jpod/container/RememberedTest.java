package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.abi.Sys;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.oci.SpecTemplate;
import io.jpod.oci.SpecWriter;
import io.jpod.plan.Facts;
import io.jpod.plan.Limits;
import io.jpod.plan.Lowering;
import io.jpod.plan.Op;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import io.jpod.plan.Program;
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

    private static Plan plan(Spec spec, String id, String rootfs, boolean waitForStart) {
        return Planner.plan(spec, request(id, rootfs, 0, waitForStart), FACTS);
    }

    private static Planner.Request request(String id, String rootfs, int preserve, boolean waitForStart) {
        return new Planner.Request(id, rootfs, "/sys/fs/cgroup/jpod/" + id, true, true, preserve, waitForStart);
    }

    @Test
    void aPlanIsTheContainersOwn() {
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
            Spec spec = SpecTemplate.rootful().with(s -> s.annotations = Map.of("number", number));
            Facts facts = hosts.get(i % 3 / 2);
            Planner.Request request = request("c" + i, "/bundle" + i % 3 + "/rootfs", i % 2, i % 4 == 0);
            Programs.Planned planned = Programs.of(spec, request, facts);
            Plan own = Planner.plan(spec, request, facts);
            assertThat(planned.plan()).isEqualTo(own);
            Lowering.Lowered programs = Lowering.lower(own, Arch.host(), request.preserve());
            assertThat(ProgramText.of(own, planned.programs().builder()))
                    .isEqualTo(ProgramText.of(own, programs.builder()));
            assertThat(ProgramText.of(own, planned.programs().process()))
                    .isEqualTo(ProgramText.of(own, programs.process()));
            assertThat(keyring(planned.programs().process())).isEqualTo("_ses.c" + i);
        }
    }

    @Test
    void programsAreThoseOfTheContainersOwnPlan() {
        Spec spec = SpecTemplate.rootful();
        for (int i = 0; i < 40; i++) {
            Plan plan = plan(spec, "c" + i, "/bundle" + i % 3 + "/rootfs", i % 2 == 0);
            Lowering.Lowered own = Lowering.lower(plan, Arch.host(), i % 5);
            Lowering.Lowered remembered = Programs.of(plan, i % 5);
            assertThat(ProgramText.of(plan, remembered.builder())).isEqualTo(ProgramText.of(plan, own.builder()));
            assertThat(ProgramText.of(plan, remembered.process())).isEqualTo(ProgramText.of(plan, own.process()));
            assertThat(keyring(remembered.process())).isEqualTo("_ses.c" + i);
        }
    }

    /** As the kernel will see it. */
    private static String keyring(Program program) {
        Op join = program.ops().stream()
                .filter(op -> op.sys() == Sys.KEYCTL)
                .findFirst()
                .orElseThrow();
        int start = ((Op.Blob) join.args().get(1)).offset();
        int end = start;
        while (program.blob()[end] != 0) {
            end++;
        }
        return new String(program.blob(), start, end - start, UTF_8);
    }

    @Test
    void noContainersNameStaysInAnothersProgram() {
        Spec spec = SpecTemplate.rootful();
        Programs.of(plan(spec, "first", "/bundle/rootfs", false), 0);
        Program second =
                Programs.of(plan(spec, "second", "/bundle/rootfs", false), 0).process();
        assertThat(new String(second.blob(), UTF_8)).contains("second").doesNotContain("first");
    }

    @Test
    void noContainersNameStaysInThePlanOfAnother() {
        Spec spec = SpecTemplate.rootful();
        Programs.of(spec, request("first", "/bundle/rootfs", 0, false), FACTS);
        for (String name : List.of("second", "third")) {
            Programs.Planned planned = Programs.of(spec, request(name, "/bundle/rootfs", 0, false), FACTS);
            assertThat(planned.plan().toString()).contains(name).doesNotContain("first");
            assertThat(new String(planned.programs().process().blob(), UTF_8))
                    .contains(name)
                    .doesNotContain("first");
        }
    }

    @Test
    void aConfigIsReadAgainWhenItHasChanged() {
        for (int i = 0; i < 40; i++) {
            String number = "" + i % 20;
            Spec spec = SpecTemplate.rootful().with(s -> s.annotations = Map.of("number", number));
            byte[] json = SpecWriter.write(spec).getBytes(UTF_8);
            assertThat(Configs.read(json)).isEqualTo(SpecReader.read(json, "config.json"));
            assertThat(Configs.write(spec)).isEqualTo(SpecWriter.write(spec));
        }
    }
}
