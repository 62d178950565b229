package io.jpod.cli.show;

import io.jpod.container.Container;
import io.jpod.json.JsonWriter;
import io.jpod.oci.State.Status;
import io.jpod.pod.Pod;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Pods and containers at one moment, and what must have happened since another one.
 *
 * @param pods by id
 * @param members containers by id
 */
public record PodTimeline(Map<String, Moment> pods, Map<String, Member> members, Instant now) {
    public static final PodTimeline NOTHING = new PodTimeline(Map.of(), Map.of(), Instant.EPOCH);

    /** A pod. */
    record Moment(String name, Instant created) {}

    /**
     * A container.
     *
     * @param created when it was made; another time is another one of the same name, or the same made again
     * @param finished null: unknown
     */
    record Member(
            String pod,
            Instant created,
            Status status,
            Optional<Instant> started,
            @Nullable Instant finished,
            OptionalInt code) {
        boolean hasStarted() {
            return status == Status.RUNNING || status == Status.PAUSED || status == Status.STOPPED;
        }
    }

    /** @param code of a container that has ended */
    public record Event(Instant time, String type, String status, String name, String pod, OptionalInt code) {
        public Map<String, @Nullable Object> facts() {
            return JsonWriter.tree(json -> json.text("Time", time.toString())
                    .text("Type", type)
                    .text("Status", status)
                    .text("Name", name)
                    .text("Pod", pod)
                    .value("ContainerExitCode", code.isPresent() ? (Object) (long) code.getAsInt() : null));
        }

        @Override
        public String toString() {
            return time.truncatedTo(ChronoUnit.MILLIS) + " " + type + " " + status + " " + name
                    + (type.equals("pod") ? "" : " (pod=" + pod + exit() + ")");
        }

        private String exit() {
            return code.isPresent() ? ", exitCode=" + code.getAsInt() : "";
        }
    }

    public static PodTimeline of(List<Pod> all, Map<String, List<Container>> containers) {
        Map<String, Moment> pods = new LinkedHashMap<>();
        Map<String, Member> members = new LinkedHashMap<>();
        for (Pod pod : all) {
            // One that is being made, or was never made to the end, has no past yet.
            if (pod.created().isEmpty()) {
                continue;
            }
            pods.put(pod.id(), new Moment(pod.name(), pod.created().get()));
            for (Container container : containers.getOrDefault(pod.name(), List.of())) {
                Status status = container.status();
                if (container.created().isPresent()) {
                    members.put(
                            container.id(),
                            new Member(
                                    pod.name(),
                                    container.created().get(),
                                    status,
                                    ContainerFacts.started(container),
                                    ContainerFacts.finished(container).orElse(null),
                                    container.exitCode()));
                }
            }
        }
        return new PodTimeline(pods, members, Instant.now());
    }

    /** In the order of their times, which are those of the records where there are any. */
    public List<Event> since(PodTimeline before) {
        List<Event> events = new ArrayList<>();
        pods.forEach((id, pod) -> {
            if (!before.pods.containsKey(id)) {
                events.add(podEvent(pod.created(), "create", pod));
            }
        });
        members.forEach((id, member) -> change(id, before.members.get(id), member, events));
        before.members.forEach((id, member) -> {
            if (!members.containsKey(id)) {
                if (isAlive(member)) {
                    events.add(event(now, "die", id, member));
                }
                events.add(event(now, "remove", id, member));
            }
        });
        before.pods.forEach((id, pod) -> {
            if (!pods.containsKey(id)) {
                events.add(podEvent(now, "remove", pod));
            }
        });
        events.sort(Comparator.comparing(Event::time));
        return events;
    }

    private static boolean isAlive(Member member) {
        return member.status() == Status.RUNNING || member.status() == Status.PAUSED;
    }

    private void change(String id, @Nullable Member old, Member member, List<Event> events) {
        Member before = old;
        if (before == null || !before.created().equals(member.created())) {
            if (before != null && isAlive(before)) {
                events.add(event(member.created(), "die", id, before));
            }
            events.add(event(member.created(), "create", id, member));
            before = null;
        }
        Instant start = notBefore(member.created(), member.started().orElse(now));
        if (member.hasStarted() && (before == null || !before.hasStarted())) {
            events.add(event(start, "start", id, member));
        }
        if (member.status() == Status.STOPPED && (before == null || before.status() != Status.STOPPED)) {
            Instant end = member.finished() == null ? now : member.finished();
            events.add(new Event(notBefore(start, end), "container", "die", id, member.pod(), member.code()));
        } else if (member.status() == Status.PAUSED && (before == null || before.status() != Status.PAUSED)) {
            events.add(event(now, "pause", id, member));
        } else if (member.status() == Status.RUNNING && before != null && before.status() == Status.PAUSED) {
            events.add(event(now, "unpause", id, member));
        }
    }

    /** Clocks of file systems tick more coarsely than ours. */
    private static Instant notBefore(Instant first, Instant then) {
        return then.isBefore(first) ? first : then;
    }

    private static Event event(Instant time, String status, String id, Member member) {
        return new Event(time, "container", status, id, member.pod(), OptionalInt.empty());
    }

    private static Event podEvent(Instant time, String status, Moment pod) {
        return new Event(time, "pod", status, pod.name(), pod.name(), OptionalInt.empty());
    }
}
