package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same commands to runc and to jpod: exit codes, and the shape of what programs read. */
@Tag("root")
@EnabledIf("io.jpod.it.RuncTest#isInstalled")
class RuncCommandsTest extends JpodTests {
    /** A container in each state, of both runtimes. */
    private static Map<String, String> ids = new LinkedHashMap<>();

    private static Bundle sleeping;

    @BeforeAll
    static void start() throws IOException {
        sleeping = jpod.probe()
                .change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                        .set("annotations", Map.of("one", "1", "two", "2")));
        for (String state : List.of("CREATED", "RUNNING", "STOPPED")) {
            String id = jpod.id();
            ids.put(state, id);
            for (boolean isRunc : List.of(false, true)) {
                call(isRunc, "create", "-b", sleeping.dir().toString(), id).ok();
                if (!state.equals("CREATED")) {
                    call(isRunc, "start", id).ok();
                }
                if (state.equals("STOPPED")) {
                    call(isRunc, "kill", id, "KILL").ok();
                }
            }
        }
        jpod.awaitStatus(ids.get("STOPPED"), "stopped");
        Await.until(
                () -> call(true, "state", ids.get("STOPPED")).out().contains("stopped"), () -> "runc's does not stop");
    }

    @AfterAll
    static void end() throws IOException {
        ids.values().forEach(id -> call(true, "delete", "-f", id));
    }

    private static Result call(boolean isRunc, String... arguments) {
        if (!isRunc) {
            return jpod.run(arguments);
        }
        List<String> words = new ArrayList<>(
                List.of("/usr/sbin/runc", "--root", jpod.dir.resolve("runc").toString()));
        words.addAll(List.of(arguments));
        return jpod.program(words).run();
    }

    /**
     * Left out, since they differ: {@code nonsense} is 3 in runc and 1 here;
     * {@code exec --cap CAP_NOTHING} goes on without it in runc, and is an error here.
     */
    static Stream<String> misuse() {
        return """
                state none
                start none
                kill none
                delete none
                delete -f none
                exec none true
                pause none
                resume none
                ps none
                events --stats none
                update --cpu-share 100 none
                state
                start
                kill
                delete
                exec
                create
                run
                create a b
                state a b
                state --nonsense RUNNING
                --nonsense
                kill RUNNING NONSENSE
                kill RUNNING 99
                kill RUNNING 0
                kill RUNNING -1
                start RUNNING
                start STOPPED
                kill STOPPED
                kill STOPPED KILL
                kill CREATED USR1
                delete RUNNING
                create -b BUNDLE RUNNING
                create -b BUNDLE STOPPED
                run -b BUNDLE RUNNING
                create -b /no/such x
                create -b /dev/null x
                create -b /tmp x
                create -b BUNDLE ..
                create -b BUNDLE .
                create -b BUNDLE /
                create -b BUNDLE a/b
                create -b BUNDLE a*b
                state ..
                delete -f ..
                delete -f .
                kill a/b
                pause CREATED
                exec CREATED /probe true
                state CREATED
                resume CREATED
                resume RUNNING
                pause STOPPED
                exec STOPPED /probe true
                exec RUNNING /probe true
                exec CREATED /probe exit 3
                exec RUNNING /probe exit 9
                exec RUNNING /probe exit 255
                exec RUNNING /no-such
                exec RUNNING no-such
                exec RUNNING /proc
                exec --cwd /no/such RUNNING /probe true
                exec --cwd relative RUNNING /probe true
                exec --user nobody RUNNING /probe true
                exec --user 1:2:3 RUNNING /probe true
                exec -p /no/such RUNNING
                exec -d -t RUNNING /probe true
                list -f nonsense
                ps -f nonsense RUNNING
                ps STOPPED
                events --interval 0s RUNNING
                update --memory nonsense RUNNING
                update -r /no/such RUNNING
                create -b BUNDLE --console-socket /no/such x
                create -b BUNDLE --pid-file /no/such/file x
                create -b BUNDLE --preserve-fds 100 x
                run -b BUNDLE --console-socket /no/such x
                """.lines();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("misuse")
    void exitCodesAreTheSame(String line) {
        Result ours = call(false, words(line));
        Result theirs = call(true, words(line));
        assertThat(ours.code()).as(ours + "\n" + theirs).isEqualTo(theirs.code());
    }

    private static String[] words(String line) {
        return Stream.of(line.split(" "))
                .map(word -> word.equals("BUNDLE") ? sleeping.dir().toString() : ids.getOrDefault(word, word))
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("states")
    void stateHasTheSameFields(String state) {
        Config ours = Config.parse(call(false, "state", ids.get(state)).ok().out());
        Config theirs = Config.parse(call(true, "state", ids.get(state)).ok().out());
        assertThat(shape(ours)).isEqualTo(shape(theirs));
        assertThat(ours.text("created"))
                .matches(theirs.text("created").replaceAll("\\d", "\\\\d").replaceAll("\\.(..)*Z", "\\\\.\\\\d+Z"));
    }

    static Stream<String> states() {
        return Stream.of("CREATED", "RUNNING", "STOPPED");
    }

    /** Names and values; of values that differ each time, the type. */
    private static Map<String, Object> shape(Config config) {
        Map<String, Object> shape = new TreeMap<>();
        ((Map<?, ?>) config.root())
                .forEach((name, value) -> shape.put(
                        (String) name,
                        switch ((String) name) {
                            case "pid" -> Integer.valueOf(0).equals(value) ? "none" : "some";
                            case "created", "ociVersion" -> "text";
                            default -> shown(value);
                        }));
        return shape;
    }

    private static Object shown(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : String.valueOf(value);
    }

    @Test
    void listHasTheSameFieldsAndColumns() {
        assertThat(elements(call(false, "list", "-f", "json"))).isEqualTo(elements(call(true, "list", "-f", "json")));
        assertThat(call(false, "list", "-q").out())
                .isEqualTo(call(true, "list", "-q").out());
        assertThat(columns(call(false, "list"))).isEqualTo(columns(call(true, "list")));
    }

    private static Map<String, Map<String, Object>> elements(Result list) {
        Map<String, Map<String, Object>> all = new TreeMap<>();
        Config json = Config.parse(list.ok().out());
        for (Object element : (List<?>) json.root()) {
            Config one = Config.of(element);
            all.put(one.text("id"), shape(one));
        }
        return all;
    }

    /** Every row without pid and time. */
    private static String columns(Result table) {
        return table.ok()
                .out()
                .lines()
                .map(line -> line.replaceAll("\\d{4}-\\d\\d-\\d\\dT\\S+", "TIME")
                        .replaceAll(" \\d+ ", " N ")
                        .replaceAll(" +", " "))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    @Test
    void psHasTheSameShape() {
        String id = ids.get("RUNNING");
        assertThat(call(false, "ps", "-f", "json", id).ok().out()).matches("\\[\\d+]\n?");
        assertThat(call(true, "ps", "-f", "json", id).ok().out()).matches("\\[\\d+]\n?");
        assertThat(firstLine(call(false, "ps", id))).isEqualTo(firstLine(call(true, "ps", id)));
        assertThat(firstLine(call(false, "ps", id, "-o", "pid,comm")))
                .isEqualTo(firstLine(call(true, "ps", id, "-o", "pid,comm")));
    }

    private static String firstLine(Result result) {
        return result.ok()
                        .out()
                        .lines()
                        .findFirst()
                        .orElse("")
                        .replaceAll(" +", " ")
                        .strip() + " + " + result.out().lines().count();
    }

    @Test
    void eventsHaveTheSameEnvelope() {
        String id = ids.get("RUNNING");
        Config ours = Config.parse(call(false, "events", "--stats", id).ok().out());
        Config theirs = Config.parse(call(true, "events", "--stats", id).ok().out());
        assertThat(((Map<?, ?>) ours.root()).keySet())
                .hasToString(((Map<?, ?>) theirs.root()).keySet().toString());
        assertThat(ours.text("type")).isEqualTo(theirs.text("type"));
        assertThat(((Map<?, ?>) ours.get("data")).keySet().stream().map(String::valueOf))
                .as("jpod %s", ours)
                .containsAll(((Map<?, ?>) theirs.get("data"))
                        .keySet().stream().map(String::valueOf).toList());
    }

    @Test
    void featuresHaveTheSameNames() {
        Config ours = Config.parse(call(false, "features").ok().out());
        Config theirs = Config.parse(call(true, "features").ok().out());
        assertThat(((Map<?, ?>) ours.root()).keySet().stream().map(String::valueOf))
                .containsAll(((Map<?, ?>) theirs.root())
                        .keySet().stream().map(String::valueOf).toList());
        assertThat(((Map<?, ?>) ours.get("linux")).keySet().stream().map(String::valueOf))
                .containsAll(((Map<?, ?>) theirs.get("linux"))
                        .keySet().stream().map(String::valueOf).toList());
    }

    @Test
    void specWritesTheSameAndNotTwice() throws IOException {
        Path ours = jpod.newDir("spec");
        Path theirs = jpod.newDir("spec");
        call(false, "spec", "-b", ours.toString()).ok();
        call(true, "spec", "-b", theirs.toString()).ok();
        Config mine = Config.parse(java.nio.file.Files.readString(ours.resolve("config.json")));
        Config other = Config.parse(java.nio.file.Files.readString(theirs.resolve("config.json")));
        for (String path : List.of(
                "process.args",
                "process.env",
                "process.cwd",
                "process.terminal",
                "process.capabilities.bounding",
                "process.noNewPrivileges",
                "root")) {
            assertThat(mine.text(path)).as(path).isEqualTo(other.text(path));
        }
        call(true, "spec", "-b", theirs.toString()).ended(1);
        call(false, "spec", "-b", ours.toString()).ended(1);
    }
}
