package io.jpod.abi;

/**
 * The system calls that jpod makes, with their numbers on each architecture (the kernel's {@code asm/unistd_64.h} and
 * {@code asm-generic/unistd.h}). Only calls that exist on both are here: aarch64 never had {@code open}, {@code mkdir},
 * {@code pipe} and their like.
 */
public enum Sys {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    FCNTL(72, 25),
    IOCTL(16, 29),
    DUP(32, 23),
    DUP3(292, 24),
    PIPE2(293, 59),
    OPENAT(257, 56),
    OPENAT2(437, 437),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    SYMLINKAT(266, 36),
    UNLINKAT(263, 35),
    RENAMEAT2(316, 276),
    FCHMODAT(268, 53),
    FCHOWNAT(260, 54),
    LINKAT(265, 37),
    READLINKAT(267, 78),
    SETXATTR(188, 5),
    GETXATTR(191, 8),
    FACCESSAT2(439, 439),
    STATX(332, 291),
    FTRUNCATE(77, 46),
    FALLOCATE(285, 47),
    PREAD64(17, 67),
    CHDIR(80, 49),
    FCHDIR(81, 50),
    CHROOT(161, 51),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    PIVOT_ROOT(155, 41),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    MOUNT_SETATTR(442, 442),
    CLONE(56, 220),
    CLONE3(435, 435),
    UNSHARE(272, 97),
    SETNS(308, 268),
    EXECVE(59, 221),
    EXIT_GROUP(231, 94),
    GETPID(39, 172),
    WAITID(247, 95),
    KILL(62, 129),
    PIDFD_OPEN(434, 434),
    PIDFD_SEND_SIGNAL(424, 424),
    PIDFD_GETFD(438, 438),
    GETUID(102, 174),
    GETGID(104, 176),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    SETGROUPS(116, 159),
    SETSID(112, 157),
    SETPGID(109, 154),
    UMASK(95, 166),
    PRCTL(157, 167),
    CAPSET(126, 91),
    PRLIMIT64(302, 261),
    SETPRIORITY(141, 140),
    SCHED_SETATTR(314, 274),
    SCHED_SETAFFINITY(203, 122),
    IOPRIO_SET(251, 30),
    PERSONALITY(135, 92),
    SET_MEMPOLICY(238, 237),
    KEYCTL(250, 219),
    SECCOMP(317, 277),
    BPF(321, 280),
    SETHOSTNAME(170, 161),
    SETDOMAINNAME(171, 162),
    MEMFD_CREATE(319, 279),
    SOCKET(41, 198),
    SOCKETPAIR(53, 199),
    BIND(49, 200),
    LISTEN(50, 201),
    ACCEPT4(288, 242),
    CONNECT(42, 203),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    GETSOCKNAME(51, 204),
    GETSOCKOPT(55, 209),
    SETSOCKOPT(54, 208),
    SHUTDOWN(48, 210),
    PPOLL(271, 73),
    RT_SIGACTION(13, 134),
    CLOSE_RANGE(436, 436),
    FLOCK(73, 32),
    MMAP(9, 222),
    MUNMAP(11, 215),
    UNAME(63, 160),
    INOTIFY_INIT1(294, 26),
    INOTIFY_ADD_WATCH(254, 27),
    STATFS(137, 43),
    LSEEK(8, 62);

    private final int x86_64;
    private final int aarch64;

    Sys(int x86_64, int aarch64) {
        this.x86_64 = x86_64;
        this.aarch64 = aarch64;
    }

    public int number(Arch arch) {
        return switch (arch) {
            case X86_64 -> x86_64;
            case AARCH64 -> aarch64;
        };
    }

    /** The name as the man pages write it. */
    public String manName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
