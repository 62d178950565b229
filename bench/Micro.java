import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The benchmarks of bench/jmh: Java alone, without a process or a socket, in a JVM with the options of a resident one. */
final class Micro {
    private static final Path OUT = Host.SOURCE.resolve("bench/out/jmh");
    private static final Path LIB = Host.SOURCE.resolve("lib/jpod");
    private static final Path CONFIG =
            Host.SOURCE.resolve("runtime-core/src/test/resources/golden/default/config.json");

    private static final Map<String, String> WORK = new LinkedHashMap<>();

    static {
        WORK.put("OnPaper.read", "`SpecReader.read`: config.json to Spec");
        WORK.put("OnPaper.plan", "`Planner.plan`: Spec to Plan");
        WORK.put("OnPaper.lower", "`Lowering.lower`: Plan to both programs");
        WORK.put("Door.ffm", "getpid, FFM (resident brains, the library)");
        WORK.put("Door.jni", "getpid, JNI (one-shot brains)");
        WORK.put("Door.jnr", "getpid, JNR-FFI (if asked for)");
        WORK.put("Door.ffmFails", "close of -1, FFM");
        WORK.put("Door.jniFails", "close of -1, JNI");
        WORK.put("Door.jnrFails", "close of -1, JNR-FFI");
        WORK.put("Room.block", "a path, a struct and ten members, in a block (`Memory`)");
        WORK.put("Room.arena", "the same in an `Arena`");
    }

    private record Score(String value, String error) {}

    private Micro() {}

    static String section() throws IOException, InterruptedException {
        Path scores = OUT.resolve("scores.csv");
        Files.deleteIfExists(scores);
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(List.of("-cp", OUT.resolve("classes") + ":" + OUT.resolve("lib") + "/*:" + LIB + "/*"));
        command.addAll(List.of("org.openjdk.jmh.Main", "-foe", "true", "-rf", "csv", "-rff", scores.toString()));
        command.addAll(List.of(
                "-bm", "avgt", "-tu", "ns", "-f", "1", "-wi", "4", "-w", "1", "-i", "5", "-r", "1", "-prof", "gc"));
        command.addAll(List.of("-jvmArgs", String.join(" ", optionsOfBrain())));
        int status = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(OUT.resolve("jmh.log").toFile())
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("JMH failed, see " + OUT.resolve("jmh.log"));
        }
        String table = Table.aligned(lines(parse(Files.readAllLines(scores))));
        System.out.println(table);
        return """
                %s
                - JMH, each in a JVM with the options of a resident one (the first compiler alone),
                  five seconds after four to warm up. No target is set for these.
                - The config.json is that of `runc spec`. A resident brain does this for one that it has not met lately.
                """.formatted(table);
    }

    /** As `make build` has written it down, without the program and the cache, which is for another class path. */
    private static List<String> optionsOfBrain() throws IOException {
        List<String> options = new ArrayList<>(Files.readAllLines(LIB.resolve("brain.argv")).stream()
                .skip(1)
                .takeWhile(line -> !line.equals("-cp"))
                .filter(line -> !line.startsWith("-XX:AOTCache"))
                .map(line -> line.replace("@LIB@", LIB.toString()))
                .toList());
        options.add("-Djpod.config=" + CONFIG);
        options.add("--sun-misc-unsafe-memory-access=allow");
        return options;
    }

    /** Lines "NAME","avgt",THREADS,SAMPLES,SCORE,ERROR,"UNIT", by the name without its package. */
    private static Map<String, Score> parse(List<String> lines) {
        Map<String, Score> scores = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.replace("\"", "").split(",");
            scores.put(words[0].replaceFirst(".*bench\\.", ""), new Score(words[4], words[5]));
        }
        return scores;
    }

    private static List<List<String>> lines(Map<String, Score> scores) {
        List<List<String>> lines = new ArrayList<>(List.of(List.of("work", "ns", "±", "bytes allocated")));
        WORK.forEach((name, work) -> {
            Score time = scores.get(name);
            lines.add(List.of(
                    work,
                    rounded(time.value()),
                    rounded(time.error()),
                    rounded(scores.get(name + ":gc.alloc.rate.norm").value())));
        });
        return lines;
    }

    private static String rounded(String value) {
        return String.format(Locale.ROOT, "%.0f", Double.parseDouble(value));
    }
}
