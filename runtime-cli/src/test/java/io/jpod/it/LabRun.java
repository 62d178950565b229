package io.jpod.it;

import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Types the commands of a {@link Lab} into one shell on a terminal, in a throw-away machine, and compares what comes. */
final class LabRun {
    private static final String END = "\036end of the command\n";
    /** The terminal that the labs were written on; the pages show text as it is. */
    private static final String SESSION = """
            stty -echo -onlcr rows 40 columns 120
            for file in "$0"/*; do
                . "$file" </dev/null
                printf '\\036end of the command\\n'
            done
            """;

    private LabRun() {}

    static void check(Lab lab, boolean hasControllers, Path dir) throws Exception {
        List<Lab.Command> commands = lab.commands().stream()
                .filter(command -> hasControllers || !command.needsControllers())
                .toList();
        String[] outputs = type(commands, dir);
        LabOutput comparison = new LabOutput();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            Lab.Command command = commands.get(i);
            if (i > 0 && commands.get(i - 1).section() != command.section()) {
                comparison = new LabOutput();
            }
            String where = lab.name() + ":" + command.line() + ": $ " + command.text() + "\n";
            if (i >= outputs.length - 1) {
                problems.add(where + "  did not end; it printed:\n" + outputs[outputs.length - 1].indent(4));
                break;
            }
            LabOutput.Difference difference = comparison.compare(command.expected(), outputs[i]);
            if (difference != null) {
                problems.add(where + "  line " + difference.line() + " below it\n    expected: " + difference.expected()
                        + "\n    actual:   " + difference.actual() + "\n  all that it printed:\n"
                        + LabOutput.clean(outputs[i]).indent(4));
            }
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(String.join("\n", problems));
        }
        String rest = outputs[outputs.length - 1].strip();
        if (!rest.isEmpty()) {
            throw new AssertionError(lab.name() + ": at the end of the session: " + rest);
        }
    }

    /** What each command printed, and last what came after the last one. */
    private static String[] type(List<Lab.Command> commands, Path dir) throws Exception {
        Path typed = Files.createDirectory(dir.resolve("typed"));
        for (int i = 0; i < commands.size(); i++) {
            Files.writeString(
                    typed.resolve("%03d".formatted(i)), commands.get(i).text() + "\n");
        }
        Path session = Files.writeString(dir.resolve("session"), SESSION);
        Path output = dir.resolve("output");
        String words = Jpod.HOME.resolve("test-rootfs/lab.sh") + " bash -c \"$(cat " + session + ")\" " + typed;
        ProcessBuilder builder = new ProcessBuilder("script", "-q", "-e", "-f", "-c", words, "/dev/null");
        builder.environment().keySet().removeIf(name -> name.startsWith("JPOD_"));
        builder.environment().put("SHELL", "/bin/bash");
        builder.environment().put("TERM", "dumb");
        Process process = builder.redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        for (long size = -1; !process.waitFor(Await.PATIENCE.toMillis(), TimeUnit.MILLISECONDS); ) {
            if (Files.size(output) == size) {
                process.destroy();
                process.waitFor();
            }
            size = Files.size(output);
        }
        return read(output).split(END, -1);
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replace("\r\n", "\n");
    }
}
