import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One side of a comparison, and the driver (timeit.c) that runs several of them in turn. */
record Contender(String name, List<String> setting, List<String> steps) {
    static Contender of(String name, String... steps) {
        return new Contender(name, List.of(), List.of(steps));
    }

    /** The same in a mount namespace ("in FILE") or with a variable in its environment ("with KEY=VALUE"). */
    Contender set(String line) {
        List<String> more = new ArrayList<>(setting);
        more.add(line);
        return new Contender(name, more, steps);
    }

    private String plan() {
        StringBuilder plan = new StringBuilder("= " + name + "\n");
        setting.forEach(line -> plan.append(line).append('\n'));
        steps.forEach(line -> plan.append(line).append('\n'));
        return plan.toString();
    }

    /** @param clients 0: one command after the other, else a sample is {@code runs} commands by so many at a time */
    record Driver(Path timeit, int runs, int warmUp, int clients) {
        private static final String PAUSE_MICROS = "1000";
        private static int number;

        Driver runs(int other) {
            return new Driver(timeit, other, warmUp, clients);
        }

        Driver warmUp(int other) {
            return new Driver(timeit, runs, other, clients);
        }

        Driver clients(int other) {
            return new Driver(timeit, runs, warmUp, other);
        }

        /** Numbers of commands (% in a step) never come twice, unless {@code first} is given. */
        Map<String, Samples> drive(List<Contender> contenders) {
            int first = number;
            number += runs + warmUp;
            return drive(contenders, first);
        }

        Map<String, Samples> drive(List<Contender> contenders, int first) {
            StringBuilder plan = new StringBuilder();
            contenders.forEach(contender -> plan.append(contender.plan()));
            List<String> command = List.of(
                    timeit.toString(),
                    "-n",
                    "" + runs,
                    "-w",
                    "" + warmUp,
                    "-j",
                    "" + clients,
                    "-f",
                    "" + first,
                    "-p",
                    PAUSE_MICROS);
            try {
                Process process =
                        new ProcessBuilder(command).redirectError(Host.LOG).start();
                try (var in = process.outputWriter()) {
                    in.write(plan.toString());
                }
                return parse(process.inputReader().lines().toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Map<String, Samples> parse(List<String> lines) {
            Map<String, List<Long>> times = new LinkedHashMap<>();
            Map<String, Integer> failures = new HashMap<>();
            for (String line : lines) {
                String[] words = line.split(" ");
                times.computeIfAbsent(words[0], _ -> new ArrayList<>()).add(Long.valueOf(words[1]));
                failures.merge(words[0], Integer.valueOf(words[2]), Integer::sum);
            }
            Map<String, Samples> samples = new LinkedHashMap<>();
            times.forEach((name, values) -> samples.put(
                    name, Samples.of(values.stream().mapToLong(Long::longValue).toArray(), failures.get(name))));
            return samples;
        }
    }
}
