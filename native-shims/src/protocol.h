// The words between the hands (jpod) and the brain (JVM), over one unix SOCK_SEQPACKET connection: one message is one
// packet, a uint32 type followed by that type's struct, descriptors beside it (SCM_RIGHTS). docs/protocol.md explains
// the order; io.jpod.engine.hands.Wire holds the same numbers, and a test there compares the two.
#ifndef JPOD_PROTOCOL_H
#define JPOD_PROTOCOL_H

#include <stdint.h>

#define PROTOCOL_VERSION 2
#define PROTOCOL_MAX_FDS 250

enum message_type {
    // hands -> brain
    MSG_HELLO = 1,
    MSG_SPAWNED = 2,
    MSG_EXITED = 3,
    // brain -> hands
    MSG_ELSEWHERE = 16, // no payload: not served here, start a one-shot brain
    MSG_SPAWN = 17,
    // no payload; fds: terminal (ptmx). Once, and before the container's process runs: its terminal has the right size
    // from the start
    MSG_RELAY = 18,
    MSG_FORWARD = 19,
    MSG_DETACH = 20, // no payload; before the first child that shall stay
    MSG_WATCH = 21,
    MSG_WILL = 22,
    MSG_EXIT = 23,
    MSG_ACCEPTED = 24, // no payload: a resident brain serves this call, and nobody else may
    MSG_ADOPT = 26,
    MSG_LEAVE = 25, // no payload: children are not waited for any more, whoever adopts them learns how they end
};

// fds: text, stdin, stdout, stderr, cwd (O_PATH). text is a sealed memfd: argc strings (argv[0] is the first), then
// envc strings, then the cwd (empty if it has no name any more), each ended by NUL.
struct msg_hello {
    uint32_t type;
    uint32_t version;
    uint32_t argc;
    uint32_t envc;
    uint32_t inherited; // descriptors 3 .. 3+inherited-1 were open when the hands were started
};

// Answer to MSG_SPAWN and MSG_ADOPT. fds: pidfd, if result > 0.
struct msg_spawned {
    uint32_t type;
    int32_t result; // pid in the hands' pid namespace, or -errno
};

// A child ended: one that was spawned, or one that a program made with CLONE_PARENT.
struct msg_exited {
    uint32_t type;
    int32_t pid;
    int32_t status; // as wait(2) gives it
};

#define SPAWN_CGROUP 1u // a cgroup directory descriptor is passed: CLONE_INTO_CGROUP
// A pid namespace descriptor is passed: the child becomes a process of it. Only for one in which nothing hostile runs:
// until it has executed init, the child shares the hands' memory, and then still holds the program's descriptors,
// before the eyes of that namespace (CVE-2016-9962). To enter a container, let the program do it: setns, give
// everything up, and only then clone(CLONE_PARENT).
#define SPAWN_PIDNS 2u

// fds: init, stdin, stdout, stderr, [cgroup], [pidns], then those that the child gets at 3+preserve, 4+preserve, ...
// The first of them is the program. The child is started as init with argv {"jpod-init", "<number of the program's
// descriptor>"} and no environment.
struct msg_spawn {
    uint32_t type;
    uint32_t flags;
    uint64_t clone_flags; // CLONE_NEW* and nothing else; spawn adds the rest
    uint32_t preserve;    // the caller's descriptors 3 .. 3+preserve-1 stay as they are; EBADF if more than `inherited`
    uint32_t reserved;
};


// A spawned child has made another one with CLONE_PARENT. The hands answer whether the kernel calls it a child of theirs:
// its pidfd, -ECHILD if it is none, -ESRCH if it has ended, which MSG_EXITED has told before.
struct msg_adopt {
    uint32_t type;
    int32_t pid;
};

// This child is complete: it outlives the brain, signals that the hands get go to it, and should the brain die, its
// exit code is theirs. It is a child that was spawned or adopted.
struct msg_forward {
    uint32_t type;
    int32_t pid;
};

// fds: exit file, [where the child's output comes from: a pipe or its ptmx; the directory of its log]. When the child
// ends, its exit code (128+n for signal n) is written to the file in decimal with a newline, then it is closed. Until
// then its output goes to the log, in files of at most max_size bytes, of which there are at most max_files.
struct msg_watch {
    uint32_t type;
    int32_t pid;
    uint64_t max_size;
    uint32_t max_files;
    uint32_t reserved;
};

// fds: text memfd with argc strings, argv[0] first. If the brain is gone when the last child has ended, the hands run
// this command line (with themselves as the program), then exit with the child's code. A detached container's monitor
// has let the brain go: it always does.
struct msg_will {
    uint32_t type;
    uint32_t argc;
};

// The caller's exit code. Output of the terminal that is on its way is written first.
struct msg_exit {
    uint32_t type;
    uint32_t code;
};

_Static_assert(sizeof(struct msg_hello) == 20, "msg_hello");
_Static_assert(sizeof(struct msg_spawn) == 24, "msg_spawn");
_Static_assert(sizeof(struct msg_watch) == 24, "msg_watch");

#endif
