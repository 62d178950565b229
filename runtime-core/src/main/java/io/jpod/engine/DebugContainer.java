package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.pod.Pod;
import io.jpod.pod.Pods;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A container with tools, from which one looks into a pod or into another container.
 *
 * @param target a container of the pod, whose processes are to be seen; null: none
 * @param wish what is not said by the others; its name is given
 * @param manner in which it runs
 * @param hints gets what is good to know
 */
public record DebugContainer(
        Engine engine,
        DebugTools tools,
        DebugProfile profile,
        @Nullable String target,
        String name,
        Wish.Builder wish,
        Manner manner,
        Consumer<String> hints) {

    /** Runs it in a pod or beside a container, to its end; the exit code. */
    public int run(String subject) {
        DebugSubject found = DebugSubject.find(engine, subject);
        try (Fd hold = found.hold()) {
            return run(target == null ? found : found.withTarget(target), hold, () -> {});
        }
    }

    /**
     * The same in a copy that is made of the pod, and stays.
     *
     * @param replace whether the first pod is removed once the copy runs
     */
    public int runInCopy(String subject, String copyName, boolean shareProcesses, boolean replace) {
        DebugSubject found = DebugSubject.find(engine, subject);
        Pod original = found.pod();
        if (original == null) {
            throw new InvalidWish("copyTo", "container " + subject + " is in no pod");
        }
        if (engine.pods().find(Pods.requireName(copyName)).isPresent()) {
            throw new InvalidWish("copyTo", "pod name " + copyName + " is in use");
        }
        if (target != null) {
            Container wanted = engine.containers()
                    .find(target)
                    .orElseThrow(() -> new InvalidWish("target", "there is no container " + target));
            found.requireOurs(wanted);
        }
        Pod copy = new PodCopy(engine, copyName, shareProcesses).make(original, Background::beside);
        boolean[] replaced = {false};
        try (Fd hold = copy.hold(engine.parent())) {
            return run(found.in(copy, target), hold, () -> {
                if (replace) {
                    replaced[0] = true;
                    original.delete(true, engine.parent());
                }
            });
        } catch (RuntimeException | Error e) {
            if (!replaced[0]) {
                copy.discard(e, engine.parent());
            }
            throw e;
        }
    }

    /**
     * @param hold on its pod, closed when it runs; null: it is in none
     * @param last what is left to be done when everything else has succeeded
     */
    private int run(DebugSubject seen, @Nullable Fd hold, Runnable last) {
        if (seen.pod() != null) {
            tools.requireReadable(seen.pod().mappings());
        }
        List<DebugSubject.Door> doors = seen.doors();
        wish.name(name).rootfs(tools.rootfs()).readOnly(tools.shared());
        if (tools.shared()) {
            wish.tmpfs("/tmp");
        }
        profile.apply(wish);
        seen.apply(wish);
        Wish whole = wish.build();
        Blueprint blueprint =
                seen.blueprint(name, engine.directory(name), profile.apply(engine.spec(whole, seen.pod(), name)));
        engine.makeVolumes(whole.volume());
        Witness witness = new Witness() {
            @Override
            public void ready(ReadyProcess process) {
                doors.forEach(door -> door.requireOf(process.pid()));
                if (whole.tty() && profile.seesFiles() && seen.target() != null) {
                    hints.accept("the files of %s are below /proc/%d/root"
                            .formatted(seen.target().id(), seen.pidOfTarget()));
                }
                manner.witness().ready(process);
                last.run();
            }
        };
        try (Running running = engine.run(whole, blueprint, manner.with(witness))) {
            if (hold != null) {
                hold.close();
            }
            return running.await();
        }
    }
}
