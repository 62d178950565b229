package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.currentDirectory;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.nul;

import io.jpod.abi.Errno;
import io.jpod.abi.Sys;
import io.jpod.oci.Device;
import io.jpod.oci.Linux;
import io.jpod.plan.Assembler.Label;
import java.util.List;

/** Calls that make a root file system and enter it. */
final class RootfsCalls {
    private final Assembler asm;
    private final Files files;
    private final MountCalls mounts;

    RootfsCalls(Assembler asm, Files files, MountCalls mounts) {
        this.asm = asm;
        this.files = files;
        this.mounts = mounts;
    }

    void lower(RootfsStep step) {
        switch (step) {
            case RootfsStep.SetPropagation(Linux.Propagation flag, boolean recursive) ->
                mount(flag.number() | (recursive ? MS_REC : 0), (recursive ? "MS_REC|" : "") + constant(flag));
            case RootfsStep.SetRootPropagation(Linux.Propagation flag) -> mount(flag.number(), constant(flag));
            case RootfsStep.AttachRootfs(String path) -> {
                asm.call(
                        Sys.MOVE_MOUNT,
                        asm.use(Lowering.ROOTFS),
                        asm.string(""),
                        currentDirectory(),
                        asm.string(path),
                        flags(
                                MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS,
                                "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_SYMLINKS"));
                files.clearUmask();
            }
            case RootfsStep.MountFilesystem filesystem -> mounts.mount(filesystem);
            case RootfsStep.MountBind bind -> mounts.bind(bind);
            case RootfsStep.Remount(String destination, MountOptions options) -> mounts.remount(destination, options);
            case RootfsStep.MakeDevice(Device device, String place, boolean bind) -> {
                if (bind) {
                    mounts.bindDevice(device, place);
                } else {
                    files.node(device, place);
                }
            }
            case RootfsStep.Symlink(String path, String target) -> files.symlink(path, target);
            case RootfsStep.OpenConsole console -> new ConsoleCalls(asm, files, mounts).open(console);
            case RootfsStep.PivotRoot _ -> pivotRoot();
            case RootfsStep.LetGoOfHostMounts(List<String> hostMounts) -> hostMounts.forEach(this::letGo);
            case RootfsStep.MoveRoot(List<String> hostMounts) -> moveRoot(hostMounts);
            case RootfsStep.ChangeRoot _ -> changeRoot(Lowering.ROOTFS);
            case RootfsStep.EnterRootOfContainer _ -> changeRoot(Lowering.CONTAINER_ROOT);
            case RootfsStep.ReadonlyRootfs _ -> mounts.readonlyRoot();
            case RootfsStep.ReadonlyPath(String path) -> mounts.readonlyPath(path);
            case RootfsStep.PrepareMasks _ -> mounts.prepareMasks();
            case RootfsStep.MaskPath(String path) -> mounts.mask(path);
        }
    }

    private static String constant(Linux.Propagation flag) {
        return "MS_" + flag.name();
    }

    private void mount(long flags, String text) {
        asm.call(Sys.MOUNT, nul(), asm.string("/"), nul(), flags(flags, text), nul());
    }

    /** pivot_root(2), section "pivot_root(".", ".")": no directory is needed for the old root, which goes at once. */
    private void pivotRoot() {
        asm.call(Sys.FCHDIR, asm.use(Lowering.ROOTFS));
        asm.call(Sys.PIVOT_ROOT, asm.string("."), asm.string("."));
        asm.call(Sys.UMOUNT2, asm.string("."), flags(MNT_DETACH, "MNT_DETACH"));
        enterRoot();
    }

    /** After the move "/" is still the host's root: the mount that lies on it is only met by who comes from above. */
    private void moveRoot(List<String> hostMounts) {
        asm.call(Sys.FCHDIR, asm.use(Lowering.ROOTFS));
        asm.call(Sys.MOUNT, asm.string("."), asm.string("/"), nul(), flags(MS_MOVE, "MS_MOVE"), nul());
        hostMounts.forEach(this::letGo);
        // Or what the host mounts from now on would come after.
        mount(MS_PRIVATE, "MS_PRIVATE");
        asm.call(Sys.CHROOT, asm.string("."));
        enterRoot();
    }

    /**
     * What a user namespace has inherited cannot be taken down in it, mount_namespaces(7): it is covered, which does as well
     * against mounting proc and sysfs anew.
     */
    private void letGo(String hostMount) {
        Label gone = new Label();
        Label locked = new Label();
        Op.Blob path = asm.string(hostMount);
        asm.call(Sys.UMOUNT2, path, flags(MNT_DETACH | UMOUNT_NOFOLLOW, "MNT_DETACH|UMOUNT_NOFOLLOW"))
                .on(new Op.OnSuccess(), gone)
                .on(Errno.ENOENT, gone)
                .on(Errno.EINVAL, locked);
        asm.place(locked);
        // ENOTDIR: a file has nothing below it.
        asm.call(
                        Sys.MOUNT,
                        asm.string("none"),
                        path,
                        asm.string("tmpfs"),
                        flags(MS_RDONLY | MS_NOSUID, "MS_RDONLY|MS_NOSUID"),
                        nul())
                .on(Errno.ENOTDIR, gone)
                .on(Errno.ENOENT, gone);
        asm.place(gone);
    }

    private void changeRoot(String directory) {
        asm.call(Sys.FCHDIR, asm.use(directory));
        asm.call(Sys.CHROOT, asm.string("."));
        enterRoot();
    }

    private void enterRoot() {
        asm.call(Sys.CHDIR, asm.string("/"));
        files.enteredRoot();
    }
}
