import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Counts with strace what one {@code run} asks of the kernel, the few calls of the container's own program included. */
final class SystemCalls {
    private final Host host;

    SystemCalls(Host host) {
        this.host = host;
    }

    /** @param futex of the JVM's threads with each other, apart, since it depends on who waits for whom */
    record Count(long hands, long brain, long container, long futex) {
        long sum() {
            return hands + brain + container;
        }
    }

    Count jpod(Host.Brain brain, String bundle) throws IOException, InterruptedException {
        Path ofBrain = host.work.resolve("brain.strace");
        Process attached = strace(ofBrain, List.of("-p", "" + brain.pid()));
        for (int i = 0; i < 200 && !(Files.exists(ofBrain) && Files.size(ofBrain) > 0); i++) {
            Thread.sleep(20);
        }
        Thread.sleep(200);
        Path ofHands = traced(host.jpod(brain, "run jpod run" + bundle + " a0"));
        Thread.sleep(100);
        attached.destroy();
        attached.waitFor();

        List<String> lines = calls(ofHands);
        String hands = lines.getFirst().split(" ")[0];
        long byHands =
                lines.stream().filter(line -> line.startsWith(hands + " ")).count();
        List<String> byBrain = calls(ofBrain);
        long futex = byBrain.stream().filter(line -> line.contains(" futex(")).count();
        return new Count(byHands, byBrain.size() - futex, lines.size() - byHands, futex);
    }

    long peer(Contender contender) throws IOException, InterruptedException {
        return calls(traced(contender)).size();
    }

    private Path traced(Contender contender) throws IOException, InterruptedException {
        Path file = host.work.resolve(contender.name() + ".strace");
        List<String> command = new ArrayList<>();
        List<String> variables = new ArrayList<>();
        for (String line : contender.setting()) {
            if (line.startsWith("in ")) {
                command.addAll(List.of("nsenter", "--mount=" + line.substring(3)));
            } else {
                variables.add(line.substring("with ".length()));
            }
        }
        command.addAll(List.of("strace", "-f", "-qq", "-o", file.toString()));
        command.addAll(Arrays.asList(contender
                .steps()
                .getFirst()
                .substring("run ".length())
                .replace("%", "0")
                .split(" ")));
        ProcessBuilder traced = new ProcessBuilder(command);
        variables.forEach(variable -> traced.environment().put(variable.split("=")[0], variable.split("=")[1]));
        if (!Host.succeeds(traced)) {
            throw new IOException(String.join(" ", command) + " failed, see " + Host.LOG);
        }
        return file;
    }

    private static Process strace(Path file, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq", "-o", file.toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Host.LOG)
                .start();
    }

    /** One line a call: no second halves, signals, ends, and nothing that was under way before we looked. */
    private static List<String> calls(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.matches("\\d+ +[a-z_0-9]+\\(.*") && !line.contains(" restart_syscall("))
                .toList();
    }
}
