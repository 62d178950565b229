package io.jpod.plan;

import io.jpod.oci.NamespaceType;

/** What is opened or made on the host, before any namespace changes: paths of the host are looked up once, and live on as descriptors. */
public sealed interface HostStep extends Step.Call {
    /** open_tree(2): a private copy of the mounts below root.path. */
    record OpenRootfs(String path) implements HostStep {}

    /**
     * mount_setattr(2) with MOUNT_ATTR_IDMAP: what root owns on disk, root of the user namespace owns in the container.
     *
     * @param namespace path of the user namespace
     */
    record MapIdsOfRootfs(String namespace) implements HostStep {}

    /** A handle on the host's procfs: what is written below /proc goes through it, never through a path of the container (CVE-2025-52881). */
    record OpenProcfs() implements HostStep {}

    /** A bind mount's source, as a detached copy. */
    record OpenSource(String handle, String path, boolean recursive) implements HostStep {}

    /** The same of one that lies in the root file system, with all that is mounted there by then. */
    record OpenSourceInside(String handle, String path, boolean recursive) implements HostStep {}

    /** The same where nothing may be made: the directory itself. */
    record OpenRootDirectory(String path) implements HostStep {}

    record OpenNamespace(NamespaceType type, String path) implements HostStep {}

    /** What the first process of a shared pid namespace has for a root: with the host's, /proc/1/root would be the host. */
    record OpenEmptyRootfs() implements HostStep {}
}
