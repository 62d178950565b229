package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.currentDirectory;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Errno;
import io.jpod.abi.NativeText;
import io.jpod.abi.Sys;
import io.jpod.oci.Device;
import io.jpod.plan.Assembler.Label;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls on files of the container's root. Every path of the container is looked up by openat2(2) with RESOLVE_IN_ROOT and
 * is a descriptor from then on: the image's links cannot lead out, and nobody can swap a path under us (CVE-2021-30465,
 * CVE-2024-45310).
 */
final class Files {
    private final Assembler asm;
    private boolean inside;
    private String parentPath = "";
    private Op.@Nullable Register parent;

    Files(Assembler asm) {
        this.asm = asm;
    }

    /** From here on the root directory of the process is the container's, and so is the current directory. */
    void enteredRoot() {
        forgetParent();
        inside = true;
    }

    Op.Arg root() {
        return inside ? currentDirectory() : asm.use(Lowering.ROOTFS);
    }

    /** What is made from here on has the mode that it asks for. Only once root and umask are not the JVM's any more. */
    void clearUmask() {
        asm.call(Sys.UMASK, value(0));
    }

    Assembler.Draft openat2(
            Op.Arg directory, String path, long open, String openText, long resolve, String resolveText) {
        return openat2(directory, path, open, openText, 0, resolve, resolveText);
    }

    private Assembler.Draft openat2(
            Op.Arg directory, String path, long open, String openText, int mode, long resolve, String resolveText) {
        Op.Blob how = asm.struct(
                "{flags=" + openText + (mode == 0 ? "" : ", mode=0" + Integer.toOctalString(mode)) + ", resolve="
                        + resolveText + "}",
                24,
                buffer -> openHow(buffer, open, mode, resolve));
        return asm.call(Sys.OPENAT2, directory, asm.string(path), how, value(24));
    }

    /** A struct open_how, openat2(2). */
    private static void openHow(ByteBuffer how, long flags, long mode, long resolve) {
        how.putLong(flags).putLong(mode).putLong(resolve);
    }

    /** A path inside the container; "/" is the root itself. */
    Assembler.Draft lookUp(String path, boolean symlinks) {
        return openat2(
                root(),
                path,
                O_PATH | O_CLOEXEC,
                "O_PATH|O_CLOEXEC",
                RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (symlinks ? 0 : RESOLVE_NO_SYMLINKS),
                "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS" + (symlinks ? "" : "|RESOLVE_NO_SYMLINKS"));
    }

    // ---- mount points

    /** Opens a mount point, made with its parents where it is missing. */
    Op.Register mountPoint(String path, boolean file, boolean symlinks) {
        forgetParent();
        if (!file) {
            return directory(path, symlinks);
        }
        Op.Register target = asm.temporary();
        Label found = new Label();
        Label missing = new Label();
        lookUp(path, symlinks).into(target).on(Errno.ENOENT, missing).on(new Op.OnSuccess(), found);
        asm.place(missing);
        asm.close(directory(parent(path), symlinks));
        makeFile(path, symlinks).into(target);
        asm.place(found);
        return target;
    }

    /** open(2) makes what a link points to, mknod(2) would find the link in its way. O_NONBLOCK: somebody may put a fifo there. */
    private Assembler.Draft makeFile(String path, boolean symlinks) {
        return openat2(
                root(),
                path,
                O_CREAT | O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                "O_CREAT|O_RDONLY|O_NONBLOCK|O_NOCTTY|O_CLOEXEC",
                0644,
                RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (symlinks ? 0 : RESOLVE_NO_SYMLINKS),
                "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS" + (symlinks ? "" : "|RESOLVE_NO_SYMLINKS"));
    }

    /** mkdir -p. */
    void makeDirectories(String path) {
        asm.close(directory(path, true));
    }

    /**
     * Opens a directory, made with its parents where it is missing; in most images one look is enough.
     *
     * @param symlinks whether links on the way are followed, within the root
     */
    private Op.Register directory(String path, boolean symlinks) {
        Op.Register directory = asm.temporary();
        Assembler.Draft look = lookUp(path, symlinks).into(directory);
        if (path.equals("/")) {
            return directory;
        }
        Label missing = new Label();
        Label found = new Label();
        look.on(Errno.ENOENT, missing).on(new Op.OnSuccess(), found);
        asm.place(missing);
        Op.Register above = directory(parent(path), symlinks);
        asm.ignore(asm.call(Sys.MKDIRAT, above, asm.string(name(path)), flags(0755, "0755")), Errno.EEXIST);
        asm.close(above);
        lookUp(path, symlinks).into(directory);
        asm.place(found);
        return directory;
    }

    /** The directory of a device or link; the next one is mostly in the same. */
    private Op.Register parentOf(String path) {
        String wanted = parent(path);
        if (!wanted.equals(parentPath)) {
            forgetParent();
            parentPath = wanted;
            parent = directory(wanted, false);
        }
        return Objects.requireNonNull(parent);
    }

    /** A mount may have covered it. */
    private void forgetParent() {
        if (parent != null) {
            asm.close(parent);
        }
        parent = null;
        parentPath = "";
    }

    /**
     * Links of /proc are not followed: /proc/self/fd/N might be a directory of the host that the caller handed over
     * (CVE-2024-21626).
     */
    void changeDirectory(String path) {
        Op.Register directory = asm.temporary();
        lookUp(path, true).into(directory);
        asm.call(Sys.FCHDIR, directory);
        asm.close(directory);
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** mknod(2). */
    void node(Device device, String place) {
        Op.Register directory = parentOf(place);
        Op.Blob name = asm.string(name(place));
        int permissions = device.fileMode() == null ? 0666 : device.fileMode() & 07777;
        asm.call(
                Sys.MKNODAT,
                directory,
                name,
                flags(device.type().number() | permissions, device.type() + " 0" + Integer.toOctalString(permissions)),
                flags(makedev(device.major(), device.minor()), device.major() + ":" + device.minor()));
        if (device.uid() != null || device.gid() != null) {
            asm.call(
                    Sys.FCHOWNAT,
                    directory,
                    name,
                    value(device.uid() == null ? 0 : device.uid()),
                    value(device.gid() == null ? 0 : device.gid()),
                    flags(AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"));
        }
    }

    /** As the kernel packs it for mknod(2), new_encode_dev in linux/kdev_t.h. */
    private static long makedev(long major, long minor) {
        return minor & 0xff | major << 8 & 0xfff00 | (minor & ~0xffL) << 12;
    }

    /** What the image has there stays, but /dev/ptmx must lead to the container's own devpts. */
    void symlink(String path, String target) {
        Op.Register directory = parentOf(path);
        Op.Blob name = asm.string(name(path));
        if (path.equals("/dev/ptmx")) {
            asm.ignore(asm.call(Sys.UNLINKAT, directory, name, value(0)), Errno.ENOENT, Errno.EBUSY, Errno.EROFS);
        }
        asm.ignore(asm.call(Sys.SYMLINKAT, asm.string(target), directory, name), Errno.EEXIST);
    }

    /** The multiplexer of the container's own devpts; a link in its place is refused. */
    void terminalMultiplexer(Op.Register ptmx) {
        openat2(
                        root(),
                        "/dev/pts/ptmx",
                        O_RDWR | O_NOCTTY | O_CLOEXEC,
                        "O_RDWR|O_NOCTTY|O_CLOEXEC",
                        RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
                        "RESOLVE_IN_ROOT|RESOLVE_NO_SYMLINKS")
                .into(ptmx);
    }

    /** Below the host's procfs only, and never through a link out of it (CVE-2025-52881). */
    void writeProc(String path, String text) {
        Op.Register fd = asm.temporary();
        openat2(
                        asm.use(Lowering.PROCFS),
                        path,
                        O_WRONLY | O_CLOEXEC,
                        "O_WRONLY|O_CLOEXEC",
                        RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
                        "RESOLVE_BENEATH|RESOLVE_NO_MAGICLINKS")
                .into(fd);
        asm.call(Sys.WRITE, fd, asm.string(text), value(NativeText.encode(text).length));
        asm.close(fd);
    }
}
