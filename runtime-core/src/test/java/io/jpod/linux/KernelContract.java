package io.jpod.linux;

import static io.jpod.linux.ThrowAwayThread.onThread;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every binding of the kernel promises. Threads that change their namespaces are thrown away. */
abstract class KernelContract {
    final Arena arena = Arena.ofShared();

    @TempDir
    Path dir;

    abstract Kernel kernel();

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    long text(String text) {
        return arena.allocateFrom(text).address();
    }

    String name(Path path) {
        return path.toString();
    }

    /** The result, which is expected to be none of the errors. */
    long ok(long result) {
        assertThat(result).withFailMessage(() -> Errno.describe((int) -result)).isNotNegative();
        return result;
    }

    void refused(long result, Errno errno) {
        assertThat(result).isEqualTo(-errno.number());
    }

    @Test
    void asksTheKernelAndNotALibrary() {
        assertThat(kernel().syscall(Sys.GETPID))
                .isEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void anErrorIsItsNegatedNumber() {
        refused(kernel().syscall(Sys.CLOSE, -1), Errno.EBADF);
        refused(kernel().syscall(100_000, 0, 0, 0, 0, 0, 0), Errno.ENOSYS);
    }

    @Test
    void everyThreadHasItsOwnErrno() throws Exception {
        long missing = text("/none/such");
        Thread noFile = Thread.ofPlatform().unstarted(() -> {
            for (int i = 0; i < 20_000; i++) {
                refused(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, missing, 0), Errno.ENOENT);
            }
        });
        Throwable[] failure = new Throwable[1];
        noFile.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
        noFile.start();
        for (int i = 0; i < 20_000; i++) {
            refused(kernel().syscall(Sys.CLOSE, -1), Errno.EBADF);
        }
        noFile.join();
        assertThat(failure[0]).isNull();
    }

    @Test
    void sixArgumentsArrive() throws IOException {
        Path file = Files.write(dir.resolve("pages"), new byte[8192]);
        Files.write(file, "second page".getBytes(StandardCharsets.UTF_8), java.nio.file.StandardOpenOption.APPEND);
        long fd = ok(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, text(name(file)), Flags.O_RDONLY, 0));
        // mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 8192): the last argument chooses the page.
        long address = ok(kernel().syscall(Sys.MMAP, 0, 4096, 1, 2, fd, 8192));
        byte[] mapped = MemorySegment.ofAddress(address).reinterpret(11).toArray(JAVA_BYTE);
        assertThat(new String(mapped, StandardCharsets.UTF_8)).isEqualTo("second page");
        ok(kernel().syscall(Sys.MUNMAP, address, 4096));
        ok(kernel().syscall(Sys.CLOSE, fd));
    }

    @Test
    void sixtyFourBitsArrive() {
        List<Fd> pipe = Linux.pipe();
        try (Fd memfd = Linux.sealedMemfd("sparse", new byte[0])) {
            long fd = ok(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, text(name(dir.resolve("sparse"))), 0x42, 0600));
            ok(kernel().syscall(Sys.FTRUNCATE, fd, 0x300000000L));
            assertThat(kernel().syscall(Sys.LSEEK, fd, 0, 2)).isEqualTo(0x300000000L);
            ok(kernel().syscall(Sys.CLOSE, fd));
            refused(kernel().syscall(Sys.LSEEK, pipe.get(0).number(), 0, 2), Errno.ESPIPE);
        }
        pipe.forEach(Fd::close);
    }

    @Test
    void writesAndReadsAFile() {
        long path = text(name(dir.resolve("file")));
        long fd = ok(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, path, Flags.O_RDWR | Flags.O_CREAT, 0600));
        assertThat(kernel().syscall(Sys.WRITE, fd, text("words"), 5)).isEqualTo(5);
        MemorySegment read = arena.allocate(10);
        assertThat(kernel().syscall(Sys.PREAD64, fd, read.address(), 10, 0)).isEqualTo(5);
        assertThat(read.getString(0)).isEqualTo("words");
        ok(kernel().syscall(Sys.CLOSE, fd));
    }

    @Test
    void aSealedMemfdDoesNotChange() {
        long fd = ok(kernel().syscall(Sys.MEMFD_CREATE, text("sealed"), Flags.MFD_ALLOW_SEALING | Flags.MFD_CLOEXEC));
        ok(kernel().syscall(Sys.WRITE, fd, text("x"), 1));
        ok(kernel().syscall(Sys.FCNTL, fd, Flags.F_ADD_SEALS, Flags.F_SEAL_WRITE | Flags.F_SEAL_SEAL));
        refused(kernel().syscall(Sys.WRITE, fd, text("y"), 1), Errno.EPERM);
        refused(kernel().syscall(Sys.FCNTL, fd, Flags.F_ADD_SEALS, Flags.F_SEAL_GROW), Errno.EPERM);
        ok(kernel().syscall(Sys.CLOSE, fd));
    }

    @Test
    @Tag("root")
    void aHostNameBelongsToTheThreadThatUnsharedIt() throws Exception {
        String before = hostname();
        onThread(() -> {
            ok(kernel().syscall(Sys.UNSHARE, Flags.CLONE_FS | Flags.CLONE_NEWUTS));
            ok(kernel().syscall(Sys.SETHOSTNAME, text("only-here"), 9));
            assertThat(hostname()).isEqualTo("only-here");
            onThread(() -> assertThat(hostname()).as("a child thread inherits").isEqualTo("only-here"));
            return null;
        });
        assertThat(hostname()).isEqualTo(before);
    }

    @Test
    @Tag("root")
    void aThreadJoinsAnothersNamespaceAndReturns() throws Exception {
        String before = hostname();
        long there = onThread(() -> {
            ok(kernel().syscall(Sys.UNSHARE, Flags.CLONE_FS | Flags.CLONE_NEWUTS));
            ok(kernel().syscall(Sys.SETHOSTNAME, text("elsewhere"), 9));
            return openThreadNamespace();
        });
        onThread(() -> {
            long here = openThreadNamespace();
            ok(kernel().syscall(Sys.SETNS, there, Flags.CLONE_NEWUTS));
            assertThat(hostname()).isEqualTo("elsewhere");
            ok(kernel().syscall(Sys.SETNS, here, Flags.CLONE_NEWUTS));
            assertThat(hostname()).isEqualTo(before);
            return kernel().syscall(Sys.CLOSE, here);
        });
        ok(kernel().syscall(Sys.CLOSE, there));
    }

    private long openThreadNamespace() {
        return ok(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, text("/proc/thread-self/ns/uts"), Flags.O_CLOEXEC));
    }

    private String hostname() {
        MemorySegment uname = arena.allocate(6 * 65);
        ok(kernel().syscall(Sys.UNAME, uname.address()));
        return uname.getString(65);
    }

    @Test
    void openat2KeepsAPathInItsRoot() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("out"), Path.of("../../../../../../etc/hostname"));
        Files.createDirectories(dir.resolve("etc"));
        Files.writeString(dir.resolve("etc/hostname"), "inside");
        long root = ok(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, text(name(dir)), Flags.O_PATH));
        refused(openat2(root, "../etc", Flags.RESOLVE_BENEATH), Errno.EXDEV);
        long fd = ok(openat2(root, "out", Flags.RESOLVE_IN_ROOT));
        Files.delete(link);
        MemorySegment read = arena.allocate(100);
        ok(kernel().syscall(Sys.READ, fd, read.address(), 99));
        assertThat(read.getString(0)).isEqualTo("inside");
        ok(kernel().syscall(Sys.CLOSE, fd));
        ok(kernel().syscall(Sys.CLOSE, root));
    }

    private long openat2(long root, String path, long resolve) {
        MemorySegment how = arena.allocateFrom(JAVA_LONG, Flags.O_RDONLY | Flags.O_CLOEXEC, 0, resolve);
        return kernel().syscall(Sys.OPENAT2, root, text(path), how.address(), how.byteSize());
    }

    @Test
    @Tag("root")
    void aThreadMountsAndPivotsForItselfAlone() throws Exception {
        Path inside = Files.createDirectories(dir.resolve("root/inside"));
        onThread(() -> {
            privateMounts();
            long root = text(name(inside.getParent()));
            ok(kernel().syscall(Sys.MOUNT, text("tmpfs"), root, text("tmpfs"), 0, text("size=1m"), 0));
            ok(kernel().syscall(Sys.MKDIRAT, Flags.AT_FDCWD, text(name(inside)), 0700));
            ok(kernel().syscall(Sys.CHDIR, root));
            ok(kernel().syscall(Sys.PIVOT_ROOT, text("."), text(".")));
            ok(kernel().syscall(Sys.UMOUNT2, text("."), Flags.MNT_DETACH));
            ok(kernel().syscall(Sys.FACCESSAT2, Flags.AT_FDCWD, text("/inside"), 0));
            long gone = kernel().syscall(Sys.FACCESSAT2, Flags.AT_FDCWD, text("/proc"), 0);
            refused(gone, Errno.ENOENT);
            return null;
        });
        assertThat(inside.getRoot().resolve("proc/self")).exists();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(name(dir));
    }

    @Test
    @Tag("root")
    void aTreeIsClonedMadeReadOnlyAndMovedInByDescriptor() throws Exception {
        Path source = Files.createDirectories(dir.resolve("source"));
        Path target = Files.createDirectories(dir.resolve("target"));
        Files.writeString(source.resolve("file"), "x");
        onThread(() -> {
            privateMounts();
            long flags = Flags.OPEN_TREE_CLONE | Flags.OPEN_TREE_CLOEXEC;
            long tree = ok(kernel().syscall(Sys.OPEN_TREE, Flags.AT_FDCWD, text(name(source)), flags));
            MemorySegment attr = arena.allocateFrom(JAVA_LONG, Flags.MOUNT_ATTR_RDONLY, 0, 0, 0);
            long size = attr.byteSize();
            ok(kernel().syscall(Sys.MOUNT_SETATTR, tree, text(""), Flags.AT_EMPTY_PATH, attr.address(), size, 0));
            moveMount(tree, target);
            long file = text(name(target.resolve("file")));
            ok(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, file, Flags.O_RDONLY | Flags.O_CLOEXEC));
            refused(kernel().syscall(Sys.OPENAT, Flags.AT_FDCWD, file, Flags.O_WRONLY), Errno.EROFS);
            return null;
        });
    }

    @Test
    @Tag("root")
    void aFileSystemIsMadeByDescriptor() throws Exception {
        Path target = Files.createDirectories(dir.resolve("target"));
        onThread(() -> {
            privateMounts();
            long fs = ok(kernel().syscall(Sys.FSOPEN, text("tmpfs"), Flags.FSOPEN_CLOEXEC));
            ok(kernel().syscall(Sys.FSCONFIG, fs, Flags.FSCONFIG_SET_STRING, text("size"), text("65536"), 0, 0));
            ok(kernel().syscall(Sys.FSCONFIG, fs, Flags.FSCONFIG_CMD_CREATE, 0, 0, 0, 0));
            long mount = ok(kernel().syscall(Sys.FSMOUNT, fs, Flags.FSMOUNT_CLOEXEC, Flags.MOUNT_ATTR_NOSUID));
            moveMount(mount, target);
            MemorySegment statfs = arena.allocate(120, 8);
            ok(kernel().syscall(Sys.STATFS, text(name(target)), statfs.address()));
            assertThat(statfs.get(JAVA_LONG, 0)).as("TMPFS_MAGIC").isEqualTo(0x01021994);
            assertThat(statfs.get(JAVA_LONG, 16)).as("blocks of 4 KiB").isEqualTo(16);
            return null;
        });
    }

    private void privateMounts() {
        ok(kernel().syscall(Sys.UNSHARE, Flags.CLONE_FS | Flags.CLONE_NEWNS));
        long flags = Flags.MS_REC | Flags.MS_PRIVATE;
        ok(kernel().syscall(Sys.MOUNT, text(""), text("/"), 0, flags, 0, 0));
    }

    private void moveMount(long mount, Path target) {
        long flags = Flags.MOVE_MOUNT_F_EMPTY_PATH;
        ok(kernel().syscall(Sys.MOVE_MOUNT, mount, text(""), Flags.AT_FDCWD, text(name(target)), flags, 0));
    }

    @Test
    @Needs(Built.SHIMS)
    void startsInitWithItsProgram() throws IOException {
        try (Fd program = Linux.sealedMemfd("program", exitWith(42));
                Fd zero = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            MemorySegment fds = arena.allocateFrom(JAVA_INT, program.number());
            MemorySegment spawn = arena.allocate(72, 8);
            spawn.set(JAVA_INT, 8, Shims.init().number());
            for (long standard = 12; standard <= 20; standard += 4) {
                spawn.set(JAVA_INT, standard, zero.number());
            }
            spawn.set(JAVA_INT, 24, -1);
            spawn.set(JAVA_INT, 28, -1);
            spawn.set(JAVA_INT, 36, 1);
            spawn.set(JAVA_LONG, 40, fds.address());
            int pid = kernel().spawn(spawn.address());
            assertThat(pid).isPositive();
            try (Fd pidfd = new Fd(spawn.get(JAVA_INT, 48))) {
                assertThat(Processes.await(pidfd)).isEqualTo(42);
            }
            spawn.set(JAVA_INT, 8, zero.number());
            assertThat(kernel().spawn(spawn.address()))
                    .as("/dev/null is no executable")
                    .isEqualTo(-Errno.EACCES.number());
        }
    }

    /** The bytes of program.h: a header, no registers, one op, an empty blob. */
    private static byte[] exitWith(int code) {
        ByteBuffer program = ByteBuffer.allocate(32 + 88).order(ByteOrder.LITTLE_ENDIAN);
        program.putInt(0x444f504a).putShort((short) 1).putShort((short) 0);
        program.putInt(1).putInt(0).putInt(0).putInt(2).putInt(-1).putInt(0);
        program.putInt(Sys.EXIT_GROUP.number(Arch.host())).putInt(0).putInt(0);
        program.put(new byte[12]).putLong(code);
        return program.array();
    }
}
