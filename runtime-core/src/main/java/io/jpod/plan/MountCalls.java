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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls that mount: by descriptors of detached mounts, so that no path is looked up twice. Flags go with fsmount(2) and
 * mount_setattr(2), not with mount(2).
 */
final class MountCalls {
    /** Their superblock belongs to the kernel or to a namespace: read-only is a matter of the mount alone. */
    static final Set<String> PSEUDO = Set.of("proc", "sysfs", "cgroup2", "mqueue", "devpts", "tmpfs");

    private static final String EMPTY_DIRECTORY = "empty directory";
    private static final String NULL_DEVICE = "null device";

    private final Assembler asm;
    private final Files files;

    MountCalls(Assembler asm, Files files) {
        this.asm = asm;
        this.files = files;
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
        files.lookUp(path, true).into(found);
        cloneMount(found, tree, recursive);
        asm.close(found);
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
        Op.Register target = files.mountPoint(destination, file, symlinks);
        moveMount(mount, target);
        asm.close(target);
        options.propagation().forEach(p -> setAttributes(mount, 0, 0, p.flag(), p.recursive()));
        asm.close(mount);
    }

    void remount(String destination, MountOptions options) {
        Op.Register target = asm.temporary();
        files.lookUp(destination, true).into(target);
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
        files.lookUp("/", true).into(root);
        setAttributes(root, MOUNT_ATTR_RDONLY, 0, 0, false);
        asm.close(root);
    }

    /** The host's, where it lets nobody make one. */
    void bindDevice(Device device, String place) {
        Op.Register source = asm.use("source " + device.path());
        setAttributes(source, 0, 0, MS_SLAVE, false);
        attach(source, place, true, false, Mounts.parse(List.of()));
    }

    /** Binds a terminal that is open already on /dev/console, by descriptor alone (CVE-2025-52565). */
    void console(Op.Register terminal) {
        Op.Register copy = asm.temporary();
        cloneMount(terminal, copy, false);
        setAttributes(copy, 0, 0, MS_SLAVE, false);
        attach(copy, "/dev/console", true, false, Mounts.parse(List.of()));
    }

    void readonlyPath(String path) {
        Op.Register target = asm.temporary();
        Label missing = new Label();
        files.lookUp(path, true).into(target).on(Errno.ENOENT, missing);
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
        emptyDirectory(asm.define(Lowering.ROOTFS));
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
        files.lookUp(path, true).into(target).on(Errno.ENOENT, missing).on(Errno.ENOTDIR, missing);
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
