package io.jpod.net.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.exec.OpFailed;
import io.jpod.exec.ProcessTree;
import io.jpod.exec.ShimProcess;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.net.NetworkFailed;
import io.jpod.oci.Json;
import io.jpod.oci.Spec;
import io.jpod.plan.ExecPlanner;
import io.jpod.plan.Lowering;
import io.jpod.plan.Program;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs plugins: JSON in, JSON out (SPEC.md, section 2). They see the network namespace of the calling thread as the host. */
record PluginProgram(List<Path> directories, Spawner spawner) {
    private static final int LARGEST = 1 << 20;
    private static final long MILLIS = 120_000;
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
        Spec.Hook program = new Spec.Hook(path, List.of(path), all, null);
        try (Fd stdin = memory(input);
                Fd stdout = memory("");
                Fd stderr = memory("")) {
            int code = execute(type, program, new Spawner.Setting(0, null, null, stdin, stdout, stderr, 0));
            byte[] said = Linux.preadFully(stdout, LARGEST);
            if (code != 0) {
                throw new NetworkFailed("CNI plugin %s: %s".formatted(type, complaint(code, said, stderr)));
            }
            return said.length == 0 ? Optional.empty() : Optional.of(Json.parse(said, "result of " + type));
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

    private int execute(String type, Spec.Hook program, Spawner.Setting setting) {
        Program steps = Lowering.lower(ExecPlanner.hostHook(program, type, "/", List.of()), Arch.host(), 0)
                .process();
        try (ShimProcess process = ShimProcess.start(spawner, steps, Map.of(), setting)) {
            if (process.await() instanceof ShimProcess.Reached) {
                process.proceed();
                process.await();
            }
            if (!Processes.awaitEnd(process.child().pidfd(), MILLIS)) {
                ProcessTree.kill(process.child());
                throw new NetworkFailed("CNI plugin " + type + ": not done after " + MILLIS / 1000 + " seconds");
            }
            return process.child().await();
        } catch (OpFailed e) {
            throw new NetworkFailed("CNI plugin " + type + ": " + Errno.describe(e.errno()));
        }
    }

    /** The error that the specification wants, or whatever there is. */
    private static String complaint(int code, byte[] said, Fd stderr) {
        String words = new String(said, UTF_8).strip();
        if (words.startsWith("{")) {
            Json error = Json.parse(said, "error");
            String details = error.text("details");
            return Json.printable(error.need("msg").string() + (details == null ? "" : "; " + details), false);
        }
        String other = new String(Linux.preadFully(stderr, LARGEST), UTF_8).strip();
        return "exit status " + code
                + Json.printable(" " + words + " " + other, false).stripTrailing();
    }

    private static Fd memory(String content) {
        Fd fd = Linux.memfd("cni");
        Linux.writeFully(fd, ByteBuffer.wrap(content.getBytes(UTF_8)));
        Linux.rewind(fd);
        return fd;
    }
}
