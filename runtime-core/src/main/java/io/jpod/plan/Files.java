package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.currentDirectory;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.oci.Device;
import io.jpod.plan.Assembler.Label;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls on files of the container's root. Every path of the container is looked up by openat2(2) with RESOLVE_IN_ROOT and
 * is a descriptor from then on: the image's links cannot lead out, and nobody can swap a path under us (CVE-2021-30465,
 * CVE-2024-45310).
 */
final class Files {
    /** Their superblock belongs to the kernel or to a namespace: read-only is a matter of the mount alone. */
    static final Set<String> PSEUDO = Set.of("proc", "sysfs", "cgroup2", "mqueue", "devpts", "tmpfs");

    private static final String EMPTY_DIRECTORY = "empty directory";
    private static final String NULL_DEVICE = "null device";

    private final Assembler asm;
    private final String rootfs;
    private boolean inside;
    private String parentPath = "";
    private Op.@Nullable Register parent;

    Files(Assembler asm, String rootfs) {
        this.asm = asm;
        this.rootfs = rootfs;
    }

    /** From here on the root directory of the process is the container's, and so is the current directory. */
    void enteredRoot() {
        forgetParent();
        inside = true;
    }

    private Op.Arg root() {
        return inside ? currentDirectory() : asm.use(rootfs);
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
                buffer -> Lowering.openHow(buffer, open, mode, resolve));
        return asm.call(Sys.OPENAT2, directory, asm.string(path), how, value(24));
    }

    /** A path inside the container; "/" is the root itself. */
    private Assembler.Draft lookUp(String path, boolean symlinks) {
        return openat2(
                root(),
                path,
                O_PATH | O_CLOEXEC,
                "O_PATH|O_CLOEXEC",
                RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (symlinks ? 0 : RESOLVE_NO_SYMLINKS),
                "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS" + (symlinks ? "" : "|RESOLVE_NO_SYMLINKS"));
    }

    /** open_tree(2): a detached copy of what is at a path of the host. */
    void openTree(String path, Op.Register tree, boolean recursive) {
        asm.call(
                        Sys.OPEN_TREE,
                        currentDirectory(),
                        asm.string(path),
                        flags(
                                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0),
                                "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC" + (recursive ? "|AT_RECURSIVE" : "")))
                .into(tree);
    }

    /** The same of what is at a path of the container. */
    void openInside(Op.Register tree, String path, boolean recursive) {
        Op.Register found = asm.temporary();
        lookUp(path, true).into(found);
        cloneMount(found, tree, recursive);
        asm.close(found);
    }

    // ---- mount points

    /** Opens a mount point, made with its parents where it is missing. */
    private Op.Register mountPoint(String path, boolean file, boolean symlinks) {
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

    private void moveMount(Op.Register mount, Op.Register target) {
        asm.call(
                Sys.MOVE_MOUNT,
                mount,
                asm.string(""),
                target,
                asm.string(""),
                flags(
                        MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH,
                        "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"));
    }

    /** mount_setattr(2); a propagation of 0 stays as it is. */
    void setAttributes(Op.Arg mount, long set, long clear, long propagation, boolean recursive) {
        Op.Blob attributes = asm.struct(
                "{attr_set=" + Assembler.hex(set) + ", attr_clr=" + Assembler.hex(clear) + ", propagation="
                        + Assembler.hex(propagation) + "}",
                32,
                buffer -> buffer.putLong(set).putLong(clear).putLong(propagation));
        asm.call(
                Sys.MOUNT_SETATTR,
                mount,
                asm.string(""),
                flags(
                        AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
                        "AT_EMPTY_PATH" + (recursive ? "|AT_RECURSIVE" : "")),
                attributes,
                value(32));
    }

    // ---- mounts

    void mount(RootfsStep.MountFilesystem step) {
        MountOptions options = step.options();
        if (step.filled() != null) {
            // Inputs are not a program's to close.
            Op.Register copy = asm.temporary();
            asm.call(Sys.FCNTL, asm.use(step.filled()), flags(F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"), value(0))
                    .into(copy);
            attach(copy, step.destination(), false, step.follow(), options);
            return;
        }
        Op.Register context = asm.temporary();
        asm.call(Sys.FSOPEN, asm.string(step.type()), flags(FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"))
                .into(context);
        if (step.source() != null) {
            configure(context, "source", step.source());
        }
        if ((options.set() & MOUNT_ATTR_RDONLY) != 0 && !PSEUDO.contains(step.type())) {
            configure(context, "ro", null);
        }
        options.superblock().forEach(flag -> configure(context, flag, null));
        for (String word : options.data()) {
            int equals = word.indexOf('=');
            configure(
                    context,
                    equals < 0 ? word : word.substring(0, equals),
                    equals < 0 ? null : word.substring(equals + 1));
        }
        Op.Register mount = asm.temporary();
        long attributes = options.set() | options.setRecursive();
        create(context, flags(attributes, Assembler.hex(attributes)), mount);
        attach(mount, step.destination(), false, step.follow(), options);
    }

    /** From a configured context to a detached mount; the context is used up. */
    private void create(Op.Register context, Op.Arg attributes, Op.Register mount) {
        asm.call(
                Sys.FSCONFIG,
                context,
                flags(FSCONFIG_CMD_CREATE, "FSCONFIG_CMD_CREATE"),
                Assembler.nul(),
                Assembler.nul(),
                value(0));
        asm.call(Sys.FSMOUNT, context, flags(FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"), attributes)
                .into(mount);
        asm.close(context);
    }

    private void configure(Op.Register context, String key, @Nullable String text) {
        if (text == null) {
            asm.call(
                    Sys.FSCONFIG,
                    context,
                    flags(FSCONFIG_SET_FLAG, "FSCONFIG_SET_FLAG"),
                    asm.string(key),
                    Assembler.nul(),
                    value(0));
        } else {
            asm.call(
                    Sys.FSCONFIG,
                    context,
                    flags(FSCONFIG_SET_STRING, "FSCONFIG_SET_STRING"),
                    asm.string(key),
                    asm.string(text, MountOptions.shown(key + "=" + text).substring(key.length() + 1)),
                    value(0));
        }
    }

    void bind(RootfsStep.MountBind step) {
        MountOptions options = step.options();
        Op.Register source = asm.use(step.handle());
        boolean shared = options.propagation().stream().anyMatch(p -> p.flag() == MS_SHARED);
        setAttributes(source, options.setRecursive(), options.clearRecursive(), shared ? 0 : MS_SLAVE, true);
        if (options.set() != 0 || options.clear() != 0) {
            exactly(source, options);
        }
        attach(source, step.destination(), step.file(), step.follow(), options);
    }

    /**
     * Who names flags names all of them, as with mount(2) and its callers, but for when access times are written, which stays
     * as it is unless it is named. EPERM: in a user namespace those that its owner
     * set are locked, mount_namespaces(7); they stay unless the config clears them by name.
     */
    private void exactly(Op.Register mount, MountOptions options) {
        Label locked = new Label();
        Label done = new Label();
        long kept = (MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME) & ~options.clear();
        setAttributes(mount, options.set(), Mounts.ATTRIBUTES & ~kept, 0, false);
        asm.last().on(Errno.EPERM, locked).on(new Op.OnSuccess(), done);
        asm.place(locked);
        setAttributes(mount, options.set(), options.clear(), 0, false);
        asm.place(done);
    }

    private void attach(Op.Register mount, String destination, boolean file, boolean symlinks, MountOptions options) {
        Op.Register target = mountPoint(destination, file, symlinks);
        moveMount(mount, target);
        asm.close(target);
        options.propagation().forEach(p -> setAttributes(mount, 0, 0, p.flag(), p.recursive()));
        asm.close(mount);
    }

    void remount(String destination, MountOptions options) {
        Op.Register target = asm.temporary();
        lookUp(destination, true).into(target);
        if (options.set() != 0 || options.clear() != 0) {
            setAttributes(target, options.set(), options.clear(), 0, false);
        }
        if (options.setRecursive() != 0 || options.clearRecursive() != 0) {
            setAttributes(target, options.setRecursive(), options.clearRecursive(), 0, true);
        }
        options.propagation().forEach(p -> setAttributes(target, 0, 0, p.flag(), p.recursive()));
        asm.close(target);
    }

    void readonlyRoot() {
        Op.Register root = asm.temporary();
        lookUp("/", true).into(root);
        setAttributes(root, MOUNT_ATTR_RDONLY, 0, 0, false);
        asm.close(root);
    }

    // ---- /dev

    void device(Device device, String place, boolean bind) {
        if (bind) {
            Op.Register source = asm.use("source " + device.path());
            setAttributes(source, 0, 0, MS_SLAVE, false);
            attach(source, place, true, false, Mounts.parse(List.of()));
            return;
        }
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

    /** Binds a terminal that is open already on /dev/console, by descriptor alone (CVE-2025-52565). */
    void console(Op.Register terminal) {
        Op.Register copy = asm.temporary();
        cloneMount(terminal, copy, false);
        setAttributes(copy, 0, 0, MS_SLAVE, false);
        attach(copy, "/dev/console", true, false, Mounts.parse(List.of()));
    }

    private Assembler.Draft cloneMount(Op.Register of, Op.Register copy, boolean recursive) {
        return asm.call(
                        Sys.OPEN_TREE,
                        of,
                        asm.string(""),
                        flags(
                                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
                                "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH" + (recursive ? "|AT_RECURSIVE" : "")))
                .into(copy);
    }

    // ---- read-only and masked paths

    void readonlyPath(String path) {
        Op.Register target = asm.temporary();
        Label missing = new Label();
        lookUp(path, true).into(target).on(Errno.ENOENT, missing);
        Op.Register copy = asm.temporary();
        cloneMount(target, copy, true);
        setAttributes(copy, MOUNT_ATTR_RDONLY, 0, 0, true);
        moveMount(copy, target);
        asm.close(copy);
        asm.close(target);
        asm.place(missing);
    }

    /** The null device is the host's, not what the image calls /dev/null (CVE-2025-31133). */
    void prepareMasks() {
        Op.Register nullDevice = asm.define(NULL_DEVICE);
        openTree("/dev/null", nullDevice, false);
        setAttributes(nullDevice, 0, 0, MS_PRIVATE, false);
        emptyDirectory(asm.define(EMPTY_DIRECTORY));
    }

    /** A root in which nothing is and nothing can be made. */
    void emptyRoot() {
        emptyDirectory(asm.define(rootfs));
    }

    private void emptyDirectory(Op.Register mount) {
        Op.Register context = asm.temporary();
        asm.call(Sys.FSOPEN, asm.string("tmpfs"), flags(FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"))
                .into(context);
        configure(context, "mode", "0755");
        configure(context, "nr_inodes", "2");
        configure(context, "ro", null);
        Op.Arg attributes = flags(
                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                "MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC");
        create(context, attributes, mount);
    }

    /** First as a file; move_mount(2) says EINVAL if it is a directory. */
    void mask(String path) {
        Op.Register target = asm.temporary();
        Label missing = new Label();
        Label directory = new Label();
        Label masked = new Label();
        lookUp(path, true).into(target).on(Errno.ENOENT, missing).on(Errno.ENOTDIR, missing);
        cover(target, NULL_DEVICE, directory, masked);
        asm.place(directory);
        cover(target, EMPTY_DIRECTORY, null, masked);
        asm.place(masked);
        asm.close(target);
        asm.place(missing);
    }

    /**
     * Covers a path with another copy of a mount, so that one superblock serves all masks. Before Linux 6.15 only an
     * attached mount can be copied: the first use attaches the mount itself.
     */
    private void cover(Op.Register target, String with, @Nullable Label wrongType, Label done) {
        Op.Register copy = asm.temporary();
        Label itself = new Label();
        Label attached = new Label();
        cloneMount(asm.use(with), copy, false).on(Errno.EINVAL, itself);
        tryMove(copy, target, wrongType).on(new Op.OnSuccess(), attached);
        asm.place(itself);
        tryMove(asm.use(with), target, wrongType).on(new Op.OnSuccess(), done);
        asm.place(attached);
        asm.call(Sys.CLOSE, copy).on(new Op.OnSuccess(), done);
        asm.forget(copy);
    }

    private Assembler.Draft tryMove(Op.Register mount, Op.Register target, @Nullable Label wrongType) {
        moveMount(mount, target);
        Assembler.Draft move = asm.last();
        if (wrongType != null) {
            move.on(Errno.EINVAL, wrongType);
        }
        return move;
    }
}
