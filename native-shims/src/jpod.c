// jpod, the hands: does for the brain what only the caller's own process can do. It is the parent of the container,
// owns the terminal, passes signals on, waits, and exits with the code. It knows no command. docs/protocol.md tells the
// order of things.
//
// It never enters a namespace of a container, so PR_SET_DUMPABLE is left as it is: no process of a container with a pid
// namespace of its own can see it, and against one without, which has all of root's capabilities, it would not help.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "brain.h"
#include "log.h"
#include "relay.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4u
#endif

// All containers of a host that `pod start --all` starts.
#define MAX_CHILDREN 512
// Descriptors that the command line names.
#define MAX_NAMED 16
// How long a terminal must be silent after the end of its container before it counts as drained, in milliseconds: what
// was written last reaches ptmx through a kernel worker.
#define SILENCE 50
// How long a brain that has hung up may take to end, in milliseconds.
#define BRAIN_END 2000

struct child {
    pid_t pid; // 0: free
    int status;
    int exit_file;   // -1: none
    struct log *log; // NULL: none
    bool has_ended;
    bool is_complete; // announced by FORWARD: it outlives the brain
};

static struct {
    int argc;
    char **argv;
    char **envp;
    uint32_t inherited;
    int named_count;
    int named[MAX_NAMED]; // the caller's too, behind a gap
    sigset_t caller_mask;
    int signals;
    int brain;       // -1: hung up
    pid_t brain_pid; // a one-shot brain, while it is our child, else 0
    int brain_status;
    bool is_brain_reaped;
    bool is_one_shot;
    bool was_heard; // any message came
    bool is_lost;   // it hung up without EXIT
    int caller;     // detached, before EXIT: where the waiting parent gets its exit code
    bool is_detached;
    bool is_monitor; // detached, after EXIT
    bool is_leaving; // after LEAVE: children's ends are for whoever adopts them
    pid_t forward;
    char **will;
    bool is_ending;
    int code;
    struct rlimit caller_files; // what children get of what a monitor has raised; 0: nothing is raised
    struct child children[MAX_CHILDREN];
} hands = {.brain = -1, .caller = -1, .signals = -1};

static int exit_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void end_with(int code) {
    hands.is_ending = true;
    hands.code = code;
    relay_bound();
}

// ---- children

static struct child *find_child(pid_t pid) {
    for (int i = 0; i < MAX_CHILDREN; i++) {
        if (hands.children[i].pid == pid) return &hands.children[i];
    }
    return NULL;
}

static struct child *add_child(pid_t pid) {
    struct child *child = find_child(pid);
    if (child == NULL) child = find_child(0);
    for (int i = 0; child == NULL && i < MAX_CHILDREN; i++) {
        if (hands.children[i].has_ended && !hands.children[i].is_complete) child = &hands.children[i];
    }
    if (child != NULL) *child = (struct child){.pid = pid, .exit_file = -1};
    return child;
}

// A program may go on as a clone that it has made with CLONE_PARENT. The kernel says whether that is a child of ours; until
// we have waited for it, its pid is nobody else's.
static int adopt(pid_t pid, int *pidfd) {
    siginfo_t info;
    if (pid <= 0 || (pid == hands.brain_pid && !hands.is_brain_reaped)) return -ECHILD;
    struct child *child = find_child(pid);
    if (child == NULL) {
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return -ECHILD;
        child = add_child(pid);
        if (child == NULL) return -EAGAIN;
    }
    if (child->has_ended) return -ESRCH;
    *pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    return *pidfd < 0 ? -errno : pid;
}

static bool has_children(void) {
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// The log first: who has seen the exit code finds all that was printed.
static void write_exit_file(struct child *child) {
    if (child->exit_file < 0 || !child->has_ended) return;
    if (child->log != NULL) log_end(child->log);
    child->log = NULL;
    dprintf(child->exit_file, "%d\n", exit_code(child->status));
    close(child->exit_file);
    child->exit_file = -1;
}

static void child_ended(pid_t pid, int status) {
    struct child *child = find_child(pid);
    if (child == NULL) child = add_child(pid);
    if (child != NULL) {
        child->has_ended = true;
        child->status = status;
        write_exit_file(child);
    }
    if (hands.brain >= 0) {
        struct msg_exited exited = {MSG_EXITED, pid, status};
        brain_send(hands.brain, &exited, sizeof(exited), NULL, 0);
    }
    if (hands.is_lost && !hands.is_detached && pid == hands.forward) end_with(exit_code(status));
}

static void reap(void) {
    pid_t pid;
    int status;
    if (hands.is_leaving) return; // the brain has its own funeral
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == hands.brain_pid && !hands.is_brain_reaped) {
            hands.is_brain_reaped = true;
            hands.brain_status = status;
        } else {
            child_ended(pid, status);
        }
    }
    if (hands.is_monitor && !has_children()) end_with(0);
}

// What the brain had begun and nobody will finish. The kernel's list also has the children that a program made and the
// brain had not yet named; a child of ours keeps its pid until we have waited for it.
static void kill_incomplete(void) {
    pid_t pid;
    FILE *list = fopen("/proc/thread-self/children", "re");
    while (list != NULL && fscanf(list, "%d", &pid) == 1) {
        struct child *child = find_child(pid);
        if ((child != NULL && child->is_complete)) continue;
        int status;
        kill(pid, SIGKILL);
        if (waitpid(pid, &status, 0) == pid) child_ended(pid, status);
    }
    if (list != NULL) fclose(list);
}

// ---- ends

static void restore_signals(void) {
    sigprocmask(SIG_SETMASK, &hands.caller_mask, NULL);
}

static void run_will(void) {
    pid_t pid = fork();
    if (pid == 0) {
        restore_signals();
        if (hands.caller_files.rlim_max != 0) setrlimit(RLIMIT_NOFILE, &hands.caller_files);
        // After a crash the resident brain is not asked again: this very request may have been the reason.
        if (hands.is_lost) setenv("JPOD_ONESHOT", "1", 1);
        syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
        execve("/proc/self/exe", hands.will, environ);
        die("will: %s", strerror(errno));
    }
    if (pid < 0) die("fork: %s", strerror(errno));
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}

_Noreturn static void finish(void) {
    relay_leave_raw();
    if (hands.will != NULL && (hands.is_lost || hands.is_monitor)) run_will();
    _exit(hands.code);
}

static void tell_caller(int code) {
    if (hands.caller < 0) return;
    // Its death is no reason for ours: SIGPIPE is blocked.
    if (write(hands.caller, &code, sizeof(code)) < 0) errno = 0;
    close(hands.caller);
    hands.caller = -1;
}

// Stays behind with nothing of the caller's: no terminal, no directory, no descriptor.
static void become_monitor(int code) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= STDERR_FILENO; fd++) dup2(null, fd);
    close(null);
    if (hands.inherited > 0) syscall(SYS_close_range, 3u, 2 + hands.inherited, 0u);
    for (int i = 0; i < hands.named_count; i++) close(hands.named[i]);
    if (chdir("/") != 0) die("chdir: %s", strerror(errno));
    prctl(PR_SET_NAME, "jpod-monitor");
    hands.is_monitor = true;
    tell_caller(code);
    if (!has_children()) end_with(0);
}

// The end of a brain that has hung up.
static void bury_brain(void) {
    int pidfd = (int)syscall(SYS_pidfd_open, hands.brain_pid, 0);
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    if (poll(&p, 1, BRAIN_END) == 0) kill(hands.brain_pid, SIGKILL);
    if (pidfd >= 0) close(pidfd);
    if (waitpid(hands.brain_pid, &hands.brain_status, 0) == hands.brain_pid) hands.is_brain_reaped = true;
}

static void say_that_it_is_lost(const char *consequence) {
    char how[40] = "";
    int status = hands.brain_status;
    if (hands.brain_pid != 0) {
        // It has said so itself.
        if (!hands.was_heard && WIFEXITED(status) && WEXITSTATUS(status) == BRAIN_NOT_EXECUTED) return;
        if (WIFSIGNALED(status)) snprintf(how, sizeof(how), " (signal %d)", WTERMSIG(status));
        else snprintf(how, sizeof(how), " (exit code %d)", WEXITSTATUS(status));
    }
    relay_leave_raw();
    dprintf(STDERR_FILENO, "jpod: the brain ended unexpectedly%s%s\n", how, consequence);
}

static void say_hello(void) {
    // An error shows when the answer is read.
    brain_hello(hands.brain, hands.argc, hands.argv, hands.envp, hands.inherited);
}

static void go_one_shot(void) {
    if (hands.brain >= 0) close(hands.brain);
    hands.is_one_shot = true;
    hands.was_heard = false;
    hands.brain = brain_one_shot(&hands.brain_pid);
    say_hello();
}

static void lose_brain(void) {
    close(hands.brain);
    hands.brain = -1;
    hands.is_lost = true;
    if (hands.brain_pid != 0 && !hands.is_brain_reaped) bury_brain();
    kill_incomplete();
    struct child *child = hands.forward > 0 ? find_child(hands.forward) : NULL;
    if (child != NULL && !hands.is_detached) {
        if (child->has_ended) end_with(exit_code(child->status));
        return;
    }
    say_that_it_is_lost(child == NULL ? "" : "; the container goes on");
    if (child != NULL) {
        become_monitor(1);
    } else {
        tell_caller(1);
        end_with(1);
    }
}

// ---- messages

static void close_from(struct packet *packet, int first) {
    for (int i = first; i < packet->fd_count; i++) close(packet->fds[i]);
    packet->fd_count = 0;
}

static bool do_spawn(struct packet *packet) {
    struct msg_spawn *m = &packet->message.spawn;
    struct msg_spawned answer = {MSG_SPAWNED, -EINVAL};
    int next = 4;
    struct spawn s = {
        .clone_flags = m->clone_flags,
        .cgroup_fd = m->flags & SPAWN_CGROUP ? packet->fds[next++] : -1,
        .pidns_fd = m->flags & SPAWN_PIDNS ? packet->fds[next++] : -1,
        .preserve = m->preserve,
        .fds = (uintptr_t)(packet->fds + next),
        .pidfd = -1,
        .nofile_soft = hands.caller_files.rlim_cur,
        .nofile_hard = hands.caller_files.rlim_max,
    };
    if (packet->fd_count > next && (m->flags & ~(SPAWN_CGROUP | SPAWN_PIDNS)) == 0) {
        s.init_fd = packet->fds[0];
        s.stdin_fd = packet->fds[1];
        s.stdout_fd = packet->fds[2];
        s.stderr_fd = packet->fds[3];
        s.fd_count = (uint32_t)(packet->fd_count - next);
        // What lies above the inherited ones is ours, not the caller's.
        if (m->preserve > hands.inherited) answer.result = -EBADF;
        else if (find_child(0) == NULL && add_child(0) == NULL) answer.result = -EAGAIN;
        else answer.result = spawn(&s);
    }
    if (answer.result > 0) add_child(answer.result);
    close_from(packet, 0);
    brain_send(hands.brain, &answer, sizeof(answer), &s.pidfd, s.pidfd >= 0 ? 1 : 0);
    if (s.pidfd >= 0) close(s.pidfd);
    return true;
}

static bool do_relay(struct packet *packet) {
    return packet->fd_count == 1 && relay_start(packet->fds[0]);
}

static bool do_adopt(pid_t pid) {
    int pidfd = -1;
    struct msg_spawned answer = {MSG_SPAWNED, adopt(pid, &pidfd)};
    brain_send(hands.brain, &answer, sizeof(answer), &pidfd, pidfd >= 0 ? 1 : 0);
    if (pidfd >= 0) close(pidfd);
    return true;
}

static bool do_forward(pid_t pid) {
    struct child *child = pid > 0 ? find_child(pid) : NULL;
    if (child == NULL) return false;
    child->is_complete = true;
    hands.forward = pid;
    return true;
}

static bool do_watch(struct packet *packet) {
    struct msg_watch *m = &packet->message.watch;
    bool has_log = packet->fd_count == 3;
    struct child *child = (has_log || packet->fd_count == 1) && m->pid > 0 ? find_child(m->pid) : NULL;
    if (child == NULL || child->exit_file >= 0) return false;
    child->exit_file = packet->fds[0];
    if (has_log) child->log = log_start(packet->fds[1], packet->fds[2], m->max_size, m->max_files);
    if (has_log && child->log == NULL) return false;
    write_exit_file(child);
    return true;
}

// The strings stay in the memfd's pages, mapped: they cost a long-lived monitor nothing else.
static bool do_will(struct packet *packet) {
    uint32_t argc = packet->message.will.argc;
    struct stat status;
    if (packet->fd_count != 1 || argc == 0 || fstat(packet->fds[0], &status) != 0) return false;
    // Each string has at least its NUL, which also bounds argc.
    if (status.st_size <= 0 || argc > status.st_size) return false;
    char *text = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, packet->fds[0], 0);
    char **argv = calloc((size_t)argc + 1, sizeof(*argv));
    if (text == MAP_FAILED || argv == NULL) return false;
    char *end = text + status.st_size;
    for (uint32_t i = 0; i < argc; i++) {
        argv[i] = text;
        text = text == end ? NULL : memchr(text, 0, (size_t)(end - text));
        if (text == NULL) return false;
        text++;
    }
    close_from(packet, 0);
    hands.will = argv;
    return true;
}

// A monitor has up to four descriptors for each of its containers, which get what the caller has.
static void raise_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) hands.caller_files = limit;
}

// The caller's process waits for the exit code and nothing else; this one goes on as its child, in a session of its
// own, so that neither the terminal's signals nor its end reach what it will be the parent of.
static bool do_detach(void) {
    int ends[2];
    for (int i = 0; i < MAX_CHILDREN; i++) {
        if (hands.children[i].pid != 0 && !hands.children[i].has_ended) return false;
    }
    if (hands.is_detached) return false;
    if (pipe2(ends, O_CLOEXEC) != 0) die("pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) die("fork: %s", strerror(errno));
    if (pid > 0) {
        int code = 1;
        close(hands.brain);
        close(hands.signals);
        close(ends[1]);
        restore_signals();
        if (read(ends[0], &code, sizeof(code)) != sizeof(code)) code = 1;
        _exit(code);
    }
    close(ends[0]);
    setsid();
    raise_files();
    hands.is_detached = true;
    hands.caller = ends[1];
    hands.brain_pid = 0;
    return true;
}

static void do_exit(int code) {
    close(hands.brain);
    hands.brain = -1;
    if (hands.is_detached) become_monitor(code);
    else end_with(code);
}

static bool is_well_formed(const struct packet *packet) {
    switch (packet->message.type) {
    case MSG_ELSEWHERE:
    case MSG_ACCEPTED:
    case MSG_LEAVE:
    case MSG_DETACH: return packet->size == sizeof(uint32_t) && packet->fd_count == 0;
    case MSG_RELAY: return packet->size == sizeof(uint32_t);
    case MSG_SPAWN: return packet->size == sizeof(struct msg_spawn);
    case MSG_ADOPT: return packet->size == sizeof(struct msg_adopt) && packet->fd_count == 0;
    case MSG_FORWARD: return packet->size == sizeof(struct msg_forward) && packet->fd_count == 0;
    case MSG_WATCH: return packet->size == sizeof(struct msg_watch);
    case MSG_WILL: return packet->size == sizeof(struct msg_will);
    case MSG_EXIT: return packet->size == sizeof(struct msg_exit) && packet->fd_count == 0;
    default: return false;
    }
}

// False: the brain has broken the protocol.
static bool obey(struct packet *packet) {
    switch (packet->message.type) {
    case MSG_ACCEPTED: return true; // having been heard is all that it says
    case MSG_SPAWN: return do_spawn(packet);
    case MSG_RELAY: return do_relay(packet);
    case MSG_ADOPT: return do_adopt(packet->message.adopt.pid);
    case MSG_FORWARD: return do_forward(packet->message.forward.pid);
    case MSG_DETACH: return do_detach();
    case MSG_LEAVE: hands.is_leaving = true; return true;
    case MSG_WATCH: return do_watch(packet);
    case MSG_WILL: return do_will(packet);
    case MSG_EXIT: do_exit((int)packet->message.exit.code); return true;
    default: return false;
    }
}

static void listen_to_brain(void) {
    struct packet packet;
    brain_receive(hands.brain, &packet);
    if (packet.size < 0 && errno == EINTR) return;
    bool may_go = !hands.was_heard && !hands.is_one_shot;
    bool has_ended = packet.size == 0 || (packet.size < 0 && errno != EMSGSIZE);
    if (may_go && (has_ended || (packet.message.type == MSG_ELSEWHERE && is_well_formed(&packet)))) {
        go_one_shot();
        return;
    }
    if (!has_ended) {
        hands.was_heard = true;
        if (packet.size > 0 && is_well_formed(&packet) && obey(&packet)) return;
        relay_leave_raw();
        dprintf(STDERR_FILENO, "jpod: the brain broke the protocol (message %u)\n", packet.message.type);
    }
    lose_brain();
}

// ---- signals

// All that can be passed on. SIGTTIN and SIGTTOU stop a command in the background that wants the terminal, as they
// should; what the caller ignores (nohup) stays ignored.
static void take_signals(void) {
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};
    struct sigaction action;
    sigset_t mask;
    sigfillset(&mask);
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) sigdelset(&mask, own[i]);
    for (int number = 1; number <= SIGRTMAX; number++) {
        if (number == SIGCHLD || sigaction(number, NULL, &action) != 0) continue;
        if (action.sa_handler == SIG_IGN) sigdelset(&mask, number);
    }
    // Ignored, it would make the kernel reap our children.
    signal(SIGCHLD, SIG_DFL);
    // Blocked all the same if nobody ignores it: a write to a closed pipe must fail, not kill.
    sigprocmask(SIG_BLOCK, &mask, &hands.caller_mask);
    hands.signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (hands.signals < 0) die("signalfd: %s", strerror(errno));
}

// What the signal would have done to us. A monitor has nobody to end for.
static void do_default(int number) {
    sigset_t only;
    if (hands.is_monitor || number == SIGCONT) return;
    relay_leave_raw();
    if (number == SIGTSTP) {
        raise(SIGSTOP);
        return;
    }
    sigemptyset(&only);
    sigaddset(&only, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    _exit(128 + number);
}

static void handle_signal(int number) {
    struct child *child;
    switch (number) {
    case SIGCHLD: reap(); return;
    case SIGWINCH: relay_resize(); return;
    case SIGPIPE:
    case SIGXFSZ: // what we write ourselves meets the caller's limit
    case SIGURG: return;
    case SIGCONT: relay_raw(); break;
    }
    child = hands.forward > 0 ? find_child(hands.forward) : NULL;
    if (child != NULL && !child->has_ended) kill(child->pid, number);
    else do_default(number);
}

static void handle_signals(void) {
    struct signalfd_siginfo info;
    while (read(hands.signals, &info, sizeof(info)) == sizeof(info)) handle_signal((int)info.ssi_signo);
}

// ---- life

// All that it has said, before any signal: LEAVE is there before the end of the child that it is about.
static void hear_brain(void) {
    struct pollfd said = {.fd = hands.brain, .events = POLLIN};
    while (hands.brain >= 0 && !hands.is_ending && poll(&said, 1, 0) > 0) {
        listen_to_brain();
        said.fd = hands.brain;
    }
}

// Those alone that there are: poll(2) takes no more than RLIMIT_NOFILE.
static int poll_logs(struct pollfd polls[MAX_CHILDREN], struct log *logs[MAX_CHILDREN]) {
    int count = 0;
    for (int i = 0; i < MAX_CHILDREN; i++) {
        struct log *log = hands.children[i].log;
        if (log == NULL || log_source(log) < 0) continue;
        polls[count] = (struct pollfd){.fd = log_source(log), .events = POLLIN};
        logs[count++] = log;
    }
    return count;
}

static void live(void) {
    static struct pollfd polls[3 + RELAY_POLLS + MAX_CHILDREN];
    static struct log *logs[MAX_CHILDREN];
    struct pollfd *logged = polls + 3 + RELAY_POLLS;
    while (!hands.is_ending || !relay_is_done()) {
        polls[0] = (struct pollfd){.fd = hands.signals, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = hands.brain, .events = POLLIN};
        polls[2] = (struct pollfd){.fd = hands.caller}; // only POLLERR: the waiting parent is gone
        relay_poll(polls + 3);
        // Only a monitor has logs to copy.
        int log_count = hands.is_detached ? poll_logs(logged, logs) : 0;
        bool is_last = hands.is_ending && relay_is_quiet();
        int count = poll(polls, 3 + RELAY_POLLS + (nfds_t)log_count, is_last ? SILENCE : relay_patience());
        if (count == 0 && is_last) return;
        if (count < 0) continue;
        relay_move(polls + 3);
        for (int i = 0; i < log_count; i++) {
            if (logged[i].revents != 0) log_copy(logs[i]);
        }
        hear_brain();
        if (polls[0].revents != 0) handle_signals();
        // Nobody waits for what is being made: the brain sees our end and undoes it.
        if (polls[2].revents != 0 && hands.caller >= 0) _exit(1);
    }
}

// The lowest descriptor from `from` on that a path of the command line names: /dev/fd/63 of <(...), /proc/self/fd/3.
static unsigned next_named(unsigned from) {
    unsigned lowest = ~0u;
    for (int i = 1; i < hands.argc; i++) {
        for (const char *at = hands.argv[i]; (at = strstr(at, "/fd/")) != NULL;) {
            char *end;
            at += strlen("/fd/");
            unsigned long number = strtoul(at, &end, 10);
            if (end != at && number >= from && number < lowest) lowest = (unsigned)number;
        }
    }
    return lowest;
}

static void close_but_named(unsigned first) {
    while (hands.named_count < MAX_NAMED) {
        unsigned named = next_named(first);
        if (named == ~0u) break;
        if (named > first) syscall(SYS_close_range, first, named - 1, 0u);
        if (fcntl((int)named, F_GETFD) >= 0) hands.named[hands.named_count++] = (int)named;
        first = named + 1;
    }
    syscall(SYS_close_range, first, ~0u, 0u);
}

// First of all, while every open descriptor is still the caller's. Those behind a gap are meant for nobody, or for a
// command that is told their number: the brain opens them by their names in /proc.
static void take_descriptors(void) {
    int first = 3;
    while (fcntl(first, F_GETFD) >= 0) first++;
    hands.inherited = (uint32_t)first - 3;
    close_but_named((unsigned)first);
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) _exit(1);
    }
}

int main(int argc, char **argv, char **envp) {
    hands.argc = argc;
    hands.argv = argv;
    hands.envp = envp;
    take_descriptors();
    take_signals();
    hands.brain = brain_given();
    hands.is_one_shot = hands.brain >= 0; // whoever has started us is asked, and nobody else
    if (hands.brain < 0) hands.brain = brain_resident();
    if (hands.brain >= 0) say_hello();
    else go_one_shot();
    live();
    finish();
}
