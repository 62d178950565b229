package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose rights, whose directory, whose descriptors and whose patience: the caller's, never the resident brain's. */
@Tag("root")
class CallersTest extends JpodTests {
    private static final String PROCESS =
            "{\"args\":[\"/probe\",\"exit\",\"7\"],\"cwd\":\"/\",\"user\":{\"uid\":0,\"gid\":0}}";

    /** Listens, and has more to do than it can. */
    private static final String FULL =
            "import socket as s, time; l = s.socket(s.AF_UNIX); l.bind(\"sock\"); l.listen(0);"
                    + " c = [s.socket(s.AF_UNIX) for _ in range(9)]; [x.setblocking(False) for x in c];"
                    + " [x.connect_ex(\"sock\") for x in c]; open(\"full\", \"w\"); time.sleep(1000)";

    private static String running;

    @BeforeAll
    static void start() throws IOException {
        running = jpod.id();
        jpod.run("run", "-d", "-b", jpod.probe("sleep", "1000").dir().toString(), running)
                .ok();
    }

    /** A script, in which $jpod is the command, $id a container that runs; in a directory of its own. */
    private static Jpod.Call script(Path directory, String text) {
        return jpod.program(List.of("bash", "-c", text))
                .in(directory)
                .env("jpod", Jpod.HOME.resolve("bin/jpod") + " --root " + jpod.root)
                .env("id", running);
    }

    private static Path directory() throws IOException {
        Path directory = jpod.newDir("caller");
        Files.writeString(directory.resolve("p.json"), PROCESS);
        return directory;
    }

    // ---- rights

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--log FILE state no-such",
                "exec --pid-file FILE ID /probe true",
                "run --trace=FILE -b BUNDLE NEW"
            })
    void whoHasFewerRightsWritesNothingThatItCannot(String words) throws IOException {
        Path theirs = Files.createDirectory(directory().resolve("theirs"));
        script(theirs, "chown 4711 . && chmod 700 .").run().ok();
        String line = words.replace("FILE", theirs.resolve("file").toString())
                .replace("ID", running)
                .replace("BUNDLE", jpod.probe("true").dir().toString())
                .replace("NEW", jpod.id());
        jpod.call(line.split(" "))
                .through("setpriv", "--bounding-set=-all", "--inh-caps=-all")
                .run();
        assertThat(theirs.toFile().list()).isEmpty();
        jpod.call("--log", theirs.resolve("file").toString(), "state", "no-such")
                .run()
                .ended(1);
        assertThat(theirs.toFile().list()).as("with all rights").containsExactly("file");
    }

    // ---- directories

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bind data bind",
                "none ./data rbind,ro",
                "bind ../BUNDLE/data bind",
                "overlay o lowerdir=data:rootfs"
            })
    void relativeSourcesBeginAtTheBundle(String mount) throws IOException {
        String[] words = mount.split(" ");
        Bundle bundle = jpod.probe();
        Files.writeString(Files.createDirectory(bundle.dir().resolve("data")).resolve("file"), "the bundle's");
        bundle.change(config -> {
            config.set("process.args", List.of("/probe", "cat", "/mnt/file"));
            config.set(
                    "mounts.+",
                    Map.of(
                            "destination",
                            "/mnt",
                            "type",
                            words[0],
                            "source",
                            words[1].replace(
                                    "BUNDLE", bundle.dir().getFileName().toString()),
                            "options",
                            List.of(words[2].split(","))));
        });
        Path elsewhere = directory();
        Files.writeString(Files.createDirectory(elsewhere.resolve("data")).resolve("file"), "another's");
        for (Path place : List.of(elsewhere, Path.of("/"), bundle.dir())) {
            Result result = jpod.call("run", "-b", bundle.dir().toString(), jpod.id())
                    .in(place)
                    .run();
            assertThat(result.ok().out()).startsWith("the bundle's");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$jpod exec --process <(cat p.json) $id",
                "$jpod exec --process /dev/stdin $id <p.json",
                "cat p.json | $jpod exec --process /proc/self/fd/0 $id",
                "$jpod exec --process /dev/fd/9 $id 9<p.json",
                "ln -s /dev/stdin link; $jpod exec --process link $id <p.json",
                "$jpod exec --process /proc/thread-self/cwd/p.json $id",
                "mkfifo fifo; cat p.json >fifo & $jpod exec --process ./fifo $id",
                "$jpod exec --process p.json $id"
            })
    void whatIsTheCallersIsReadFromTheCaller(String text) throws IOException {
        Path directory = directory();
        script(directory, text).run().ended(7);
        script(directory(), "export JPOD_ONESHOT=1; " + text).run().ended(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void aDirectoryThatIsGoneIsNoHindrance(String oneShot) throws IOException {
        Path bundle = jpod.probe("exit", "5").dir();
        script(directory(), "mkdir gone && cd gone && rmdir ../gone && $jpod run -b " + bundle + " " + jpod.id())
                .env("JPOD_ONESHOT", oneShot)
                .run()
                .ended(5);
        Result nothing = script(directory(), "mkdir gone && cd gone && rmdir ../gone && $jpod run " + jpod.id())
                .env("JPOD_ONESHOT", oneShot)
                .run()
                .ended(1);
        assertThat(nothing.err()).contains("config.json not found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void volumesAreTheCallers(String oneShot) throws Exception {
        String run = "$jpod run --rootfs "
                + Bundle.busybox(jpod.newDir("box" + oneShot)).rootfs();
        assertThat(script(
                                directory(),
                                "echo mine >f; " + run
                                        + " -v /dev/fd/9:/x -v /proc/self/cwd:/y -- sh -c 'cat /x /y/f' 9<f")
                        .env("JPOD_ONESHOT", oneShot)
                        .run()
                        .ok()
                        .out())
                .isEqualTo("mine\nmine\n");
        Result nothing = script(directory(), "mkdir gone && cd gone && rmdir ../gone && " + run + " -v .:/x -- true")
                .env("JPOD_ONESHOT", oneShot)
                .run()
                .ended(1);
        assertThat(nothing.err()).contains(".: the current directory has been removed");
    }

    @Test
    void aFullDiskKeepsNoTemporaryFile() throws IOException {
        Path bundle = jpod.probe("true").dir();
        Result full = script(
                        directory(),
                        "export JPOD_ONESHOT=1; mkdir d; exec unshare -m sh -c 'mount -t tmpfs -o size=4k none d; "
                                + "head -c 4096 /dev/zero >d/fill; '\"$jpod\"' run --pid-file d/pid -b " + bundle + " "
                                + jpod.id() + "; ls -A d'")
                .run();
        assertThat(full.err()).contains("ENOSPC");
        assertThat(full.out()).isEqualTo("fill\n");
    }

    // ---- patience

    /** What they wait for never comes, and they are killed: the brain lets go of all that it held for them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "exec $jpod logs -f LOGGING",
                "exec $jpod events $id",
                "exec $jpod wait $id",
                "mkfifo fifo; exec $jpod exec --process fifo $id",
                "mkfifo fifo; exec $jpod exec --pid-file fifo $id /probe true",
                "mkfifo fifo; exec $jpod --log fifo state no-such",
                "exec $jpod update -r - $id < <(exec sleep 1000)",
                "exec $jpod logs TALKING > >(exec sleep 1000)",
                "python3 -c '" + FULL + "' & until [ -e full ]; do sleep 0.01; done;"
                        + " exec $jpod exec --pidfd-socket sock $id /probe true"
            })
    void whoIsKilledKeepsNothingOfTheBrain(String text) throws Exception {
        String logging = jpod.id();
        String talking = jpod.id();
        String busybox = Jpod.HOME.resolve("test-rootfs/out/busybox").toString();
        jpod.run("run", "-d", "--rootfs", busybox, "--name", logging, "--", "sleep", "1000")
                .ok();
        jpod.run("run", "-d", "--rootfs", busybox, "--name", talking, "--", "seq", "200000")
                .ok();
        jpod.run("wait", talking).ok();
        jpod.run("exec", running, "/probe", "true").ok();
        HostState before = HostState.atRest(jpod);
        Process caller = script(directory(), text.replace("LOGGING", logging).replace("TALKING", talking))
                .start()
                .process();
        Await.until(jpod::isHeldUp, () -> "the brain does not wait for it");
        assertThat(caller.isAlive()).isTrue();
        List<ProcessHandle> others = caller.descendants().toList();
        caller.destroyForcibly().waitFor();
        try {
            // It looks for some class for the first time.
            assertThat(HostState.lastingChanges(
                            jpod, before, true, line -> line.contains("brain's") && !line.endsWith(".jar")))
                    .isEmpty();
        } finally {
            others.forEach(ProcessHandle::destroyForcibly);
            jpod.run("delete", "--force", logging).ok();
            jpod.run("delete", "--force", talking).ok();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$jpod logs -f LOGGING",
                "$jpod logs LOGGING",
                "$jpod events --interval 10ms $id",
                "$jpod ns --watch $id",
                "$jpod pod events",
                "$jpod pod stats",
                "$jpod list",
                "$jpod exec $id /probe env"
            })
    void whoseReaderIsGoneEndsWithoutAWord(String text) throws IOException {
        String logging = jpod.id();
        String busybox = Jpod.HOME.resolve("test-rootfs/out/busybox").toString();
        jpod.run("run", "-d", "--rootfs", busybox, "--name", logging, "--", "sh", "-c", "seq 100000; sleep 1000")
                .ok();
        Jpod.awaitText(jpod.root.resolve(logging).resolve("log/log"), "\n100000\n");
        try {
            String command = "(" + text.replace("LOGGING", logging) + "; echo $? >code) | ";
            // Without pods there are no events, and head would wait for one.
            for (String reader : text.contains("pod events") ? List.of("true") : List.of("head -n 1", "true")) {
                Path directory = directory();
                Result result = script(directory, command + reader).run().ok();
                assertThat(result.err()).isEmpty();
                assertThat(Files.readString(directory.resolve("code")).strip())
                        .isIn(
                                text.contains("exec") || text.contains("list")
                                        ? List.of("0", "1", "141")
                                        : List.of("141"));
            }
        } finally {
            jpod.run("delete", "--force", logging).ok();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mkfifo config.json",
                "ln -s /dev/zero config.json",
                "ln -s /dev/tty config.json",
                "mkdir config.json"
            })
    void aConfigThatIsNoFileIsRefused(String make) throws IOException {
        Path directory = directory();
        script(directory, make).run().ok();
        Result result = jpod.run("run", "-b", directory.toString(), jpod.id()).ended(1);
        assertThat(result.err()).contains("config.json").doesNotContain("nobody");
        jpod.call("run", "-b", directory.toString(), jpod.id()).oneShot().run().ended(1);
    }

    // ---- files

    /** Nothing of the host's /dev, in case it does not. Each names FILE; what it is stays what it is, and gets the number where it can have one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mknod FILE c 1 3",
                "mknod target c 1 3; ln -s target FILE",
                "ln -s /proc/self/fd/1 FILE",
                "ln -s /proc/thread-self/fd/1 FILE",
                "mkfifo FILE; cat FILE & true",
                "echo long old content >target; ln -s target FILE",
                "ln -s missing FILE"
            })
    void whatIsNoRegularFileIsNotReplaced(String make) throws IOException {
        Path directory = directory();
        Path file = directory.resolve("file");
        Result result = script(
                        directory,
                        make.replace("FILE", "file")
                                + "; stat -c '%F %t %T' file >before; $jpod exec --pid-file file $id /probe true;"
                                + " stat -c '%F %t %T' file >after; wait")
                .run()
                .ok();
        assertThat(directory.resolve("after")).hasSameTextualContentAs(directory.resolve("before"));
        if (!make.contains("mknod")) {
            String said = Files.isRegularFile(file) ? Files.readString(file) : result.out();
            assertThat(said).matches("\\d+");
        }
        List<String> left = new ArrayList<>(List.of(directory.toFile().list()));
        left.removeIf(name -> !name.startsWith("."));
        assertThat(left).isEmpty();
    }

    @Test
    void aFileInADirectoryThatCannotBeWrittenToIsWrittenInPlace() throws IOException {
        Path directory = directory();
        script(
                        directory,
                        "echo old content >source; echo >mounted; unshare -m sh -c 'mount --bind source mounted &&"
                                + " JPOD_ONESHOT=1 $jpod exec --pid-file mounted $id /probe true'")
                .run()
                .ok();
        assertThat(Files.readString(directory.resolve("source")))
                .as("a mount point")
                .matches("\\d+");
    }

    @Test
    void aFileThatIsMadeHasTheCallersMask() throws IOException {
        Path directory = directory();
        script(
                        directory,
                        "umask 077; $jpod exec --pid-file a $id /probe true; $jpod --log b state no-such;"
                                + " umask 022; $jpod exec --pid-file c $id /probe true")
                .run();
        assertThat(script(directory, "stat -c %a a b c").run().ok().out()).isEqualTo("600\n600\n644\n");
    }
}
