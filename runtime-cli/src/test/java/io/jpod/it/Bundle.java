package io.jpod.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A bundle directory: a rootfs of its own, and a config.json that begins as what {@code runc spec} writes, without a terminal. */
record Bundle(Path dir) {

    /** With {@code /probe}, the only file. */
    static Bundle probe(Path dir) throws IOException {
        Files.createDirectories(dir.resolve("rootfs"));
        Files.copy(Jpod.HOME.resolve("test-rootfs/out/probe/probe"), dir.resolve("rootfs/probe"));
        return new Bundle(dir).change(config -> config.set("process.args", List.of("/probe", "true")));
    }

    static Bundle busybox(Path dir) throws IOException, InterruptedException {
        Files.createDirectories(dir);
        Path busybox = Jpod.HOME.resolve("test-rootfs/out/busybox");
        new ProcessBuilder("cp", "-a", busybox.toString(), dir.resolve("rootfs").toString())
                .inheritIO()
                .start()
                .waitFor();
        return new Bundle(dir).change(config -> config.set("process.args", List.of("true")));
    }

    Path file() {
        return dir.resolve("config.json");
    }

    Path rootfs() {
        return dir.resolve("rootfs");
    }

    /** Writes the config anew, changed like this. */
    Bundle change(Consumer<Config> change) throws IOException {
        Config config = fresh();
        config.set("process.terminal", false);
        change.accept(config);
        Files.writeString(file(), config.toString());
        return this;
    }

    /** Runs these words of {@code probe}, and nothing else is changed. */
    Bundle args(String... args) throws IOException {
        return change(config -> config.set("process.args", List.of(args)));
    }

    static Config fresh() {
        try (InputStream in = Bundle.class.getResourceAsStream("/it/config.json")) {
            return Config.parse(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
