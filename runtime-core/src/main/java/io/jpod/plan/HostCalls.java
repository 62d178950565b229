package io.jpod.plan;

import static io.jpod.abi.Flags.*;
import static io.jpod.plan.Assembler.currentDirectory;
import static io.jpod.plan.Assembler.flags;
import static io.jpod.plan.Assembler.value;

import io.jpod.abi.Sys;
import io.jpod.oci.NamespaceType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls on what is the host's: looked up once, and a descriptor from then on. */
final class HostCalls {
    private static final Pattern ELSEWHERE = Pattern.compile("(/proc/\\d+)/root(/.*)");

    private final Assembler asm;
    private final Files files;
    private final MountCalls mounts;

    HostCalls(Assembler asm, Files files, MountCalls mounts) {
        this.asm = asm;
        this.files = files;
        this.mounts = mounts;
    }

    void lower(HostStep step) {
        switch (step) {
            case HostStep.OpenRootfs(String path) -> openRootfs(path);
            case HostStep.OpenRootDirectory(String path) -> openRootDirectory(path);
            case HostStep.MapIdsOfRootfs(String namespace) -> mapIdsOfRootfs(namespace);
            case HostStep.OpenEmptyRootfs _ -> mounts.emptyRoot();
            case HostStep.OpenProcfs _ -> open(asm, "/proc", O_PATH, "O_PATH").into(asm.define(Lowering.PROCFS));
            case HostStep.OpenSource(String handle, String path, boolean recursive) ->
                openSource(asm.define(handle), path, recursive);
            case HostStep.OpenSourceInside(String handle, String path, boolean recursive) ->
                mounts.openInside(asm.define(handle), path, recursive);
            case HostStep.OpenNamespace(NamespaceType type, String path) ->
                openNamespace(path).into(asm.define(Lowering.namespace(type)));
        }
    }

    private void openRootfs(String path) {
        Op.Register tree = asm.define(Lowering.ROOTFS);
        mounts.openTree(path, tree, true);
        // A copy of a shared mount would stay its peer, and what we mount inside would show on the host.
        mounts.setAttributes(tree, 0, 0, MS_SLAVE, true);
    }

    /** Whoever owns the mounts there must not lead it by a link of /proc to a descriptor of ours (CVE-2024-21626). */
    private void openRootDirectory(String path) {
        Op.Register root = asm.temporary();
        open(asm, "/", O_PATH, "O_PATH").into(root);
        files.openat2(
                        root,
                        path,
                        O_PATH | O_DIRECTORY(asm.arch()) | O_CLOEXEC,
                        "O_PATH|O_DIRECTORY|O_CLOEXEC",
                        RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
                        "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS")
                .into(asm.define(Lowering.ROOTFS));
        asm.close(root);
    }

    /** A struct mount_attr, whose userns_fd is what the call before has opened. Mounts inside keep their owners. */
    private void mapIdsOfRootfs(String namespace) {
        Op.Blob attributes =
                asm.struct("{attr_set=MOUNT_ATTR_IDMAP, userns_fd}", 32, attr -> attr.putLong(MOUNT_ATTR_IDMAP));
        openNamespace(namespace).into(new Op.Blob(attributes.offset() + 24, "userns_fd"));
        asm.call(
                Sys.MOUNT_SETATTR,
                asm.use(Lowering.ROOTFS),
                asm.string(""),
                flags(AT_EMPTY_PATH, "AT_EMPTY_PATH"),
                attributes,
                value(32));
    }

    /** A path of the host. */
    static Assembler.Draft open(Assembler asm, String path, long flags, String text) {
        return asm.call(
                Sys.OPENAT, currentDirectory(), asm.string(path), flags(flags | O_CLOEXEC, text + "|O_CLOEXEC"));
    }

    /**
     * A mount of another mount namespace can only be copied in there: the thread goes over and comes back. Once it is inside,
     * links of that container lead nowhere else.
     */
    private void openSource(Op.Register source, String path, boolean recursive) {
        Matcher elsewhere = ELSEWHERE.matcher(path);
        if (!elsewhere.matches()) {
            mounts.openTree(path, source, recursive);
            return;
        }
        Op.Register home = asm.temporary();
        Op.Register there = asm.temporary();
        open(asm, "/proc/thread-self/ns/mnt", O_RDONLY, "O_RDONLY").into(home);
        open(asm, elsewhere.group(1) + "/ns/mnt", O_RDONLY, "O_RDONLY").into(there);
        asm.call(Sys.UNSHARE, flags(CLONE_FS, "CLONE_FS"));
        asm.call(Sys.SETNS, there, flags(CLONE_NEWNS, "CLONE_NEWNS"));
        mounts.openTree(elsewhere.group(2), source, recursive);
        asm.call(Sys.SETNS, home, flags(CLONE_NEWNS, "CLONE_NEWNS"));
        asm.close(there);
        asm.close(home);
    }

    /** A path that a config names, where anything may be: a fifo would be waited for. */
    private Assembler.Draft openNamespace(String path) {
        return open(asm, path, O_RDONLY | O_NONBLOCK, "O_RDONLY|O_NONBLOCK");
    }
}
