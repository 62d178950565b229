package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A jpod without a resident brain finds all classes in the AOT cache, as long as it is asked for what the training has seen.
 * Each class that it has to read or to make costs it up to 2 ms, so one that slips out is missed here.
 */
@Tag("root")
@Needs({Built.JPOD, Built.AOT_CACHE, Built.BUSYBOX})
class ColdStartTest {
    @AutoClose
    private final Jpod jpod = Jpod.oneShot();

    private Path tree;

    /** A copy of the tree that tells where its classes come from. */
    @BeforeEach
    void copy() throws IOException {
        tree = jpod.newDir("tree");
        Files.createDirectories(tree.resolve("bin"));
        Files.createDirectories(tree.resolve("lib/jpod"));
        try (Stream<Path> parts = Files.list(Jpod.HOME.resolve("lib/jpod"))) {
            for (Path part : parts.toList()) {
                // The cache knows the jars by their times.
                Files.copy(
                        part, tree.resolve("lib/jpod").resolve(part.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Files.copy(Jpod.HOME.resolve("bin/jpod"), tree.resolve("bin/jpod"), StandardCopyOption.COPY_ATTRIBUTES);
        Path options = tree.resolve("lib/jpod/brain.argv");
        Files.writeString(
                options,
                Files.readString(options).replace("-Xlog:disable", "-Xlog:class+load:file=" + log() + ":none"));
    }

    private Path log() {
        return tree.resolve("classes");
    }

    @Test
    void forHelpAndQuestions() throws IOException, InterruptedException {
        assertThat(classesFromElsewhere("--help")).isEmpty();
        assertThat(classesFromElsewhere("run", "--help")).isEmpty();
        assertThat(classesFromElsewhere("list")).isEmpty();
        assertThat(classesFromElsewhere("state", "nobody")).isEmpty();
    }

    @Test
    void forABundle() throws IOException, InterruptedException {
        Bundle bundle = Bundle.busybox(jpod.newDir("bundle"));
        assertThat(classesFromElsewhere("run", "--bundle", bundle.dir().toString(), jpod.id()))
                .isEmpty();
    }

    @Test
    void forARootFileSystem() throws IOException, InterruptedException {
        String rootfs = Jpod.HOME.resolve("test-rootfs/out/busybox").toString();
        assertThat(classesFromElsewhere("run", "--rootfs", rootfs, "--", "true"))
                .isEmpty();
    }

    private List<String> classesFromElsewhere(String... words) throws IOException, InterruptedException {
        Files.deleteIfExists(log());
        List<String> command =
                new ArrayList<>(List.of(tree.resolve("bin/jpod").toString(), "--root", jpod.root.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Path output = jpod.dir.resolve("io/cold");
        builder.redirectOutput(output.toFile());
        builder.environment().put("JPOD_ONESHOT", "1");
        Process process = builder.start();
        process.waitFor();
        List<String> classes = Files.readAllLines(log());
        assertThat(classes).as(Files.readString(output)).hasSizeGreaterThan(1000);
        return classes.stream()
                .filter(line -> !line.endsWith("source: shared objects file"))
                .toList();
    }
}
