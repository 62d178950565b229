package io.jpod.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxTest {
    @TempDir
    Path dir;

    @Test
    void readsToTheEndAndNotBeyondTheLimit() throws Exception {
        Path file = dir.resolve("big");
        byte[] content = new byte[200_000];
        new java.util.Random(1).nextBytes(content);
        Files.write(file, content);
        try (Fd fd = Linux.open(file.toString(), Flags.O_RDONLY, 0)) {
            assertThat(Linux.readFully(fd, content.length)).isEqualTo(content);
        }
        try (Fd fd = Linux.open(file.toString(), Flags.O_RDONLY, 0)) {
            assertThatThrownBy(() -> Linux.readFully(fd, content.length - 1)).hasMessageContaining("EFBIG");
        }
    }

    @Test
    void errorsNameTheCallTheFileAndTheErrno() {
        assertThatThrownBy(() -> Linux.open(dir + "/none", Flags.O_RDONLY, 0))
                .isInstanceOf(SyscallException.class)
                .hasMessage("openat " + dir + "/none: ENOENT (no such file or directory)");
    }

    @Test
    void statSaysWhatJavaSays() throws Exception {
        Path file = Files.write(dir.resolve("file"), new byte[123]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Stat stat = Stat.of(file.toString());
        assertThat(stat.type()).isEqualTo(Flags.S_IFREG);
        assertThat(stat.permissions()).isEqualTo(0640);
        assertThat(stat.size()).isEqualTo(123);
        assertThat(stat.uid()).isEqualTo(Files.getAttribute(file, "unix:uid"));
        assertThat(stat.gid()).isEqualTo(Files.getAttribute(file, "unix:gid"));
        assertThat(stat.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        try (Fd fd = Linux.open(dir.toString(), Flags.O_PATH, 0)) {
            assertThat(Stat.of(fd).isDirectory()).isTrue();
            assertThat(Stat.of(fd)).isEqualTo(Stat.of(dir.toString()));
        }
    }

    @Test
    void statTellsDevices() {
        Stat zero = Stat.of("/dev/zero");
        assertThat(zero.type()).isEqualTo(Flags.S_IFCHR);
        assertThat(List.of(zero.nodeMajor(), zero.nodeMinor())).isEqualTo(List.of(1, 5));
    }

    @Test
    void makesRenamesAndRemoves() {
        int at = Linux.AT_FDCWD;
        Linux.mkdirat(at, dir + "/a", 0700);
        Linux.mkdirat(at, dir + "/b", 0700);
        assertThatThrownBy(() -> Linux.renameat(at, dir + "/a", at, dir + "/b", Flags.RENAME_NOREPLACE))
                .hasMessageContaining("EEXIST");
        Linux.renameat(at, dir + "/a", at, dir + "/c", Flags.RENAME_NOREPLACE);
        Linux.unlinkat(at, dir + "/c", Flags.AT_REMOVEDIR);
        assertThat(dir.resolve("a")).doesNotExist();
        assertThat(dir.resolve("c")).doesNotExist();
    }

    @Test
    void aLockBelongsToTheOpenFile() {
        String path = dir + "/lock";
        try (Fd first = Linux.open(path, Flags.O_RDWR | Flags.O_CREAT, 0600);
                Fd second = Linux.open(path, Flags.O_RDWR, 0)) {
            assertThat(Linux.flock(first, Flags.LOCK_EX | Flags.LOCK_NB)).isTrue();
            assertThat(Linux.flock(second, Flags.LOCK_EX | Flags.LOCK_NB)).isFalse();
            first.close();
            assertThat(Linux.flock(second, Flags.LOCK_EX | Flags.LOCK_NB)).isTrue();
        }
    }

    @Test
    void pollWaitsForOneOfThem() {
        List<Fd> quiet = Linux.pipe();
        List<Fd> loud = Linux.pipe();
        List<Fd> both = List.of(quiet.get(0), loud.get(0));
        assertThat(Poll.poll(both, Flags.POLLIN, 10)).containsExactly(0, 0);
        Linux.writeFully(loud.get(1), ByteBuffer.wrap(new byte[1]));
        assertThat(Poll.poll(both, Flags.POLLIN, -1)).containsExactly(0, Flags.POLLIN);
        quiet.forEach(Fd::close);
        loud.forEach(Fd::close);
    }

    @Test
    void writingWaitsForAReaderThatIsSlow() throws Exception {
        List<Fd> pipe = Linux.pipe();
        // F_SETFL of O_NONBLOCK, as a caller may have set it on a terminal that it shares with us.
        Kernel.get().syscall(io.jpod.abi.Sys.FCNTL, pipe.get(1).number(), 4, Flags.O_NONBLOCK);
        Thread writer = Thread.ofPlatform().start(() -> {
            Linux.writeFully(pipe.get(1), ByteBuffer.wrap(new byte[300_000]));
            pipe.get(1).close();
        });
        assertThat(Linux.readFully(pipe.get(0), 300_000)).hasSize(300_000);
        writer.join();
        pipe.get(0).close();
    }

    @Test
    void aSealedMemfdIsMemoryThatNobodyChanges() {
        try (Fd memfd = Linux.sealedMemfd("test", new byte[10]);
                Fd zero = Linux.open("/dev/zero", Flags.O_RDONLY, 0)) {
            assertThat(Linux.isMemory(memfd)).isTrue();
            assertThat(Linux.isMemory(zero)).isFalse();
            assertThatThrownBy(() -> Linux.writeFully(memfd, ByteBuffer.wrap(new byte[1])))
                    .hasMessageContaining("EPERM");
        }
    }

    @Test
    void readsFromTheBeginningWhereverTheWriterIs() {
        try (Fd memfd = Linux.sealedMemfd("test", new byte[100_000])) {
            assertThat(Linux.readFully(memfd, 100_000)).isEmpty();
            assertThat(Linux.preadFully(memfd, 100_000)).hasSize(100_000);
        }
    }

    @Test
    void whatIsNoTerminalHasNoWindowSize() {
        try (Fd zero = Linux.open("/dev/zero", Flags.O_RDONLY, 0)) {
            assertThat(Terminals.windowSize(zero)).isEmpty();
        }
        try (Fd ptmx = Linux.open("/dev/ptmx", Flags.O_RDWR | Flags.O_NOCTTY, 0)) {
            assertThat(Terminals.windowSize(ptmx)).hasValue(new Terminals.WindowSize(0, 0));
        }
    }

    @Test
    void followsALink() throws Exception {
        Files.createSymbolicLink(dir.resolve("link"), Path.of("zürich"));
        assertThat(Linux.readlink(dir + "/link")).isEqualTo("zürich");
    }
}
