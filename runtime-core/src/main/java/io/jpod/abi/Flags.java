package io.jpod.abi;

/**
 * Flags and command numbers of the system calls, in their Linux spelling, as in the kernel's uapi headers. They are the
 * same on every architecture here, but for the few {@code O_} flags that are methods.
 */
public final class Flags {
    private Flags() {}

    // fcntl.h, openat2(2), open_tree(2)
    public static final long O_RDONLY = 0;
    public static final long O_WRONLY = 1;
    public static final long O_RDWR = 2;
    public static final long O_CREAT = 0x40;
    public static final long O_EXCL = 0x80;
    public static final long O_NOCTTY = 0x100;
    public static final long O_TRUNC = 0x200;
    public static final long O_APPEND = 0x400;
    public static final long O_NONBLOCK = 0x800;
    public static final long O_CLOEXEC = 0x80000;
    public static final long O_PATH = 0x200000;
    public static final long AT_FDCWD = -0x64;
    public static final long AT_SYMLINK_NOFOLLOW = 0x100;
    public static final long AT_REMOVEDIR = 0x200;
    public static final long AT_SYMLINK_FOLLOW = 0x400;
    public static final long AT_EMPTY_PATH = 0x1000;
    public static final long AT_RECURSIVE = 0x8000;
    public static final long AT_EACCESS = 0x200;
    public static final long F_OK = 0;
    public static final long X_OK = 1;
    public static final long F_DUPFD_CLOEXEC = 0x406;
    public static final long F_SETFD = 2;
    public static final long F_SETFL = 4;
    public static final long FD_CLOEXEC = 1;
    public static final long RESOLVE_NO_MAGICLINKS = 2;
    public static final long RESOLVE_NO_SYMLINKS = 4;
    public static final long RESOLVE_BENEATH = 8;
    public static final long RESOLVE_IN_ROOT = 0x10;
    public static final long OPEN_TREE_CLONE = 1;
    public static final long OPEN_TREE_CLOEXEC = 0x80000;
    public static final long F_ADD_SEALS = 0x409;
    public static final long F_GET_SEALS = 0x40a;
    public static final long F_SEAL_SEAL = 1;
    public static final long F_SEAL_SHRINK = 2;
    public static final long F_SEAL_GROW = 4;
    public static final long F_SEAL_WRITE = 8;
    public static final long MFD_CLOEXEC = 1;
    public static final long MFD_ALLOW_SEALING = 2;
    public static final long LOCK_SH = 1;
    public static final long LOCK_EX = 2;
    public static final long LOCK_NB = 4;
    public static final long RENAME_NOREPLACE = 1;

    // sys/stat.h
    public static final long S_IFMT = 0xf000;
    public static final long S_IFDIR = 0x4000;
    public static final long S_IFREG = 0x8000;
    public static final long S_IFLNK = 0xa000;
    public static final long S_IFCHR = 0x2000;
    public static final long S_IFIFO = 0x1000;
    public static final long S_IFSOCK = 0xc000;

    // fallocate(2)
    public static final long FALLOC_FL_KEEP_SIZE = 1;

    // statfs(2)
    public static final long PROC_SUPER_MAGIC = 0x9fa0;

    // mount(2), mount_setattr(2), fsmount(2), move_mount(2)
    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_BIND = 0x1000;
    public static final long MS_MOVE = 0x2000;
    public static final long MS_REC = 0x4000;
    public static final long MS_UNBINDABLE = 0x20000;
    public static final long MS_PRIVATE = 0x40000;
    public static final long MS_SLAVE = 0x80000;
    public static final long MS_SHARED = 0x100000;
    public static final long MNT_DETACH = 2;
    public static final long UMOUNT_NOFOLLOW = 8;
    public static final long MOUNT_ATTR_RDONLY = 1;
    public static final long MOUNT_ATTR_NOSUID = 2;
    public static final long MOUNT_ATTR_NODEV = 4;
    public static final long MOUNT_ATTR_NOEXEC = 8;
    public static final long MOUNT_ATTR__ATIME = 0x70;
    public static final long MOUNT_ATTR_NOATIME = 0x10;
    public static final long MOUNT_ATTR_STRICTATIME = 0x20;
    public static final long MOUNT_ATTR_NODIRATIME = 0x80;
    public static final long MOUNT_ATTR_IDMAP = 0x100000;
    public static final long MOUNT_ATTR_NOSYMFOLLOW = 0x200000;
    public static final long MOVE_MOUNT_F_EMPTY_PATH = 4;
    public static final long MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    public static final long MOVE_MOUNT_T_SYMLINKS = 0x10;
    public static final long FSOPEN_CLOEXEC = 1;
    public static final long FSMOUNT_CLOEXEC = 1;
    public static final long FSCONFIG_SET_FLAG = 0;
    public static final long FSCONFIG_SET_STRING = 1;
    public static final long FSCONFIG_CMD_CREATE = 6;

    // clone(2), unshare(2), setns(2)
    public static final long CLONE_FS = 0x200;
    public static final long CLONE_NEWNS = 0x20000;
    public static final long CLONE_NEWCGROUP = 0x2000000;
    public static final long CLONE_NEWUTS = 0x4000000;
    public static final long CLONE_NEWIPC = 0x8000000;
    public static final long CLONE_NEWUSER = 0x10000000;
    public static final long CLONE_NEWPID = 0x20000000;
    public static final long CLONE_NEWNET = 0x40000000;
    public static final long CLONE_NEWTIME = 0x80;
    public static final long CLONE_PARENT = 0x8000;

    // prctl(2), capabilities(7)
    public static final long PR_SET_DUMPABLE = 4;
    public static final long PR_SET_KEEPCAPS = 8;
    public static final long PR_SET_NAME = 15;
    public static final long PR_CAPBSET_DROP = 0x18;
    public static final long PR_SET_CHILD_SUBREAPER = 0x24;
    public static final long PR_SET_NO_NEW_PRIVS = 0x26;
    public static final long PR_CAP_AMBIENT = 0x2f;
    public static final long PR_CAP_AMBIENT_RAISE = 2;
    public static final long PR_CAP_AMBIENT_CLEAR_ALL = 4;

    // seccomp(2), bpf(2)
    public static final long SECCOMP_SET_MODE_FILTER = 1;
    public static final long SECCOMP_FILTER_FLAG_TSYNC = 1;
    public static final long SECCOMP_FILTER_FLAG_LOG = 2;
    public static final long SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4;
    public static final long SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
    public static final long SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 0x20;
    public static final long BPF_PROG_LOAD = 5;
    public static final long BPF_PROG_ATTACH = 8;
    public static final long BPF_PROG_DETACH = 9;
    public static final long BPF_PROG_QUERY = 0x10;
    public static final long BPF_PROG_TYPE_CGROUP_DEVICE = 0xf;
    public static final long BPF_CGROUP_DEVICE = 6;
    public static final long BPF_F_ALLOW_MULTI = 2;
    public static final long BPF_F_REPLACE = 4;
    public static final long BPF_PROG_GET_FD_BY_ID = 0xd;

    // ioctl(2): terminals, namespaces, network devices
    public static final long TIOCSCTTY = 0x540e;
    public static final long TIOCGPTPEER = 0x5441;
    public static final long TIOCSPTLCK = 0x40045431;
    public static final long TIOCSWINSZ = 0x5414;
    public static final long TCGETS = 0x5401;
    public static final long TCSETS = 0x5402;
    public static final long ONLCR = 4;
    public static final long TIOCGWINSZ = 0x5413;
    public static final long PIDFD_GET_INFO = 0xc040ff0bL;
    public static final long PIDFD_INFO_EXIT = 8;
    public static final long SIOCSIFFLAGS = 0x8914;
    public static final long IFF_UP = 1;
    public static final long IFF_RUNNING = 0x40;

    // socket(2), unix(7)
    public static final long AF_UNIX = 1;
    public static final long AF_INET = 2;
    public static final long AF_INET6 = 0xa;
    public static final long AF_NETLINK = 0x10;
    public static final long SOCK_STREAM = 1;
    public static final long SOCK_DGRAM = 2;
    public static final long SOCK_RAW = 3;
    public static final long SOCK_SEQPACKET = 5;
    public static final long SOCK_NONBLOCK = 0x800;
    public static final long SOCK_CLOEXEC = 0x80000;
    public static final long SOL_SOCKET = 1;
    public static final long SO_PASSCRED = 0x10;
    public static final long SO_PEERCRED = 0x11;
    public static final long SO_REUSEADDR = 2;
    public static final long SO_TYPE = 3;
    public static final long SO_ACCEPTCONN = 0x1e;
    public static final long SO_DOMAIN = 0x27;
    public static final long SO_PEERPIDFD = 0x4d;
    public static final long SCM_RIGHTS = 1;
    public static final long SCM_CREDENTIALS = 2;
    public static final long MSG_NOSIGNAL = 0x4000;
    public static final long MSG_CMSG_CLOEXEC = 0x40000000;
    public static final long MSG_TRUNC = 0x20;
    public static final long MSG_CTRUNC = 8;
    public static final long SHUT_RDWR = 2;

    // wait(2), signal(7), poll(2), close_range(2), keyctl(2)
    public static final long WNOHANG = 1;
    public static final long WEXITED = 4;
    public static final long WNOWAIT = 0x1000000;
    public static final long P_PID = 1;
    public static final long P_PGID = 2;
    public static final long P_PIDFD = 3;
    public static final long SIGKILL = 9;
    public static final long SIGTERM = 0xf;
    public static final long SIGCHLD = 0x11;
    public static final long SIGSTOP = 0x13;
    public static final long POLLIN = 1;
    public static final long POLLOUT = 4;
    public static final long POLLHUP = 0x10;
    public static final long POLLPRI = 2;
    public static final long POLLNVAL = 0x20;
    public static final long CLOSE_RANGE_CLOEXEC = 4;
    public static final long KEYCTL_JOIN_SESSION_KEYRING = 1;
    public static final long KEYCTL_SETPERM = 5;
    public static final long KEY_SPEC_SESSION_KEYRING = -3;

    // setpriority(2), ioprio_set(2), sched_setattr(2)
    public static final long IOPRIO_WHO_PROCESS = 1;
    public static final long IOPRIO_CLASS_SHIFT = 0xd;
    public static final long SCHED_OTHER = 0;
    public static final long SCHED_FIFO = 1;
    public static final long SCHED_RR = 2;
    public static final long SCHED_BATCH = 3;
    public static final long SCHED_IDLE = 5;
    public static final long SCHED_DEADLINE = 6;

    // statx(2)
    public static final long STATX_BASIC_STATS = 0x7ff;
    public static final long STATX_BTIME = 0x800;
    public static final long STATX_MNT_ID = 0x1000;

    /** O_DIRECTORY differs: {@code asm-generic/fcntl.h} against arm64's {@code asm/fcntl.h}. */
    public static long O_DIRECTORY(Arch arch) {
        return switch (arch) {
            case X86_64 -> 0x10000;
            case AARCH64 -> 0x4000;
        };
    }

    /** O_NOFOLLOW differs like O_DIRECTORY. */
    public static long O_NOFOLLOW(Arch arch) {
        return switch (arch) {
            case X86_64 -> 0x20000;
            case AARCH64 -> 0x8000;
        };
    }
}
