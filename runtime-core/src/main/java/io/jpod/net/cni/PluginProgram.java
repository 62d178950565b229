package io.jpod.net.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.exec.ProgramRun;
import io.jpod.exec.Spawner;
import io.jpod.exec.StepFailed;
import io.jpod.json.Json;
import io.jpod.net.NetworkFailed;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Plan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs plugins: JSON in, JSON out (SPEC.md, section 2). They see the network namespace of the calling thread as the host. */
record PluginProgram(List<Path> directories, Spawner spawner) {
    private static final int LARGEST = 1 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /**
     * Runs one and waits for it.
     *
     * @param environment CNI_* but for CNI_PATH
     * @return what it prints; empty if that is nothing
     * @throws NetworkFailed with the plugin's own words if it fails
     */
    Optional<Json> run(String type, List<String> environment, String input) {
        String path = find(type).toString();
        List<String> all = new ArrayList<>(environment);
        all.add("CNI_PATH="
                + String.join(":", directories.stream().map(Path::toString).toList()));
        all.add(PATH);
        Plan plan = ExecPlanner.hostProgram(path, List.of(path), all, type, "/", true);
        try (ProgramRun run = new ProgramRun(spawner, input, LARGEST)) {
            ProgramRun.Ended ended = run.run(plan, _ -> {}, PATIENCE)
                    .orElseThrow(() -> new NetworkFailed(
                            "CNI plugin " + type + ": not done after " + PATIENCE.toSeconds() + " seconds"));
            if (ended.code() != 0) {
                throw new NetworkFailed("CNI plugin %s: %s".formatted(type, complaint(ended)));
            }
            return ended.out().length == 0
                    ? Optional.empty()
                    : Optional.of(Json.parse(ended.out(), "result of " + type));
        } catch (StepFailed e) {
            throw new NetworkFailed("CNI plugin " + type + ": " + Errno.describe(e.errno()));
        }
    }

    private Path find(String type) {
        return directories.stream()
                .map(directory -> directory.resolve(type))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new NetworkFailed(
                        "no CNI plugin " + type + " in " + directories + " (Debian: containernetworking-plugins)"));
    }

    /** The error that the specification wants, or whatever there is. */
    private static String complaint(ProgramRun.Ended ended) {
        String words = new String(ended.out(), UTF_8).strip();
        if (words.startsWith("{")) {
            Json error = Json.parse(ended.out(), "error");
            String details = error.text("details");
            return Json.printable(error.need("msg").string() + (details == null ? "" : "; " + details), false);
        }
        return "exit status " + ended.code()
                + Json.printable(" " + ended.said(), false).stripTrailing();
    }
}
