#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "brain.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4u
#endif

#define MAX_BRAIN_ARGS 256

// In the child that becomes the brain: BRAIN_NOT_EXECUTED.
static int failure = 1;

void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    dprintf(STDERR_FILENO, "jpod: ");
    vdprintf(STDERR_FILENO, format, arguments);
    dprintf(STDERR_FILENO, "\n");
    va_end(arguments);
    _exit(failure);
}

static bool find_socket(struct sockaddr_un *address) {
    const char *given = getenv("JPOD_SOCKET");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int length;
    if (given != NULL && *given != 0) {
        length = snprintf(address->sun_path, sizeof(address->sun_path), "%s", given);
    } else if (geteuid() == 0) {
        length = snprintf(address->sun_path, sizeof(address->sun_path), "/run/jpod/brain.sock");
    } else if (runtime != NULL && *runtime == '/') {
        length = snprintf(address->sun_path, sizeof(address->sun_path), "%s/jpod/brain.sock", runtime);
    } else {
        return false;
    }
    if ((size_t)length >= sizeof(address->sun_path)) die("%s: too long for the path of a socket", address->sun_path);
    return true;
}

// Whoever may write to the directory may be the brain. SO_PEERCRED alone would trust a process that root started and
// another user feeds.
static bool is_safe(const char *socket_path) {
    char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
    struct stat status;
    strcpy(directory, socket_path);
    char *slash = strrchr(directory, '/');
    if (slash == NULL || slash == directory) die("%s: the socket must lie in a directory of its own", socket_path);
    *slash = 0;
    if (lstat(directory, &status) != 0) return false;
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        die("%s: must be a directory of uid %u that nobody else can write to", directory, (unsigned)geteuid());
    }
    return true;
}

int brain_given(void) {
    const char *given = getenv("JPOD_HANDS");
    if (given == NULL || strcmp(given, "0") != 0) return -1;
    unsetenv("JPOD_HANDS");
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0) die("stdin: %s", strerror(errno));
    close(null);
    return fd;
}

int brain_resident(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *one_shot = getenv("JPOD_ONESHOT");
    if (one_shot != NULL && strcmp(one_shot, "1") == 0) return -1;
    if (!find_socket(&address) || !is_safe(address.sun_path)) return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket: %s", strerror(errno));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    struct ucred peer;
    socklen_t length = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) die("SO_PEERCRED: %s", strerror(errno));
    if (peer.uid != geteuid() && peer.uid != 0) die("%s: uid %u listens there", address.sun_path, (unsigned)peer.uid);
    return fd;
}

static bool starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// What would change the brain's own JVM or loader rather than the container. The brain sees all of it in the HELLO.
static void clean_environment(void) {
    static const char *const dropped[] = {"JAVA_TOOL_OPTIONS=", "_JAVA_OPTIONS=", "JDK_JAVA_OPTIONS=", "CLASSPATH=",
                                          "LD_", "GLIBC_TUNABLES=", "MALLOC_", "JPOD_BRAIN_FD="};
    char **to = environ;
    for (char **from = environ; *from != NULL; from++) {
        bool keep = true;
        for (size_t i = 0; i < sizeof(dropped) / sizeof(*dropped); i++) keep &= !starts_with(*from, dropped[i]);
        if (keep) *to++ = *from;
    }
    *to = NULL;
}

// DIR/bin/jpod and DIR/lib/jpod belong together.
static void find_library(char library[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", library, PATH_MAX - sizeof("/lib/jpod/brain.argv"));
    if (length <= 0) die("/proc/self/exe: %s", strerror(errno));
    library[length] = 0;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(library, '/');
        if (slash != NULL) *slash = 0;
    }
    strcat(library, "/lib/jpod");
}

static char *read_line(FILE *file, const char *library) {
    static const char mark[] = "@LIB@";
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = getline(&line, &capacity, file);
    if (length <= 0) return NULL;
    if (line[length - 1] == '\n') line[length - 1] = 0;
    char *at = strstr(line, mark);
    if (at == NULL) return line;
    *at = 0;
    char *whole;
    if (asprintf(&whole, "%s%s%s", line, library, at + strlen(mark)) < 0) die("out of memory");
    return whole;
}

_Noreturn static void execute_brain(int socket) {
    static char *argv[MAX_BRAIN_ARGS + 1];
    char library[PATH_MAX];
    char path[PATH_MAX + 16];
    char number[32];
    find_library(library);
    snprintf(path, sizeof(path), "%s/brain.argv", library);
    FILE *file = fopen(path, "re");
    if (file == NULL) die("cannot start java: %s: %s; run make build", path, strerror(errno));
    int argc = 0;
    while (argc < MAX_BRAIN_ARGS && (argv[argc] = read_line(file, library)) != NULL) argc++;
    if (argc == 0 || argc == MAX_BRAIN_ARGS) die("cannot start java: %s: no command line; run make build", path);
    clean_environment();
    snprintf(number, sizeof(number), "%d", socket);
    if (setenv("JPOD_BRAIN_FD", number, 1) != 0) die("out of memory");
    // In the C locale, in which services are started, a JVM takes file names for ASCII, and no option changes that.
    if (setenv("LC_ALL", "C.UTF-8", 1) != 0) die("out of memory");
    // Of what the caller left open the brain gets only what the HELLO carries.
    syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
    fcntl(socket, F_SETFD, 0);
    execve(argv[0], argv, environ);
    die("cannot start java: %s: %s; it is named in %s, which make build writes", argv[0], strerror(errno), path);
}

int brain_one_shot(pid_t *pid) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) die("socketpair: %s", strerror(errno));
    *pid = fork();
    if (*pid < 0) die("fork: %s", strerror(errno));
    if (*pid == 0) {
        sigset_t none;
        failure = BRAIN_NOT_EXECUTED;
        sigemptyset(&none);
        // A ^C at the terminal ends the hands; the brain must live on and undo what it has begun.
        setsid();
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null < 0 || dup2(null, STDIN_FILENO) < 0) die("/dev/null: %s", strerror(errno));
        if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) die("stderr: %s", strerror(errno));
        // A JVM does not start in a directory that is gone. The caller's is what the HELLO says it is.
        if (chdir("/") != 0) die("/: %s", strerror(errno));
        sigprocmask(SIG_SETMASK, &none, NULL);
        execute_brain(pair[1]);
    }
    close(pair[1]);
    return pair[0];
}

static void write_text(FILE *text, char **strings, int count) {
    for (int i = 0; i < count; i++) fwrite(strings[i], 1, strlen(strings[i]) + 1, text);
}

// Sealed, so that the brain can map it without the fear of SIGBUS.
static int make_text(int argc, char **argv, char **envp, int envc) {
    char directory[PATH_MAX];
    // A directory that is gone has no name; its descriptor is passed all the same.
    char *cwd = getcwd(directory, sizeof(directory));
    char *place = cwd != NULL && *cwd == '/' ? cwd : "";
    int fd = memfd_create("jpod-hello", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    FILE *text = fd < 0 ? NULL : fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 3), "w");
    if (text == NULL) die("memfd: %s", strerror(errno));
    write_text(text, argv, argc);
    write_text(text, envp, envc);
    write_text(text, &place, 1);
    if (fclose(text) != 0) die("memfd: %s", strerror(errno));
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (fcntl(fd, F_ADD_SEALS, seals) != 0) die("seal: %s", strerror(errno));
    return fd;
}

bool brain_hello(int socket, int argc, char **argv, char **envp, uint32_t inherited) {
    int envc = 0;
    while (envp[envc] != NULL) envc++;
    int text = make_text(argc, argv, envp, envc);
    int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (cwd < 0) die("current directory: %s", strerror(errno));
    struct msg_hello hello = {MSG_HELLO, PROTOCOL_VERSION, (uint32_t)argc, (uint32_t)envc, inherited};
    int fds[] = {text, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, cwd};
    bool sent = brain_send(socket, &hello, sizeof(hello), fds, 5);
    close(text);
    close(cwd);
    return sent;
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(PROTOCOL_MAX_FDS * sizeof(int))];
};

bool brain_send(int socket, const void *message, size_t size, const int *fds, int fd_count) {
    union control control;
    struct iovec part = {(void *)message, size};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count > 0) {
        memset(&control, 0, sizeof(control));
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE((size_t)fd_count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN((size_t)fd_count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, (size_t)fd_count * sizeof(int));
    }
    return sendmsg(socket, &header, MSG_NOSIGNAL) == (ssize_t)size;
}

void brain_receive(int socket, struct packet *packet) {
    union control control;
    struct iovec part = {&packet->message, sizeof(packet->message)};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    memset(&packet->message, 0, sizeof(packet->message));
    packet->fd_count = 0;
    packet->size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    // A brain that closes without having read all that we said: the kernel tells that first, and once, but its last
    // words are there.
    if (packet->size < 0 && errno == ECONNRESET) packet->size = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    if (packet->size < 0) return;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        packet->fd_count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(packet->fds, CMSG_DATA(c), (size_t)packet->fd_count * sizeof(int));
    }
    if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        packet->size = -1;
        errno = EMSGSIZE;
    }
}
