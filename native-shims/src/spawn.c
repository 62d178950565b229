#include "spawn.h"

#include "sys.h"

#include <stddef.h>

enum {
    EBADF = 9,
    EINVAL = 22,
    SIGKILL = 9,
    SIGCHLD = 17,
    LAST_SIGNAL = 64,
    SIG_SETMASK = 2,
    F_DUPFD_CLOEXEC = 1030,
    O_RDONLY_CLOEXEC = 02000000,
    AT_EMPTY_PATH = 0x1000,
    CLOSE_RANGE_CLOEXEC = 4,
    RLIMIT_NOFILE = 7,
    P_PIDFD = 3,
    WEXITED = 4,
};

#define CLONE_VM 0x100ull
#define CLONE_PIDFD 0x1000ull
#define CLONE_VFORK 0x4000ull
#define CLONE_NEWPID 0x20000000ull
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#define CLONE_INTO_CGROUP 0x200000000ull
// NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
#define CLONE_NAMESPACES 0x7e020080ull

#define CHILD_STACK 8192
// Far above any RLIMIT_NOFILE that leaves room for them, far below an overflow.
#define MAX_PRESERVE (1u << 20)

// linux/sched.h: struct clone_args, the 88 bytes of Linux 5.7
struct clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

// Shared with the child, which lives in the same memory until it has executed init.
struct birth {
    const struct spawn *spawn;
    volatile long error;
};

// A frame that execveat leaves behind looks poisoned to ASan when the parent's stack is there again.
#define IN_CHILD __attribute__((no_sanitize("address")))

// Places the descriptors: first all of them above the range, since a source may be another one's target.
IN_CHILD static long place(const struct spawn *s, long *init) {
    const int32_t *fds = (const int32_t *)(uintptr_t)s->fds;
    long first = 3 + (long)s->preserve;
    long end = first + (long)s->fd_count;
    int32_t lifted[SPAWN_MAX_FDS + 3];
    for (uint32_t i = 0; i < s->fd_count + 3; i++) {
        int32_t source = i >= 3 ? fds[i - 3] : i == 0 ? s->stdin_fd : i == 1 ? s->stdout_fd : s->stderr_fd;
        long fd = sys4(__NR_fcntl, source, F_DUPFD_CLOEXEC, end, 0);
        if (fd < 0) return fd;
        lifted[i] = (int32_t)fd;
    }
    *init = sys4(__NR_fcntl, s->init_fd, F_DUPFD_CLOEXEC, end, 0);
    if (*init < 0) return *init;
    for (uint32_t i = 0; i < s->fd_count + 3; i++) {
        long result = sys4(__NR_dup3, lifted[i], i < 3 ? (long)i : first + i - 3, 0, 0);
        if (result < 0) return result;
    }
    // CVE-2024-21626: nothing of the caller may reach the container. Marked rather than closed, for init is among them.
    return sys4(__NR_close_range, end, ~0u, CLOSE_RANGE_CLOEXEC, 0);
}

// CLONE_CLEAR_SIGHAND leaves those alone that the caller ignores: nohup(1), trap '', a shell's background jobs.
IN_CHILD static void set_default_signals(void) {
    struct {
        uint64_t handler, flags, restorer, mask;
    } action = {0, 0, 0, 0};
    for (long signal = 1; signal <= LAST_SIGNAL; signal++) {
        sys4(__NR_rt_sigaction, signal, (long)&action, 0, sizeof(uint64_t));
    }
}

IN_CHILD static void print_number(char *text, uint32_t number) {
    int length = 1;
    for (uint32_t rest = number; rest >= 10; rest /= 10) length++;
    text[length] = 0;
    for (; length > 0; number /= 10) text[--length] = (char)('0' + number % 10);
}

IN_CHILD static long be_born(const struct spawn *s) {
    long init;
    long result = place(s, &init);
    if (result < 0) return result;
    if (s->nofile_hard != 0) {
        uint64_t limit[2] = {s->nofile_soft, s->nofile_hard};
        result = sys4(__NR_prlimit64, 0, RLIMIT_NOFILE, (long)limit, 0);
        if (result < 0) return result;
    }
    set_default_signals();
    char number[12];
    print_number(number, 3 + s->preserve);
    char name[] = "jpod-init";
    char *argv[] = {name, number, NULL};
    char *envp[] = {NULL};
    uint64_t none = 0;
    sys4(__NR_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof(none));
    return sys6(__NR_execveat, init, (long)"", (long)argv, (long)envp, AT_EMPTY_PATH, 0);
}

IN_CHILD static void child(struct birth *birth) {
    birth->error = be_born(birth->spawn);
}

// The child runs child(birth) on its own stack and exits, the parent's registers and stack stay untouched. CLONE_VFORK
// holds the parent here meanwhile.
static long clone_child(struct clone_args *args, struct birth *birth) {
#if defined(__x86_64__)
    register struct birth *r8 __asm__("r8") = birth;
    register void (*r9)(struct birth *) __asm__("r9") = child;
    long result;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r8, %%rdi\n\t"
                     "call *%%r9\n\t"
                     "mov $127, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "a"(__NR_clone3), "D"(args), "S"(sizeof(*args)), "r"(r8), "r"(r9), [exit] "i"(__NR_exit_group)
                     : "rcx", "r11", "memory", "cc");
    return result;
#else
    register long x8 __asm__("x8") = __NR_clone3;
    register long x0 __asm__("x0") = (long)args;
    register long x1 __asm__("x1") = sizeof(*args);
    register struct birth *x2 __asm__("x2") = birth;
    register void (*x3)(struct birth *) __asm__("x3") = child;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x2\n\t"
                     "blr x3\n\t"
                     "mov x0, #127\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc 0\n\t"
                     "brk 0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), [exit] "i"(__NR_exit_group)
                     : "memory", "cc");
    return x0;
#endif
}

static long clone_blocked(struct spawn *s, struct birth *birth) {
    _Alignas(16) uint8_t stack[CHILD_STACK];
    struct clone_args args = {
        .flags = s->clone_flags | CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
        .pidfd = (uintptr_t)&s->pidfd,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)stack,
        .stack_size = sizeof(stack),
    };
    if (s->cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)s->cgroup_fd;
    }
    return clone_child(&args, birth);
}

static void end_child(struct spawn *s, long signal) {
    if (signal != 0) sys4(__NR_pidfd_send_signal, s->pidfd, signal, 0, 0);
    // Signals are blocked: no EINTR.
    sys6(__NR_waitid, P_PIDFD, s->pidfd, 0, WEXITED, 0, 0);
    sys2(__NR_close, s->pidfd, 0);
    s->pidfd = -1;
}

static long clone_into_pidns(struct spawn *s, struct birth *birth) {
    long own = -1;
    if (s->pidns_fd >= 0) {
        own = sys4(__NR_openat, -1, (long)"/proc/thread-self/ns/pid_for_children", O_RDONLY_CLOEXEC, 0);
        if (own < 0) return own;
        long result = sys2(__NR_setns, s->pidns_fd, CLONE_NEWPID);
        if (result < 0) {
            sys2(__NR_close, own, 0);
            return result;
        }
    }
    long pid = clone_blocked(s, birth);
    if (own >= 0) {
        long result = sys2(__NR_setns, own, CLONE_NEWPID);
        sys2(__NR_close, own, 0);
        // The thread's next child would be born in there: that must not pass for success.
        if (result < 0 && pid > 0 && birth->error == 0) {
            end_child(s, SIGKILL);
            return result;
        }
    }
    return pid;
}

int spawn(struct spawn *s) {
    s->pidfd = -1;
    if (s->fd_count > SPAWN_MAX_FDS || s->preserve > MAX_PRESERVE) return -EINVAL;
    if ((s->clone_flags & ~CLONE_NAMESPACES) != 0) return -EINVAL;
    if (s->init_fd < 0) return -EBADF;
    struct birth birth = {s, 0};
    // No handler may run in the child before CLONE_CLEAR_SIGHAND (5.5) has done its work, and none of a JVM on the
    // child's stack.
    uint64_t all = ~0ull;
    uint64_t before;
    sys4(__NR_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof(all));
    long pid = clone_into_pidns(s, &birth);
    if (pid > 0 && birth.error != 0) {
        end_child(s, 0);
        pid = birth.error;
    }
    // The kernel has written a number even if it then failed to make the child.
    if (pid < 0) s->pidfd = -1;
    sys4(__NR_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before));
    return (int)pid;
}
