// Names for numbers: what probe.c prints and understands.
#ifndef PROBE_H
#define PROBE_H

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define NAMED(name) {#name, name}

static const struct {
    const char *name;
    int number;
} errnos[] = {
    NAMED(EPERM), NAMED(ENOENT), NAMED(ESRCH), NAMED(EINTR), NAMED(EIO), NAMED(ENXIO), NAMED(E2BIG), NAMED(ENOEXEC),
    NAMED(EBADF), NAMED(ECHILD), NAMED(EAGAIN), NAMED(ENOMEM), NAMED(EACCES), NAMED(EFAULT), NAMED(ENOTBLK), NAMED(EBUSY),
    NAMED(EEXIST), NAMED(EXDEV), NAMED(ENODEV), NAMED(ENOTDIR), NAMED(EISDIR), NAMED(EINVAL), NAMED(ENFILE), NAMED(EMFILE),
    NAMED(ENOTTY), NAMED(ETXTBSY), NAMED(EFBIG), NAMED(ENOSPC), NAMED(ESPIPE), NAMED(EROFS), NAMED(EMLINK), NAMED(EPIPE),
    NAMED(ERANGE), NAMED(EDEADLK), NAMED(ENAMETOOLONG), NAMED(ENOSYS), NAMED(ENOTEMPTY), NAMED(ELOOP), NAMED(ENODATA),
    NAMED(EPROTO), NAMED(EOVERFLOW), NAMED(EUSERS), NAMED(EOPNOTSUPP), NAMED(EAFNOSUPPORT), NAMED(EADDRINUSE),
    NAMED(EADDRNOTAVAIL), NAMED(ENETUNREACH), NAMED(EHOSTUNREACH), NAMED(ENOMSG), NAMED(EIDRM),
    NAMED(ECONNREFUSED), NAMED(ETIMEDOUT), NAMED(ESTALE), NAMED(EDQUOT), NAMED(ENOKEY), NAMED(ECANCELED),
}, rlimits[] = {
    NAMED(RLIMIT_AS), NAMED(RLIMIT_CORE), NAMED(RLIMIT_CPU), NAMED(RLIMIT_DATA), NAMED(RLIMIT_FSIZE), NAMED(RLIMIT_LOCKS),
    NAMED(RLIMIT_MEMLOCK), NAMED(RLIMIT_MSGQUEUE), NAMED(RLIMIT_NICE), NAMED(RLIMIT_NOFILE), NAMED(RLIMIT_NPROC),
    NAMED(RLIMIT_RSS), NAMED(RLIMIT_RTPRIO), NAMED(RLIMIT_RTTIME), NAMED(RLIMIT_SIGPENDING), NAMED(RLIMIT_STACK),
};

// All but KILL and STOP, which have no handlers, CHLD, and those that mean a bug.
#define SIGNAL(name) {SIG##name, #name "\n"}
static const struct {
    int number;
    const char *line;
} signals[] = {
    SIGNAL(HUP), SIGNAL(INT), SIGNAL(QUIT), SIGNAL(USR1), SIGNAL(USR2), SIGNAL(PIPE), SIGNAL(ALRM), SIGNAL(TERM), SIGNAL(CONT),
    SIGNAL(TSTP), SIGNAL(TTIN), SIGNAL(TTOU), SIGNAL(URG), SIGNAL(XCPU), SIGNAL(XFSZ), SIGNAL(VTALRM), SIGNAL(PROF),
    SIGNAL(WINCH), SIGNAL(IO), SIGNAL(PWR),
};

// For seccomp tests: what container profiles speak about.
#define SYSCALL(name) {#name, SYS_##name}
static const struct {
    const char *name;
    long number;
} syscalls[] = {
    SYSCALL(acct), SYSCALL(add_key), SYSCALL(bpf), SYSCALL(chroot), SYSCALL(clock_settime), SYSCALL(clone), SYSCALL(clone3),
    SYSCALL(close), SYSCALL(delete_module), SYSCALL(fchmodat), SYSCALL(fsopen), SYSCALL(getcwd), SYSCALL(getpid),
    SYSCALL(getppid), SYSCALL(getuid), SYSCALL(init_module), SYSCALL(io_uring_setup), SYSCALL(ioctl), SYSCALL(kexec_load),
    SYSCALL(keyctl), SYSCALL(kill), SYSCALL(mkdirat), SYSCALL(mount), SYSCALL(move_mount), SYSCALL(open_by_handle_at),
    SYSCALL(open_tree), SYSCALL(openat2), SYSCALL(perf_event_open), SYSCALL(personality), SYSCALL(pidfd_open),
    SYSCALL(pivot_root), SYSCALL(ptrace), SYSCALL(quotactl), SYSCALL(reboot), SYSCALL(request_key), SYSCALL(sched_yield),
    SYSCALL(sethostname), SYSCALL(setns), SYSCALL(settimeofday), SYSCALL(socket), SYSCALL(swapon), SYSCALL(syslog),
    SYSCALL(umount2), SYSCALL(uname), SYSCALL(unshare), SYSCALL(userfaultfd), SYSCALL(write),
};

#endif
