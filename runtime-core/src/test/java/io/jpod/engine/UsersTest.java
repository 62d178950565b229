package io.jpod.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.container.ContainerException;
import io.jpod.linux.RootedPaths;
import io.jpod.oci.Process;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersTest {
    @TempDir
    private Path rootfs;

    private RootedPaths paths;

    @BeforeEach
    void passwd() throws IOException {
        Files.createDirectory(rootfs.resolve("etc"));
        Files.writeString(rootfs.resolve("etc/passwd"), """
                root:x:0:0::/root:/bin/sh
                short:x
                web:x:1000:1001::/www:/bin/sh
                7up:x:4000:4000::/:/bin/sh
                12:x:4001:4001::/:/bin/sh
                evil:x:4294967295:0::/:/bin/sh
                """);
        Files.writeString(rootfs.resolve("etc/group"), """
                root:x:0:
                web:x:1001:
                log:x:50:other,web
                dev:x:51:webby
                """);
        paths = RootedPaths.open(rootfs.toString());
    }

    @AfterEach
    void close() {
        paths.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "1,1,0,",
        "1:2,1,2,",
        "0:1,0,1,",
        "1000,1000,1001,50",
        "1000:5,1000,5,",
        "4000,4000,4000,",
        "4294967294,4294967294,0,",
        "web,1000,1001,50",
        "web:log,1000,50,",
        "web:5,1000,5,",
        "7up,4000,4000,",
        "12,12,0,"
    })
    void cve_2026_30892_everyTextIsExactlyOneUser(String text, long uid, long gid, String groups) {
        List<Long> further = groups == null
                ? List.of()
                : Arrays.stream(groups.split(" ")).map(Long::valueOf).toList();

        assertThat(new Users(paths).find(text, null)).isEqualTo(new Process.User(uid, gid, null, further));
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(
            strings = {
                "",
                ":",
                "1:",
                ":1",
                "1:2:3",
                "-1",
                "+1",
                "4294967295",
                "4294967296",
                "99999999999999999999",
                "0x0",
                " 0",
                "nobody",
                "web:none",
                "short",
                "evil",
                "web:4294967295"
            })
    void refusesWhatIsNobody(String text) {
        assertThatThrownBy(() -> new Users(paths).find(text, null))
                .isInstanceOfAny(ContainerException.class, InvalidWish.class);
    }

    /** Nobody but docker and podman decides what is in them, and neither minds. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "+::::::",
                "#comment",
                "",
                "   ",
                "log:x",
                "log:x:",
                "log:x:many:web",
                "log:x:-5:web",
                "log:x:99999999999:web",
                "log",
                "\r",
                ":::"
            })
    void anOddLineMeansNobodyAndTheOthersCount(String line) throws IOException {
        for (String file : List.of("etc/passwd", "etc/group")) {
            Files.writeString(rootfs.resolve(file), line + "\n" + Files.readString(rootfs.resolve(file)) + line);
        }
        assertThat(new Users(paths).find("web", 022)).isEqualTo(new Process.User(1000, 1001, 022, List.of(50L)));
        assertThat(new Users(paths).find("1000", 022)).isEqualTo(new Process.User(1000, 1001, 022, List.of(50L)));
        assertThat(new Users(paths).find("web:log", 022)).isEqualTo(new Process.User(1000, 50, 022, List.of()));
        assertThat(new Users(paths).find("5", 022)).isEqualTo(new Process.User(5, 0, 022, List.of()));
    }

    @Test
    void linesMayEndAsOnWindows() throws IOException {
        for (String file : List.of("etc/passwd", "etc/group")) {
            Files.writeString(
                    rootfs.resolve(file), Files.readString(rootfs.resolve(file)).replace("\n", "\r\n"));
        }
        assertThat(new Users(paths).find("web", null).additionalGids()).containsExactly(50L);
    }

    @Test
    void aGroupMayEndBehindItsId() throws IOException {
        Files.writeString(rootfs.resolve("etc/group"), "log:x:50\n");
        assertThat(new Users(paths).find("web:log", null).gid()).isEqualTo(50);
    }

    @Test
    void passwdIsTheContainersEvenIfItIsALink() throws IOException {
        Files.delete(rootfs.resolve("etc/passwd"));
        Files.createSymbolicLink(rootfs.resolve("etc/passwd"), Path.of("/etc/shadow-of-the-container"));
        Files.writeString(rootfs.resolve("etc/shadow-of-the-container"), "in:x:3:3::/:\n");

        assertThat(new Users(paths).find("in", null).uid()).isEqualTo(3);
    }
}
