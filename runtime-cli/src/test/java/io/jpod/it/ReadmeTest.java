package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands under "Use" in the README, one after the other, as somebody would type them. */
@Tag("root")
@Needs({Built.JPOD, Built.LAB})
class ReadmeTest {
    @TempDir
    Path dir;

    @Test
    void commandsOfTheReadmeWork() throws Exception {
        List<String> commands = Files.readAllLines(Jpod.HOME.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals("## Use"))
                .takeWhile(line -> !line.equals("## How it works"))
                // The heading of a table in a fence begins with blanks, too.
                .filter(line -> line.startsWith("    ") && !line.endsWith(" time"))
                .map(String::strip)
                // Nobody types here; and limits need controllers, which the test machine may not have.
                .map(line -> line.replace(" -it ", " "))
                .map(line -> hasMemoryController() ? line : line.replace("--memory 64m --cpus 0.5 ", ""))
                .toList();
        assertThat(commands).hasSizeGreaterThan(12);
        Files.createSymbolicLink(dir.resolve("busybox"), Jpod.HOME.resolve("test-rootfs/out/busybox"));
        Files.createDirectory(dir.resolve("site"));
        Files.writeString(dir.resolve("site/index.html"), "it works\n");
        Path script = Files.writeString(dir.resolve("script"), """
                set -eu
                cd "$(dirname "$0")"
                jpod() { command jpod --root "$PWD/state" "$@" </dev/null; if [ $1 = kill ]; then ended $2; fi; }
                # Nobody types so fast that it has not ended by the next command.
                ended() { until jpod state $1 | grep -q stopped; do sleep 0.01; done; }
                trap 'jpod delete --force web; jpod delete --force c1; jpod pod rm --force web' EXIT
                set -x
                """ + String.join("\n", commands) + "\n");
        Path output = dir.resolve("output");
        // A machine of its own, since the pod publishes a port, and names are the host's.
        String lab = Jpod.HOME.resolve("test-rootfs/lab.sh").toString();
        Process bash = new ProcessBuilder(lab, "bash", script.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = bash.waitFor();
        String said = Files.readString(output);
        assertThat(code).as(said).isZero();
        assertThat(said)
                .contains(
                        "httpd -f -h /site",
                        "it works",
                        "\"status\": \"created\"",
                        "sleep 60",
                        "pivot_root(\".\", \".\")",
                        "everybody's /dev/shm",
                        "1 root     httpd -f -p 80 -h /etc",
                        "nothing is left over");
        assertThat(dir.resolve("state").toFile().list()).containsExactlyInAnyOrder("pods", "networks");
        assertThat(dir.resolve("state/pods").toFile().list()).isEmpty();
    }

    private static boolean hasMemoryController() {
        try {
            return Files.readString(Path.of("/sys/fs/cgroup/cgroup.controllers"))
                    .contains("memory");
        } catch (java.io.IOException hybrid) {
            return false;
        }
    }
}
