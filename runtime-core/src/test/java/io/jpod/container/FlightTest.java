package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.exec.Observer;
import io.jpod.plan.BrainStep;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** A recording has each plan and step, with the times that a trace has. */
class FlightTest extends ContainerTests {
    private static final Plan PLAN =
            new Plan(List.of(new Plan.Entry(new BrainStep.CreateCgroup(), Plan.By.BRAIN, "default")), List.of());

    private interface Work {
        void run() throws Exception;
    }

    private List<RecordedEvent> record(String name, Work work) throws Exception {
        Path file = temporary.resolve("recording" + System.nanoTime() + ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jpod.Plan");
            recording.enable("jpod.Step");
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return named(file, name);
    }

    /** Events of a thread come in no order. */
    private static List<RecordedEvent> named(Path file, String name) throws IOException {
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .sorted(Comparator.comparingInt(event -> name.equals("jpod.Step") ? event.getInt("number") : 0))
                .toList();
    }

    private static List<String> texts(List<RecordedEvent> steps) {
        return steps.stream().map(step -> step.getString("text")).toList();
    }

    private static List<String> texts(Plan plan) {
        return IntStream.range(0, plan.entries().size()).mapToObj(plan::text).toList();
    }

    @Test
    void theTimesAreThoseOfTheTrace() throws Exception {
        Bundle bundle = bundle("true");
        List<Trace.Step> traced = new ArrayList<>();
        List<RecordedEvent> steps = record("jpod.Step", () -> {
            try (Trace trace = new Trace();
                    Created created = containers.prepare(bundle.spec(), bundle.options("c"), spawner, trace)) {
                created.start(spawner);
                traced.addAll(trace.steps());
                created.await();
            }
        });
        assertThat(steps)
                .extracting(step -> step.getLong("took"))
                .containsExactlyElementsOf(traced.stream()
                        .map(step -> step.nanoseconds() < 0 ? StepEvent.UNKNOWN : step.nanoseconds())
                        .toList());
        assertThat(steps)
                .extracting(step -> step.getInt("calls"))
                .containsExactlyElementsOf(traced.stream()
                        .map(step -> (int) step.calls().stream()
                                .filter(call -> call.isMade())
                                .count())
                        .toList());
    }

    @Test
    void aRunHasItsPlanAndAllItsSteps() throws Exception {
        Bundle bundle = bundle("true");
        Plan[] plan = new Plan[1];
        List<RecordedEvent> steps = record("jpod.Step", () -> {
            try (Trace trace = new Trace();
                    Created created = containers.prepare(bundle.spec(), bundle.options("c"), spawner, trace)) {
                plan[0] = Objects.requireNonNull(trace.plan());
                created.start(spawner);
                created.await();
            }
        });
        assertThat(texts(steps)).containsExactlyElementsOf(texts(plan[0]));
        assertThat(steps)
                .extracting(step -> step.getInt("number"))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, steps.size()).boxed().toList());
        assertThat(steps).allSatisfy(step -> {
            assertThat(step.getString("id")).isEqualTo("c");
            assertThat(step.getBoolean("complete")).isTrue();
            assertThat(step.getString("from")).isNotEmpty();
        });
        assertThat(record("jpod.Plan", () -> run(bundle("true"))))
                .singleElement()
                .satisfies(event -> assertThat(event.getInt("steps")).isEqualTo(steps.size()));
    }

    @Test
    void aCreatedOneHasItsStepsUpToWhereItWaits() throws Exception {
        List<RecordedEvent> steps = record("jpod.Step", () -> create(bundle("true"), "c"));
        assertThat(steps.getLast().getBoolean("complete")).isFalse();
        assertThat(steps.getLast().getString("by")).isEqualTo("process");
        assertThat(containers.get("c").status().jsonName()).isEqualTo("created");
    }

    @Test
    void anExecToo() throws Exception {
        Container container = start(bundle("sleep", "1000"), "c").container();
        List<RecordedEvent> steps = record("jpod.Step", () -> exec(container, "true"));
        assertThat(texts(steps)).last().asString().startsWith("execve /probe");
    }

    @Test
    void oneThatFailsEndsAtTheStepThatFailed() throws Exception {
        Bundle bundle = bundle("true").mount(Bundle.mount("/m", "nofs", "none"));
        List<RecordedEvent> steps = record(
                "jpod.Step",
                () -> assertThatThrownBy(
                                () -> containers.create(bundle.spec(), bundle.options("c"), spawner, Observer.NONE))
                        .hasMessageContaining("nofs"));
        assertThat(steps.getLast().getString("text")).contains("nofs");
        assertThat(steps.getLast().getString("from")).isEqualTo("mounts[2]");
        assertThat(steps.getLast().getBoolean("complete")).isFalse();
    }

    @Test
    void afterTheRecordingNothingIsMeasured() throws Exception {
        List<RecordedEvent> steps = record("jpod.Step", () -> {
            Observer watched = Flight.watch("c", Observer.NONE);
            watched.planned(PLAN);
            watched.begun(0);
            assertThat(watched.records()).isTrue();
            watched.ended();
        });
        assertThat(steps).hasSize(1);
        Observer afterwards = Flight.watch("c", Observer.NONE);
        afterwards.planned(PLAN);
        assertThat(afterwards.records()).isFalse();
        assertThat(afterwards.recording(
                        Plan.By.PROCESS, Lowering.lower(PLAN, Arch.host(), 0).process()))
                .isNull();
    }
}
