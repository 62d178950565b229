#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/ttydefaults.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// PIPE_BUF: a pipe that is ready for writing takes this much without blocking.
#define CHUNK 4096
// The kernel keeps at most 64 KiB of a terminal's output.
#define BOUND (128 * 1024)
// How long to wait before looking again whether the container has read all input, in milliseconds.
#define SHORTEST_PAUSE 5
#define LONGEST_PAUSE 1000
// What takes the character for a key that means nothing gets it ever more rarely.
#define LONGEST_KEY_PAUSE 60000

// linux/tty.h; glibc has it only since 2.27
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

struct flow {
    char bytes[CHUNK];
    size_t start;
    size_t end;
};

static struct {
    int ptmx;
    int input;  // -1: none, or at its end
    int output; // the caller's stdout
    bool raw;
    bool is_bound;
    bool at_line_start;
    bool has_ended;      // the input: the container's terminal has yet to hear of it, each time that somebody reads
    bool is_line_passed; // the line that had begun when the input ended, to one who reads lines
    bool was_editing;    // when we looked last, nobody had input left to read, and the terminal was not canonical
    int pause;           // in milliseconds
    uint64_t look_at;    // when to look again, CLOCK_MONOTONIC in milliseconds
    int key_pause;
    uint64_t key_at; // when the character may be sent as a key again
    size_t left; // bytes that may still be read, once bound
    struct termios before;
    struct flow in;
    struct flow out;
} relay = {.ptmx = -1, .input = -1, .output = -1, .at_line_start = true, .key_pause = SHORTEST_PAUSE};

static bool is_empty(const struct flow *flow) {
    return flow->start == flow->end;
}

// The terminal's modes belong to all who use it, its open file too: a second one of our own can be non-blocking, so
// that a terminal that is held (^S) does not hold up signals.
static int own_output(void) {
    int fd = isatty(STDOUT_FILENO) ? open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

bool relay_start(int ptmx) {
    if (relay.output >= 0) return false;
    fcntl(ptmx, F_SETFL, fcntl(ptmx, F_GETFL) | O_NONBLOCK);
    relay.ptmx = ptmx;
    relay.output = own_output();
    relay.input = STDIN_FILENO;
    relay_raw();
    relay_resize();
    return true;
}

void relay_raw(void) {
    if (relay.input < 0 || !isatty(relay.input)) return;
    if (!relay.raw && tcgetattr(relay.input, &relay.before) != 0) return;
    struct termios modes = relay.before;
    cfmakeraw(&modes);
    relay.raw = tcsetattr(relay.input, TCSANOW, &modes) == 0;
}

void relay_leave_raw(void) {
    if (!relay.raw) return;
    // In the background the terminal would stop us for it, and nobody would ever wake us.
    sigset_t ttou;
    sigset_t mask;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &mask);
    tcsetattr(STDIN_FILENO, TCSANOW, &relay.before);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    relay.raw = false;
}

void relay_resize(void) {
    struct winsize size;
    if (relay.ptmx < 0) return;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
            ioctl(relay.ptmx, TIOCSWINSZ, &size);
            return;
        }
    }
}

void relay_bound(void) {
    relay.is_bound = true;
    relay.left = BOUND;
    relay.input = -1;
    relay.has_ended = false;
}

static void close_ptmx(void) {
    if (relay.ptmx >= 0) close(relay.ptmx);
    relay.ptmx = -1;
}

bool relay_is_quiet(void) {
    return is_empty(&relay.out);
}

bool relay_is_done(void) {
    return relay.ptmx < 0 && is_empty(&relay.out);
}

static void want(struct pollfd *p, int fd, short events) {
    // Without events there would still be POLLHUP, again and again.
    *p = (struct pollfd){.fd = events != 0 ? fd : -1, .events = events};
}

void relay_poll(struct pollfd polls[RELAY_POLLS]) {
    short in = is_empty(&relay.out) ? POLLIN : 0;
    short out = is_empty(&relay.in) ? 0 : POLLOUT;
    want(&polls[0], relay.input, relay.ptmx >= 0 && is_empty(&relay.in) ? POLLIN : 0);
    want(&polls[1], relay.ptmx, (short)(in | out));
    want(&polls[2], relay.output, is_empty(&relay.out) ? 0 : POLLOUT);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void look_in(int pause) {
    relay.pause = pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
    relay.look_at = now() + (uint64_t)relay.pause;
}

int relay_patience(void) {
    if (!relay.has_ended || relay.ptmx < 0 || !is_empty(&relay.in)) return -1;
    uint64_t time = now();
    return time < relay.look_at ? (int)(relay.look_at - time) : 0;
}

// Whether somebody in the container would read without waiting: input, or an end of file that is there already.
static bool has_unread_input(void) {
    int tty = ioctl(relay.ptmx, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct pollfd p = {.fd = tty, .events = POLLIN};
    bool is_ready = tty < 0 || poll(&p, 1, 0) != 0;
    if (tty >= 0) close(tty);
    return is_ready;
}

// A pipe that has ended says so to every read, but a terminal says it once for each end-of-file character. So it gets
// another one whenever all that it had is read: a character that came before a shell has turned line editing on, or
// that another program took, is lost to it. An editor takes the character as a key, and ends at an empty line.
// In canonical mode it ends the line that has begun, and a second one the file, termios(3).
static void pass_end_of_input(void) {
    struct termios modes;
    if (has_unread_input() || tcgetattr(relay.ptmx, &modes) != 0) {
        relay.was_editing = false;
        look_in(2 * relay.pause);
        return;
    }
    char end = (char)modes.c_cc[VEOF];
    bool is_canonical = modes.c_lflag & ICANON;
    // Between the last key of a line and the program that it starts an editor leaves its mode: for that one it would be
    // a character like others.
    bool is_too_early = !is_canonical && (!relay.was_editing || now() < relay.key_at);
    relay.was_editing = !is_canonical;
    look_in(is_too_early && now() >= relay.key_at ? SHORTEST_PAUSE : 2 * relay.pause);
    if (is_too_early || (is_canonical && end == _POSIX_VDISABLE)) return;
    relay.in.start = relay.in.end = 0;
    // Of a line that canonical mode has passed on without its end, an editor may have got the rest.
    if (!relay.at_line_start && !is_canonical) relay.in.bytes[relay.in.end++] = '\n';
    if (!relay.at_line_start && is_canonical && !relay.is_line_passed) relay.in.bytes[relay.in.end++] = end;
    if (!is_canonical) {
        relay.key_at = now() + (uint64_t)relay.key_pause;
        relay.key_pause = relay.key_pause < LONGEST_KEY_PAUSE / 2 ? 2 * relay.key_pause : LONGEST_KEY_PAUSE;
    }
    relay.is_line_passed |= is_canonical;
    relay.in.bytes[relay.in.end++] = end == _POSIX_VDISABLE ? CEOF : end;
}

static bool is_transient(ssize_t result) {
    return result < 0 && (errno == EAGAIN || errno == EINTR);
}

static void read_input(void) {
    ssize_t size = read(relay.input, relay.in.bytes, CHUNK);
    if (size > 0) {
        relay.in.start = 0;
        relay.in.end = (size_t)size;
        relay.at_line_start = relay.in.bytes[size - 1] == '\n';
    } else if (size == 0) {
        relay.input = -1;
        relay.has_ended = true;
        look_in(0);
        relay.pause = SHORTEST_PAUSE;
    } else if (!is_transient(size)) {
        relay.input = -1;
    }
}

static void read_output(void) {
    size_t size = relay.is_bound && relay.left < CHUNK ? relay.left : CHUNK;
    ssize_t got = size == 0 ? 0 : read(relay.ptmx, relay.out.bytes, size);
    if (is_transient(got)) return;
    // EIO: the last one who had the terminal open has closed it.
    if (got <= 0) {
        close_ptmx();
        return;
    }
    if (relay.is_bound) relay.left -= (size_t)got;
    // Who prints may be about to read: a prompt.
    if (relay.has_ended && relay.pause > SHORTEST_PAUSE) look_in(SHORTEST_PAUSE);
    relay.out.start = 0;
    relay.out.end = (size_t)got;
}

static void drain_flow(struct flow *flow, int fd) {
    ssize_t size = write(fd, flow->bytes + flow->start, flow->end - flow->start);
    if (is_transient(size)) return;
    // Nobody listens any more, or a disk is full. The container goes on: what it says is lost, not what it does.
    if (size < 0) size = (ssize_t)(flow->end - flow->start);
    flow->start += (size_t)size;
}

void relay_move(const struct pollfd polls[RELAY_POLLS]) {
    if (polls[2].revents != 0) drain_flow(&relay.out, relay.output);
    if (polls[1].revents != 0 && !is_empty(&relay.in)) drain_flow(&relay.in, relay.ptmx);
    if (polls[1].revents & (POLLIN | POLLHUP | POLLERR) && is_empty(&relay.out)) read_output();
    if (polls[0].revents != 0 && relay.ptmx >= 0) read_input();
    if (relay_patience() == 0) pass_end_of_input();
}
