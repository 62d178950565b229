package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.it.LifeModel.Life;
import io.jpod.it.LifeModel.Outcome;
import io.jpod.it.LifeModel.Verb;
import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every two verbs on one container at the same time, many times, in every state in which they do something: what both say and
 * what becomes of the container is what some order of the two comes to, and nothing is left over.
 */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE})
class VerbPairsTest {
    /** How often each pair meets. */
    private static final int ROUNDS = Integer.getInteger("jpod.pairs.rounds", 200);

    /** Each has its brain and its state root. */
    private static final int WORKERS = 2;

    /** Deleted by one command; no more, since those that are listed take their time. */
    private static final int BATCH = 25;

    /** Between two verbs, in microseconds: the quicker ones take so long. */
    private static final int LARGEST_GAP = 4000;

    private static final Pattern ERROR = Pattern.compile("level=error msg=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern STATUS = Pattern.compile("\"id\":\"([^\"]*)\".*?\"status\":\"([^\"]*)\"");

    private record Pair(Verb first, Verb second) {}

    /** One meeting, and what both have said. */
    private record Round(String id, Life before, Pair pair, String first, String second) {
        boolean isExplainedBy(Life after) {
            return LifeModel.outcomes(before, pair.first(), pair.second()).contains(new Outcome(first, second, after));
        }

        /** Whether it was killed, and so will end. */
        boolean ends() {
            return pair.first() == Verb.KILL && first.equals("0") || pair.second() == Verb.KILL && second.equals("0");
        }

        String text(Life after) {
            return "%s: %s [%s] %s [%s] -> %s".formatted(before, pair.first(), first, pair.second(), second, after);
        }
    }

    private static Queue<Pair> pairs() {
        Queue<Pair> pairs = new ConcurrentLinkedQueue<>();
        for (Verb first : Verb.values()) {
            for (Verb second : Verb.values()) {
                if (first.ordinal() <= second.ordinal()) {
                    pairs.add(new Pair(first, second));
                }
            }
        }
        return pairs;
    }

    @Test
    void whateverTwoVerbsComeToSomeOrderOfThemExplains() throws Exception {
        Queue<Pair> pairs = pairs();
        try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
            List<Future<List<String>>> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                workers.add(threads.submit(() -> meet(pairs)));
            }
            List<String> wrong = new ArrayList<>();
            for (Future<List<String>> worker : workers) {
                wrong.addAll(worker.get());
            }
            assertThat(wrong.stream().collect(Collectors.groupingBy(text -> text, Collectors.counting())))
                    .isEmpty();
        }
    }

    /** What nothing explains, and what was left. */
    private static List<String> meet(Queue<Pair> pairs) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (Jpod jpod = Jpod.resident()) {
            Meeting meeting = new Meeting(jpod);
            meeting.batch(new Pair(Verb.CREATE, Verb.DELETE_FORCE), 0, BATCH);
            HostState before = HostState.of(jpod);
            for (Pair pair = pairs.poll(); pair != null; pair = pairs.poll()) {
                for (int done = 0; done < ROUNDS; done += BATCH) {
                    wrong.addAll(meeting.batch(pair, done, Math.min(done + BATCH, ROUNDS)));
                }
                String left = HostState.lastingChanges(jpod, before, false);
                if (!left.isEmpty()) {
                    wrong.add("left by " + pair + ":\n" + left);
                    before = HostState.of(jpod);
                }
            }
        }
        return wrong;
    }

    private static final class Meeting {
        private final Jpod jpod;
        private final Bundle lasting;
        private final Bundle brief;

        /** Of the first verb and of the second. */
        private final List<Path> limits;

        private final Random random = new Random(1);

        Meeting(Jpod jpod) throws IOException {
            this.jpod = jpod;
            this.lasting = bundle("sleep", "1000");
            this.brief = bundle("true");
            this.limits = List.of(limits(7), limits(8));
        }

        /** Without a network of its own, which takes the kernel most of the time. */
        private Bundle bundle(String... words) throws IOException {
            List<String> args = new ArrayList<>(List.of(words));
            args.addFirst("/probe");
            List<Object> namespaces = Stream.of("pid", "ipc", "uts", "mount")
                    .<Object>map(type -> Map.of("type", type))
                    .toList();
            return jpod.probe()
                    .change(config -> config.set("process.args", args).set("linux.namespaces", namespaces));
        }

        private Path limits(int descendants) throws IOException {
            return Files.writeString(
                    jpod.dir.resolve("limits" + descendants),
                    "{\"unified\": {\"cgroup.max.descendants\": \"" + descendants + "\"}}");
        }

        /** What nothing explains. */
        List<String> batch(Pair pair, int from, int to) throws IOException {
            List<Life> lives = LifeModel.lives(pair.first(), pair.second());
            List<Round> rounds = new ArrayList<>();
            for (int i = from; i < to; i++) {
                rounds.add(round(pair, lives.get(i % lives.size())));
            }
            List<String> wrong = new ArrayList<>();
            Map<String, String> statuses = awaitEnds(rounds);
            for (Round round : rounds) {
                Life after = life(round.id(), statuses);
                if (!round.isExplainedBy(after)) {
                    wrong.add(round.text(after));
                }
                if (after != Life.ABSENT && !hasLimitsOfConfig(round.id())) {
                    wrong.add(round.text(after) + ", and its limits are not those of its config");
                }
            }
            List<String> words = new ArrayList<>(List.of("delete", "--force"));
            rounds.forEach(round -> words.add(round.id()));
            jpod.run(words.toArray(String[]::new)).ok();
            return wrong;
        }

        private Round round(Pair pair, Life before) {
            String id = jpod.id();
            make(id, before);
            boolean turned = random.nextBoolean();
            Jpod.Call[] calls = {call(pair.first(), id, 0), call(pair.second(), id, 1)};
            Jpod.Running one = calls[turned ? 1 : 0].start();
            if (random.nextBoolean()) {
                LockSupport.parkNanos(random.nextInt(LARGEST_GAP) * 1000L);
            }
            Jpod.Running two = calls[turned ? 0 : 1].start();
            Jpod.Running first = turned ? two : one;
            Jpod.Running second = turned ? one : two;
            if (pair.first() != Verb.PAUSE || pair.second() != Verb.EXEC) {
                return new Round(id, before, pair, said(pair.first(), id, first), said(pair.second(), id, second));
            }
            // What is paused when it has begun ends when it is resumed.
            String paused = said(pair.first(), id, first);
            if (paused.equals("0")) {
                jpod.run("resume", id).ok();
            }
            String executed = said(pair.second(), id, second);
            if (paused.equals("0")) {
                jpod.run("pause", id).ok();
            }
            return new Round(id, before, pair, paused, executed);
        }

        private void make(String id, Life life) {
            switch (life) {
                case ABSENT -> {}
                case CREATED -> call(Verb.CREATE, id, 0).run().ok();
                case RUNNING -> run(id);
                case PAUSED_BEFORE_START -> {
                    call(Verb.CREATE, id, 0).run().ok();
                    jpod.run("pause", id).ok();
                }
                case PAUSED -> {
                    run(id);
                    jpod.run("pause", id).ok();
                }
                case STOPPED ->
                    jpod.run("run", "--keep", "-b", brief.dir().toString(), id).ok();
            }
        }

        private void run(String id) {
            jpod.run("run", "-d", "-b", lasting.dir().toString(), id).ok();
        }

        private Jpod.Call call(Verb verb, String id, int place) {
            return switch (verb) {
                case CREATE -> jpod.call("create", "-b", lasting.dir().toString(), id);
                case START -> jpod.call("start", id);
                case KILL -> jpod.call("kill", id, "KILL");
                case PAUSE -> jpod.call("pause", id);
                case RESUME -> jpod.call("resume", id);
                case EXEC -> jpod.call("exec", id, "/probe", "true");
                case UPDATE -> jpod.call("update", "-r", limits.get(place).toString(), id);
                case DELETE -> jpod.call("delete", id);
                case DELETE_FORCE -> jpod.call("delete", "--force", id);
                case STATE -> jpod.call("state", id);
                case LIST -> jpod.call("list", "-f", "json");
            };
        }

        /** The exit code, and what it printed of that container. */
        private static String said(Verb verb, String id, Jpod.Running running) {
            Result result = running.await();
            String out = verb == Verb.STATE && result.code() == 0
                    ? Config.parse(result.out()).text("status")
                    : verb == Verb.LIST ? statuses(result.out()).getOrDefault(id, "absent") : result.out();
            List<MatchResult> errors = ERROR.matcher(result.err()).results().toList();
            String err = errors.size() == 1 ? errors.getFirst().group(1) : result.err();
            try {
                Files.delete(result.stdout());
                Files.delete(result.stderr());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return (result.code() + " " + out + err.replace(id, "ID")).strip();
        }

        private static Map<String, String> statuses(String json) {
            return STATUS.matcher(json)
                    .results()
                    .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));
        }

        /** All statuses once those have ended that were killed, which takes its moment. */
        private Map<String, String> awaitEnds(List<Round> rounds) {
            List<Map<String, String>> seen = new ArrayList<>();
            Await.until(
                    () -> {
                        seen.add(statuses(jpod.run("list", "-f", "json").ok().out()));
                        return rounds.stream()
                                .filter(Round::ends)
                                .map(round -> life(round.id(), seen.getLast()))
                                .noneMatch(Life::isAlive);
                    },
                    () -> "somebody outlives SIGKILL: " + rounds);
            return seen.getLast();
        }

        private Life life(String id, Map<String, String> statuses) {
            return switch (statuses.getOrDefault(id, "absent")) {
                case "absent" -> Life.ABSENT;
                case "created" -> Life.CREATED;
                case "running" -> Life.RUNNING;
                case "stopped" -> Life.STOPPED;
                case "paused" ->
                    Files.exists(jpod.root.resolve(id).resolve("start.sock")) ? Life.PAUSED_BEFORE_START : Life.PAUSED;
                default -> throw new AssertionError(id + " is " + statuses.get(id));
            };
        }

        /** Whoever has updated it last. */
        private boolean hasLimitsOfConfig(String id) throws IOException {
            Config config = Config.parse(Files.readString(jpod.root.resolve(id).resolve("config.json")));
            Path cgroup = HostState.cgroup2().resolve("jpod").resolve(id);
            Object asked = config.get("linux.resources.unified") instanceof Map<?, ?> unified
                    ? unified.get("cgroup.max.descendants")
                    : null;
            return asked == null
                    || asked.equals(Files.readString(cgroup.resolve("cgroup.max.descendants"))
                            .strip());
        }
    }
}
