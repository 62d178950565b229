// Starts a container process or a short-lived one beside it: one clone3, one execveat of an init that lies in a memfd.
// Needs no libc and changes nothing in the calling process, so a thread of a JVM may do it.
#ifndef JPOD_SPAWN_H
#define JPOD_SPAWN_H

#include <stdint.h>

#define SPAWN_MAX_FDS 250

// Filled by the caller, who keeps every descriptor. Java fills it through FFM: these offsets are the contract.
struct spawn {
    uint64_t clone_flags; //  0: CLONE_NEW*; the rest is added here, and anything else is refused with EINVAL
    int32_t init_fd;      //  8: the static executable
    int32_t stdin_fd;     // 12
    int32_t stdout_fd;    // 16
    int32_t stderr_fd;    // 20
    int32_t cgroup_fd;    // 24: cgroup2 directory to be born in, or -1
    int32_t pidns_fd;     // 28: pid namespace to be born in, or -1
    uint32_t preserve;    // 32: the caller's descriptors 3 .. 3+preserve-1 stay as they are
    uint32_t fd_count;    // 36: at most SPAWN_MAX_FDS
    uint64_t fds;         // 40: address of int32_t[fd_count]; they become 3+preserve, 4+preserve, ...
    int32_t pidfd;        // 48: out: pidfd of the child (CLOEXEC, the caller closes it), -1 on error
    uint32_t reserved;    // 52: 0
    uint64_t nofile_soft; // 56: the child's RLIMIT_NOFILE: a JVM has raised its own soft limit (MaxFDLimit)
    uint64_t nofile_hard; // 64: 0 leaves both as they are
};

_Static_assert(sizeof(struct spawn) == 72, "spawn");
_Static_assert(__builtin_offsetof(struct spawn, fds) == 40, "spawn.fds");
_Static_assert(__builtin_offsetof(struct spawn, nofile_hard) == 64, "spawn.nofile_hard");

// The child gets argv {"jpod-init", "<3+preserve>"}, no environment, an empty signal mask, all signals
// default whatever the caller ignores, its three standard descriptors, the preserved and the given ones, and no other. Returns when it has executed init: its pid in the
// caller's pid namespace. -errno: no child is left (ENOSYS: Linux before 5.3, or a seccomp filter that hides clone3).
int spawn(struct spawn *s);

#endif
