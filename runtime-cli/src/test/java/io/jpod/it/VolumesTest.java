package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A named volume at its first use is what the image has in its place. */
@Tag("root")
class VolumesTest extends JpodTests {
    private static Path rootfs;
    private String volume = "";

    @BeforeAll
    static void start() throws Exception {
        rootfs = Bundle.busybox(jpod.newDir("box")).rootfs();
        Process made = new ProcessBuilder("sh", "-ec", """
                        cd "$0"; mkdir -p srv/data/deep srv/empty; echo hello > srv/data/file; ln -s file srv/data/link
                        ln -s /etc/hostname srv/data/out; ln -s data srv/way; mkfifo srv/data/fifo
                        chown -hR 1000:1001 srv/data srv/empty; chmod 2750 srv/data; chmod 4711 srv/data/deep; chmod 1777 srv/empty
                        """, rootfs.toString())
                .inheritIO()
                .start();
        assertThat(made.waitFor()).isZero();
    }

    @BeforeEach
    void name() {
        volume = "v" + jpod.id();
    }

    @AfterEach
    void remove() {
        jpod.run("volume", "rm", volume).ok();
        assertThat(jpod.root.resolve("volumes")).isEmptyDirectory();
    }

    @Test
    void aFileWithTwoNamesStaysOne() throws Exception {
        Files.createDirectories(rootfs.resolve("linked/deep"));
        Files.writeString(rootfs.resolve("linked/a"), "x");
        Files.createLink(rootfs.resolve("linked/deep/b"), rootfs.resolve("linked/a"));
        assertThat(says("/linked", "cd /linked; stat -c %h a deep/b; [ a -ef deep/b ] && echo same"))
                .isEqualTo("2\n2\nsame\n");
    }

    private String says(String destination, String script) {
        return says(List.of(), destination, script);
    }

    private String says(List<String> options, String destination, String script) {
        List<String> words = new ArrayList<>(List.of("run", "-v", volume + ":" + destination));
        words.addAll(options);
        words.addAll(List.of("--rootfs", rootfs.toString(), "--", "sh", "-c", script));
        return jpod.run(words.toArray(String[]::new)).ok().out();
    }

    @Test
    void itHasTheContentAndItsOwners() {
        assertThat(says(
                        List.of("-u", "1000:1001"),
                        "/srv/data",
                        "cat file link 2>/dev/null || cat /srv/data/file /srv/data/link"))
                .isEqualTo("hello\nhello\n");
        assertThat(says("/x", "cd /x; stat -c '%n %u:%g %a' . file deep; readlink link; readlink out; ls | wc -l"))
                .isEqualTo(". 1000:1001 2750\nfile 1000:1001 644\ndeep 1000:1001 4711\nfile\n/etc/hostname\n4\n");
    }

    @Test
    void aUserWhoIsNotRootWritesToIt() {
        says(List.of("-u", "1000"), "/srv/empty", "echo mine > /srv/empty/file");
        assertThat(says("/x", "stat -c '%u:%g %a' /x; cat /x/file")).isEqualTo("1000:1001 1777\nmine\n");
    }

    @Test
    void whatIsThereStays() {
        says("/nowhere", "echo first > /nowhere/file");
        assertThat(says("/srv/data", "cat /srv/data/*")).isEqualTo("first\n");
    }

    @Test
    void oneThatWasMadeBeforeIsFilledToo() {
        jpod.run("volume", "create", volume).ok();
        assertThat(says("/srv/data", "cat /srv/data/file")).isEqualTo("hello\n");
    }

    @Test
    void whereTheImageHasNothingEverybodyMayLook() {
        assertThat(says(List.of("-u", "1000"), "/nowhere", "stat -c '%u:%g %a' /nowhere; ls /nowhere"))
                .isEqualTo("0:0 755\n");
    }

    /** The links of an image lead nowhere but in the image. */
    @Test
    void aPlaceBehindALinkIsTheImages() throws IOException {
        Files.createDirectories(rootfs.resolve("secret"));
        Path link = Files.createSymbolicLink(rootfs.resolve("up"), Path.of("../../../../../../../../etc"));
        assertThat(says("/srv/way", "cat /srv/way/file")).isEqualTo("hello\n");
        jpod.run("volume", "rm", volume).ok();
        assertThat(says("/up", "ls /up").lines()).doesNotContain("shadow");
        Files.delete(link);
    }

    @Test
    void aPodsVolumeIsFilledByItsFirstContainer() {
        String pod = jpod.token;
        jpod.run("pod", "create", "--network", "none", "-v", volume + ":/srv/data", pod)
                .ok();
        assertThat(jpod.run("run", "--pod", pod, "--rootfs", rootfs.toString(), "--", "cat", "/srv/data/file")
                        .ok()
                        .out())
                .isEqualTo("hello\n");
        jpod.run("pod", "rm", "--force", pod).ok();
    }

    @Test
    void oneThatWasCutOffIsFilledAgain() throws IOException {
        jpod.run("volume", "create", volume).ok();
        Path volumes = jpod.root.resolve("volumes");
        Files.writeString(volumes.resolve(volume).resolve("part"), "");
        Files.writeString(volumes.resolve("." + volume), "x");
        assertThat(jpod.run("volume", "ls", "-q").ok().out()).isEqualTo(volume + "\n");
        assertThat(says("/srv/data", "ls /srv/data")).isEqualTo("deep\nfile\nlink\nout\n");
    }

    /** A copy that was cut off belongs to its volume, and not to a later one of that name. */
    @Test
    void whatWasCutOffEndsWithItsVolume() throws IOException {
        Path volumes = jpod.root.resolve("volumes");
        jpod.run("volume", "create", volume).ok();
        Files.writeString(volumes.resolve("." + volume), "x");
        jpod.run("volume", "rm", volume).ok();
        jpod.run("volume", "create", volume).ok();
        Files.writeString(volumes.resolve(volume).resolve("mine"), "kept");
        assertThat(says("/srv/data", "ls /srv/data")).isEqualTo("mine\n");
    }

    /** Those who come later wait until it is filled, and take nothing away. */
    @Test
    void itIsFilledOnceHoweverManyComeAtOnce() {
        List<Jpod.Running> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(jpod.call(
                            "run",
                            "-v",
                            volume + ":/srv/data",
                            "--rootfs",
                            rootfs.toString(),
                            "--",
                            "sh",
                            "-c",
                            "touch /srv/data/by$$-" + i + "; cat /srv/data/file")
                    .start());
        }
        all.forEach(running -> assertThat(running.await().ok().out()).isEqualTo("hello\n"));
        assertThat(says("/srv/data", "ls /srv/data | grep -c ^by")).isEqualTo("6\n");
    }
}
