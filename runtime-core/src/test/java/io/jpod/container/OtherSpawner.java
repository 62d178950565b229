package io.jpod.container;

import io.jpod.exec.LocalSpawner;
import io.jpod.exec.Spawner;
import io.jpod.linux.Fd;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** This JVM as the parent, for tests that see to it that something else happens at one point. */
abstract class OtherSpawner implements Spawner {
    private final Spawner spawner = new LocalSpawner();

    @Override
    public Child spawn(Setting setting, List<Fd> descriptors) {
        return spawner.spawn(setting, descriptors);
    }

    @Override
    public Child adopt(int pid) {
        return spawner.adopt(pid);
    }

    @Override
    public void reapUnnamed(int child) {
        spawner.reapUnnamed(child);
    }

    @Override
    public Map<String, String> environment() {
        return spawner.environment();
    }

    @Override
    public @Nullable Fd connection() {
        return spawner.connection();
    }

    @Override
    public boolean await(Fd socket, Fd process) {
        return spawner.await(socket, process);
    }
}
