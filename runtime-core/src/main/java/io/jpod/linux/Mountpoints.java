package io.jpod.linux;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mounts that the brain makes: in its own mount namespace, to last, pins of namespaces and tmpfs; and those that it hands on. */
public final class Mountpoints {
    private Mountpoints() {}

    /**
     * Keeps a namespace alive without a process, namespaces(7).
     *
     * @param namespace stays the caller's
     * @param file is made if it is not there, as its directory
     */
    public static void pin(Fd namespace, String file) {
        makeParent(file);
        Linux.open(file, Flags.O_CREAT | Flags.O_WRONLY, 0).close();
        mount("/proc/self/fd/" + namespace.number(), file, null, Flags.MS_BIND, null);
    }

    public static void makeParent(String path) {
        Linux.makeDirectory(path.substring(0, path.lastIndexOf('/')), 0700);
    }

    /**
     * Mounts a tmpfs for users of any id on a new directory, tmpfs(5).
     *
     * @param size bytes
     * @param flags beside MS_NOSUID and MS_NODEV
     * @param owner uid and gid of its root
     */
    public static void tmpfs(String directory, long size, long flags, long owner) {
        Linux.mkdirat(Linux.AT_FDCWD, directory, 0700);
        String options = "mode=1777,size=%d,uid=%d,gid=%2$d".formatted(size, owner);
        mount("tmpfs", directory, "tmpfs", Flags.MS_NOSUID | Flags.MS_NODEV | flags, options);
    }

    /**
     * A tmpfs that is mounted nowhere yet, and gone with its descriptor.
     *
     * @param words flags, and {@code key=value}
     * @param attributes MOUNT_ATTR_ bits
     */
    public static Fd detachedTmpfs(List<String> words, long attributes) {
        try (Memory memory = Memory.open()) {
            long opened = Kernel.get().syscall(Sys.FSOPEN, memory.string("tmpfs"), Flags.FSOPEN_CLOEXEC);
            try (Fd context = new Fd((int) Linux.check(opened, Sys.FSOPEN, "tmpfs"))) {
                for (String word : words) {
                    int equals = word.indexOf('=');
                    long key = memory.string(equals < 0 ? word : word.substring(0, equals));
                    long value = equals < 0 ? 0 : memory.string(word.substring(equals + 1));
                    configure(
                            context,
                            equals < 0 ? Flags.FSCONFIG_SET_FLAG : Flags.FSCONFIG_SET_STRING,
                            key,
                            value,
                            word);
                }
                configure(context, Flags.FSCONFIG_CMD_CREATE, 0, 0, "tmpfs");
                long mount = Kernel.get().syscall(Sys.FSMOUNT, context.number(), Flags.FSMOUNT_CLOEXEC, attributes);
                return new Fd((int) Linux.check(mount, Sys.FSMOUNT, "tmpfs"));
            }
        }
    }

    private static void configure(Fd context, long command, long key, long value, String what) {
        Linux.check(
                Kernel.get().syscall(Sys.FSCONFIG, context.number(), command, key, value, 0, 0), Sys.FSCONFIG, what);
    }

    private static void mount(String source, String target, @Nullable String type, long flags, @Nullable String data) {
        try (Memory memory = Memory.open()) {
            long result = Kernel.get()
                    .syscall(
                            Sys.MOUNT,
                            memory.string(source),
                            memory.string(target),
                            type == null ? 0 : memory.string(type),
                            flags,
                            data == null ? 0 : memory.string(data),
                            0);
            Linux.check(result, Sys.MOUNT, target);
        }
    }

    /** Takes the topmost mount off a path, also one that is in use, umount(2); false if there is none, or no such path. */
    public static boolean release(String path) {
        try (Memory memory = Memory.open()) {
            long result =
                    Kernel.get().syscall(Sys.UMOUNT2, memory.string(path), Flags.MNT_DETACH | Flags.UMOUNT_NOFOLLOW);
            if (result == -Errno.EINVAL.number() || result == -Errno.ENOENT.number()) {
                return false;
            }
            Linux.check(result, Sys.UMOUNT2, path);
            return true;
        }
    }

    /** The same of all that lie there, one on the other. */
    public static void releaseAll(String path) {
        while (release(path)) {}
    }
}
