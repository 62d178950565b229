package io.jpod.container;

import io.jpod.exec.LocalSpawner;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.Spawner;
import io.jpod.linux.Linux;
import io.jpod.linux.Stat;
import io.jpod.oci.Spec;
import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** What tests of real containers share: a state root of their own, and that nothing is left of them. */
@Tag("root")
@Needs({Built.SHIMS, Built.PROBE, Built.BUSYBOX})
abstract class ContainerTests {
    final Spawner spawner = new LocalSpawner();
    private final List<Bundle> bundles = new ArrayList<>();
    private final List<Created> made = new ArrayList<>();

    @TempDir
    Path temporary;

    Containers containers;
    private Leftovers before;

    @BeforeEach
    void look() throws IOException {
        containers = new Containers(temporary.resolve("a/b/state"));
        before = Leftovers.now(temporary);
    }

    @AfterEach
    void cleanUp() throws IOException {
        containers.list().forEach(container -> container.delete(true, spawner));
        for (Created created : made) {
            created.await();
            created.close();
        }
        bundles.forEach(Bundle::close);
        Leftovers.now(temporary).compareWith(before);
    }

    /** A bundle that runs {@code probe ARGS}. */
    Bundle bundle(String... args) {
        Bundle bundle = new Bundle(temporary.resolve("bundle" + bundles.size()), args);
        bundles.add(bundle);
        return bundle;
    }

    /** What a maker leaves that was killed when it had just taken the id. */
    StateDir emptyDirectory(String id) {
        RecordDir.Claim claim = RecordDir.claim(containers.root(), id).orElseThrow();
        claim.lock().close();
        return new StateDir(claim.dir());
    }

    /** Runs it to its end; the output. */
    String run(Bundle bundle) {
        return run(bundle, 0);
    }

    String run(Bundle bundle, int expected) {
        String id = "run" + System.nanoTime();
        try (Created created = started(bundle.spec(), bundle.options(id), spawner)) {
            int code = created.await();
            String output = bundle.output();
            if (code != expected) {
                throw new AssertionError("exit code " + code + ", output: " + output);
            }
            created.container().delete(false, spawner);
            return output;
        }
    }

    /** One that waits for start; it is deleted, reaped and let go after the test. */
    Created create(Bundle bundle, String id) {
        return keep(containers.create(bundle.spec(), bundle.options(id), spawner, Observer.NONE));
    }

    /** One that runs, and after the test no more. */
    Created start(Bundle bundle, String id) {
        return keep(started(bundle.spec(), bundle.options(id), spawner));
    }

    /** One that runs; the caller's. */
    Created started(Spec spec, CreateOptions options, Spawner parent) {
        Created created = containers.prepare(spec, options, parent, Observer.NONE);
        try {
            created.start(parent);
            return created;
        } catch (RuntimeException | Error e) {
            created.close();
            throw e;
        }
    }

    Created keep(Created created) {
        made.add(created);
        return created;
    }

    /** Runs {@code probe ARGS} in a container, as {@code process} of a bundle that it never sees otherwise. */
    String exec(Container container, String... args) {
        return exec(container, bundle(args));
    }

    String exec(Container container, Bundle process) {
        ExecOptions options = new ExecOptions("", process.stdio(), null, 0, null, false);
        try (ReadyProcess executed = container.exec(process.spec().process(), options, spawner, Observer.NONE)) {
            try {
                executed.execute();
            } catch (RuntimeException e) {
                // Unless its parent reaps it, the pid namespace cannot end.
                executed.await();
                throw e;
            }
            int code = executed.await();
            if (code != 0) {
                throw new AssertionError("exit code " + code + ", output: " + process.output());
            }
            return process.output();
        }
    }

    /** Until somebody waits for it: proc(5), "/proc/locks", marks who waits with an arrow. */
    static void awaitLockOf(Container container) {
        String inode = ":" + Stat.of(container.directory().toString()).inode() + " ";
        Await.until(
                () -> Linux.readText("/proc/locks", 1 << 20)
                        .lines()
                        .anyMatch(line -> line.contains("-> FLOCK") && line.contains(inode)),
                () -> "nobody waits for its lock");
    }

    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
