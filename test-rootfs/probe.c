// A static program that says what it sees: the only file of the root filesystem that integration tests run containers on.
//
//   probe COMMAND [ARG...] [+ COMMAND [ARG...]]...
//
// Runs the commands one after the other and exits with the first status that is not 0. A call that fails is reported on stderr
// as "COMMAND: what: ERRNO_NAME", with status 1. See the table at the end for the commands; each says what it prints.
#include "hostile.h"
#include "ipc.h"
#include "probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static const char *command;
static char **all_args;

static const char *errno_name(int number) {
    static char unknown[16];
    for (size_t i = 0; i < sizeof(errnos) / sizeof(*errnos); i++) {
        if (errnos[i].number == number) return errnos[i].name;
    }
    snprintf(unknown, sizeof(unknown), "E%d", number);
    return unknown;
}

int fail(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", command, what, errno_name(errno));
    return 1;
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sleep_for(double duration) {
    struct timespec t = {(time_t)duration, (long)((duration - (double)(time_t)duration) * 1e9)};
    while (nanosleep(&t, &t) < 0 && errno == EINTR) continue;
}

static int copy(int from) {
    char buffer[4096];
    ssize_t n;
    while ((n = read(from, buffer, sizeof(buffer))) > 0) fwrite(buffer, 1, (size_t)n, stdout);
    return n < 0 ? fail("read") : 0;
}

static int run_true(char **a) { (void)a; return 0; }
static int run_false(char **a) { (void)a; return 1; }
static int run_exit(char **a) { exit(atoi(a[0])); }
static int run_sleep(char **a) { sleep_for(strtod(a[0], NULL)); return 0; }

static int run_echo(char **a) { puts(a[0]); return 0; }
static int run_stderr(char **a) { fprintf(stderr, "%s\n", a[0]); return 0; }

static int run_cat(char **a) {
    int fd = a[0] ? open(a[0], O_RDONLY) : 0;
    if (fd < 0) return fail(a[0]);
    int status = copy(fd);
    if (fd > 0) close(fd);
    return status;
}

static int run_write(char **a) {
    int fd = open(a[0], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return fail(a[0]);
    ssize_t n = write(fd, a[1], strlen(a[1]));
    return n < 0 || close(fd) < 0 ? fail(a[0]) : 0;
}

static int run_ls(char **a) {
    struct dirent **entries;
    int count = scandir(a[0], &entries, NULL, alphasort);
    if (count < 0) return fail(a[0]);
    for (int i = 0; i < count; i++) {
        if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) puts(entries[i]->d_name);
    }
    return 0;
}

static int run_stat(char **a) {
    struct stat s;
    if (lstat(a[0], &s) < 0) return fail(a[0]);
    const char *type = S_ISREG(s.st_mode) ? "file" : S_ISDIR(s.st_mode) ? "dir" : S_ISLNK(s.st_mode) ? "link"
            : S_ISCHR(s.st_mode) ? "char" : S_ISBLK(s.st_mode) ? "block" : S_ISFIFO(s.st_mode) ? "fifo" : "socket";
    printf("%s %04o %u %u %u:%u %s\n", type, s.st_mode & 07777, s.st_uid, s.st_gid, major(s.st_rdev), minor(s.st_rdev), a[0]);
    return 0;
}

static int run_id(char **a) {
    (void)a;
    uid_t r, e, s;
    getresuid(&r, &e, &s);
    printf("uid %u %u %u\n", r, e, s);
    getresgid(&r, &e, &s);
    printf("gid %u %u %u\ngroups", r, e, s);
    gid_t groups[NGROUPS_MAX];
    int count = getgroups(NGROUPS_MAX, groups);
    for (int i = 0; i < count; i++) printf(" %u", groups[i]);
    puts("");
    return 0;
}

static int run_pids(char **a) {
    (void)a;
    printf("pid %d\nppid %d\npgid %d\nsid %d\n", getpid(), getppid(), getpgrp(), getsid(0));
    return 0;
}

static int print_status(const char *const *keys) {
    FILE *file = fopen("/proc/self/status", "r");
    if (!file) return fail("/proc/self/status");
    char line[4096], value[4096];
    while (fgets(line, sizeof(line), file)) {
        for (const char *const *key = keys; *key; key++) {
            size_t n = strlen(*key);
            if (!strncmp(line, *key, n) && line[n] == ':' && sscanf(line + n + 1, "%4095s", value) == 1) printf("%s %s\n", *key, value);
        }
    }
    fclose(file);
    return 0;
}

static int run_caps(char **a) {
    (void)a;
    static const char *const keys[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", NULL};
    return print_status(keys);
}

static int run_signals(char **a) {
    (void)a;
    static const char *const keys[] = {"SigBlk", "SigIgn", "SigCgt", NULL};
    return print_status(keys);
}

static int run_env(char **a) {
    (void)a;
    for (char **e = environ; *e; e++) puts(*e);
    return 0;
}

static int run_args(char **a) {
    (void)a;
    for (char **arg = all_args; *arg; arg++) puts(*arg);
    return 0;
}

static int run_cwd(char **a) {
    (void)a;
    char path[PATH_MAX];
    if (!getcwd(path, sizeof(path))) return fail("getcwd");
    puts(path);
    return 0;
}

static int run_umask(char **a) {
    (void)a;
    mode_t mask = umask(0);
    umask(mask);
    printf("%04o\n", mask);
    return 0;
}

static int print_links(const char *path, int without_own) {
    DIR *dir = opendir(path);
    if (!dir) return fail(path);
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        char target[PATH_MAX];
        if (entry->d_name[0] == '.' || (without_own && atoi(entry->d_name) == dirfd(dir))) continue;
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
        if (n < 0) return fail(entry->d_name);
        target[n] = 0;
        printf("%s %s\n", entry->d_name, target);
    }
    closedir(dir);
    return 0;
}

static int run_fds(char **a) { (void)a; return print_links("/proc/self/fd", 1); }
static int run_ns(char **a) { (void)a; return print_links("/proc/self/ns", 0); }

static void print_limit(rlim_t limit) {
    if (limit == RLIM_INFINITY) printf(" unlimited");
    else printf(" %llu", (unsigned long long)limit);
}

static int run_rlimits(char **a) {
    (void)a;
    for (size_t i = 0; i < sizeof(rlimits) / sizeof(*rlimits); i++) {
        struct rlimit limit;
        if (getrlimit(rlimits[i].number, &limit) < 0) return fail(rlimits[i].name);
        printf("%s", rlimits[i].name);
        print_limit(limit.rlim_cur);
        print_limit(limit.rlim_max);
        puts("");
    }
    return 0;
}

static int run_mounts(char **a) {
    (void)a;
    return run_cat((char *[]){"/proc/self/mountinfo", NULL});
}

static int run_oom_score(char **a) {
    (void)a;
    return run_cat((char *[]){"/proc/self/oom_score_adj", NULL});
}

static int run_hostname(char **a) {
    char name[HOST_NAME_MAX + 1];
    if (a[0]) return sethostname(a[0], strlen(a[0])) < 0 ? fail(a[0]) : 0;
    if (gethostname(name, sizeof(name)) < 0) return fail("gethostname");
    puts(name);
    return 0;
}

static int run_tty(char **a) {
    (void)a;
    struct winsize size;
    for (int fd = 0; fd < 3; fd++) printf("%d %s\n", fd, isatty(fd) ? "yes" : "no");
    int controlling = open("/dev/tty", O_RDWR | O_CLOEXEC);
    printf("controlling %s\n", controlling >= 0 ? "yes" : "no");
    if (ioctl(0, TIOCGWINSZ, &size) == 0) printf("size %u %u\n", size.ws_row, size.ws_col);
    if (controlling >= 0) close(controlling);
    return 0;
}

static int run_mem(char **a) {
    size_t size = strtoul(a[0], NULL, 10) << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail("mmap");
    for (size_t i = 0; i < size; i += 4096) memory[i] = 1;
    printf("touched %s\n", a[0]);
    fflush(stdout);
    if (a[1]) sleep_for(strtod(a[1], NULL));
    munmap(memory, size);
    return 0;
}

static int run_fork(char **a) {
    int wanted = atoi(a[0]), worked = 0, error = 0;
    pid_t *children = calloc((size_t)wanted + 1, sizeof(pid_t));
    fflush(stdout);
    while (worked < wanted) {
        pid_t pid = fork();
        if (pid == 0) for (;;) pause();
        if (pid < 0) {
            error = errno;
            break;
        }
        children[worked++] = pid;
    }
    for (int i = 0; i < worked; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    free(children);
    printf("forked %d%s%s\n", worked, error ? " " : "", error ? errno_name(error) : "");
    return 0;
}

static int run_spin(char **a) {
    double start = seconds(CLOCK_MONOTONIC), end = start + strtod(a[0], NULL);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    while (seconds(CLOCK_MONOTONIC) < end) continue;
    printf("wall %.3f cpu %.3f\n", seconds(CLOCK_MONOTONIC) - start, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}

static void on_signal(int number) {
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        if (signals[i].number == number && write(1, signals[i].line, strlen(signals[i].line)) < 0) _exit(1);
    }
    if (number == SIGTERM) _exit(0);
}

static int run_trap(char **a) {
    (void)a;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        struct sigaction action = {.sa_handler = on_signal};
        if (sigaction(signals[i].number, &action, NULL) < 0) return fail("sigaction");
    }
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}

static int run_try_open(char **a) {
    int fd = open(a[0], (a[1][0] == 'w' ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
    puts(fd < 0 ? errno_name(errno) : "ok");
    if (fd >= 0) close(fd);
    return 0;
}

static int run_syscall(char **a) {
    long number = strtol(a[0], NULL, 0), arg[6] = {0};
    for (size_t i = 0; i < sizeof(syscalls) / sizeof(*syscalls); i++) {
        if (!strcmp(syscalls[i].name, a[0])) number = syscalls[i].number;
    }
    if (number == 0 && a[0][0] != '0') {
        fprintf(stderr, "syscall: %s: give its number, probe.h does not have its name\n", a[0]);
        return 2;
    }
    for (int i = 0; i < 6 && a[1 + i]; i++) {
        arg[i] = a[1 + i][0] == '@' ? (long)(a[1 + i] + 1) : (long)strtoull(a[1 + i], NULL, 0);
    }
    fflush(stdout);
    long result = syscall(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
    if (result < 0) puts(errno_name(errno));
    else printf("%ld\n", result);
    return 0;
}

static int run_mknod(char **a) {
    mode_t type = a[1][0] == 'c' ? S_IFCHR : a[1][0] == 'b' ? S_IFBLK : S_IFIFO;
    dev_t device = a[2] && a[3] ? makedev((unsigned)atoi(a[2]), (unsigned)atoi(a[3])) : 0;
    return mknod(a[0], type | 0600, device) < 0 ? fail(a[0]) : 0;
}

static int run_orphans(char **a) {
    fflush(stdout);
    pid_t parent = fork();
    if (parent < 0) return fail("fork");
    if (parent == 0) {
        for (int i = atoi(a[0]); i > 0; i--) {
            if (fork() == 0) {
                sleep_for(strtod(a[1], NULL));
                _exit(0);
            }
        }
        _exit(0);
    }
    waitpid(parent, NULL, 0);
    return 0;
}

static int run_ps(char **a) {
    (void)a;
    DIR *dir = opendir("/proc");
    if (!dir) return fail("/proc");
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        char path[300], name[64], state;
        int pid, ppid;
        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        FILE *file = atoi(entry->d_name) > 0 ? fopen(path, "r") : NULL;
        if (!file) continue;
        if (fscanf(file, "%d (%63[^)]) %c %d", &pid, name, &state, &ppid) == 4) printf("%d %d %c %s\n", pid, ppid, state, name);
        fclose(file);
    }
    closedir(dir);
    return 0;
}

static const struct {
    const char *name;
    int arguments; // at least
    int (*run)(char **arguments);
    const char *help;
} commands[] = {
    {"true", 0, run_true, ""},
    {"false", 0, run_false, ""},
    {"exit", 1, run_exit, "STATUS"},
    {"sleep", 1, run_sleep, "SECONDS"},
    {"echo", 1, run_echo, "TEXT"},
    {"stderr", 1, run_stderr, "TEXT"},
    {"cat", 0, run_cat, "[FILE]: the file, or stdin"},
    {"write", 2, run_write, "FILE TEXT"},
    {"ls", 1, run_ls, "DIR: names, sorted"},
    {"stat", 1, run_stat, "PATH: type, octal mode, uid, gid, major:minor, path; does not follow a link"},
    {"id", 0, run_id, "uid and gid (real, effective, saved), groups"},
    {"pids", 0, run_pids, "pid, ppid, pgid, sid"},
    {"ps", 0, run_ps, "pid, ppid, state, name of every process in /proc"},
    {"caps", 0, run_caps, "CapInh ... CapAmb, NoNewPrivs, Seccomp of /proc/self/status"},
    {"signals", 0, run_signals, "SigBlk, SigIgn, SigCgt of /proc/self/status"},
    {"env", 0, run_env, ""},
    {"args", 0, run_args, "all arguments, argv[0] first"},
    {"cwd", 0, run_cwd, ""},
    {"umask", 0, run_umask, "octal"},
    {"fds", 0, run_fds, "number and target of every descriptor"},
    {"ns", 0, run_ns, "name and target of every namespace link"},
    {"rlimits", 0, run_rlimits, "name, soft, hard"},
    {"mounts", 0, run_mounts, "/proc/self/mountinfo"},
    {"oom-score", 0, run_oom_score, "/proc/self/oom_score_adj"},
    {"hostname", 0, run_hostname, "[NAME]: prints or sets it"},
    {"tty", 0, run_tty, "whether 0, 1, 2 are terminals, whether there is a controlling one, rows and columns of 0"},
    {"mem", 1, run_mem, "MIB [SECONDS]: allocates and touches them, and holds them for so long"},
    {"fork", 1, run_fork, "COUNT: sleeping children, how many could be made, why not more; kills them again"},
    {"orphans", 2, run_orphans, "COUNT SECONDS: leaves processes without a parent that end after that time"},
    {"spin", 1, run_spin, "SECONDS: wall and CPU time used"},
    {"trap", 0, run_trap, "prints ready, then each signal that it gets, until TERM"},
    {"try-open", 2, run_try_open, "PATH r|w: ok or the errno's name"},
    {"syscall", 1, run_syscall, "NAME|NUMBER [NUMBER|@STRING]...: the result or the errno's name"},
    {"mknod", 2, run_mknod, "PATH c|b|p [MAJOR MINOR]"},
    {"sysv-shm", 2, run_sysv_shm, "make|write|read|remove KEY [TEXT]: read prints the text"},
    {"sysv-sem", 2, run_sysv_sem, "make|post|wait|value|remove KEY: made as 0; value prints it"},
    {"sysv-msg", 2, run_sysv_msg, "make|send|receive|remove KEY [TEXT]: receive prints the oldest text, without waiting"},
    {"mqueue", 2, run_mqueue, "make|send|receive|remove /NAME [MESSAGES|TEXT]: receive prints the oldest text, without waiting"},
    {"serve", 2, run_serve, "tcp|udp ADDRESS PORT, or unix NAME (abstract): listening; then answers each message with got MESSAGE"},
    {"take-over", 2, run_take_over, "VICTIM MILESTONE: ready, then each process that it gets into its power: see hostile.c"},
    {"call", 3, run_call, "tcp|udp ADDRESS PORT TEXT, or unix NAME TEXT: the answer"},
};

static int run_command(int count, char **words) {
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (strcmp(commands[i].name, words[0]) || count - 1 < commands[i].arguments) continue;
        command = words[0];
        int status = commands[i].run(words + 1);
        if (fflush(stdout) == EOF && status == 0) status = fail("stdout");
        return status;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        fprintf(stderr, "probe %s %s\n", commands[i].name, commands[i].help);
    }
    return 2;
}

int main(int argc, char **argv) {
    char **copy = calloc((size_t)argc + 2, sizeof(char *));
    if (!copy) return fail("calloc");
    memcpy(copy, argv, (size_t)argc * sizeof(char *));
    all_args = argv;
    int first = 1, status = 0;
    for (int i = 1; i <= argc && status == 0; i++) {
        if (i < argc && strcmp(argv[i], "+")) continue;
        copy[i] = NULL;
        status = run_command(i - first, first < i ? copy + first : (char *[]){"", NULL});
        first = i + 1;
    }
    return status;
}
