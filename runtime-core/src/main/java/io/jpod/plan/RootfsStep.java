package io.jpod.plan;

import io.jpod.oci.Device;
import io.jpod.oci.Linux;
import io.jpod.oci.Process;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mounts, devices and links of the root file system, and the way into it. */
public sealed interface RootfsStep extends Step.Call {
    /** mount(2): what the host mounts later, and whether it sees what we mount. */
    record SetPropagation(Linux.Propagation flag, boolean recursive) implements RootfsStep {}

    record AttachRootfs(String path) implements RootfsStep {}

    /**
     * fsopen(2) and its kin: a new file system.
     *
     * @param filled the handle of one that {@link BrainStep.FillTmpfs} has made already; null: none
     * @param follow whether links on the way to the destination are followed, within the root; else they are refused: it has
     *     none, and who puts one there wants it elsewhere, in /proc above all (CVE-2019-19921, CVE-2025-52881)
     */
    record MountFilesystem(
            String type,
            @Nullable String source,
            String destination,
            MountOptions options,
            boolean follow,
            @Nullable String filled)
            implements RootfsStep {}

    /**
     * move_mount(2) of an {@link HostStep.OpenSource}.
     *
     * @param follow as in {@link MountFilesystem}
     */
    record MountBind(
            String handle, String source, String destination, MountOptions options, boolean file, boolean follow)
            implements RootfsStep {}

    /** mount_setattr(2) on what is already there. */
    record Remount(String destination, MountOptions options) implements RootfsStep {}

    /** mknodat(2), or a bind of the host's node where nodes cannot be made (user namespaces) or one is there already. */
    record MakeDevice(Device device, String place, boolean bind) implements RootfsStep {}

    record Symlink(String path, String target) implements RootfsStep {}

    /** A terminal of the container's own devpts; its controlling side is sent away over the console socket. */
    record OpenConsole(Process.@Nullable ConsoleSize size, long uid, boolean mounted) implements RootfsStep {}

    /** pivot_root(2). */
    record PivotRoot() implements RootfsStep {}

    /** Of what lies where root of the user namespace would not come: by whoever still has the host's privileges. */
    record LetGoOfHostMounts(List<String> hostMounts) implements RootfsStep {}

    /**
     * The older way without one. The host's root stays below the container's, so nothing may be left on it.
     *
     * @param hostMounts what is taken down there, in this order
     */
    record MoveRoot(List<String> hostMounts) implements RootfsStep {}

    /** chroot(2): no boundary for who may call it again. */
    record ChangeRoot() implements RootfsStep {}

    /** The same of one that joins a container, whose first process may have a root that is not that of its mount namespace. */
    record EnterRootOfContainer() implements RootfsStep {}

    record SetRootPropagation(Linux.Propagation flag) implements RootfsStep {}

    record ReadonlyRootfs() implements RootfsStep {}

    record ReadonlyPath(String path) implements RootfsStep {}

    /** What masks are made of: an empty read-only directory and the null device, once for all of them. */
    record PrepareMasks() implements RootfsStep {}

    record MaskPath(String path) implements RootfsStep {}
}
