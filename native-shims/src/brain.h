// The other end of the protocol: finding a brain or starting one, and the packets between.
#ifndef JPOD_BRAIN_H
#define JPOD_BRAIN_H

#include "protocol.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Every message that the hands can receive.
union message {
    uint32_t type;
    struct msg_spawn spawn;
    struct msg_adopt adopt;
    struct msg_forward forward;
    struct msg_watch watch;
    struct msg_will will;
    struct msg_exit exit;
};

struct packet {
    union message message;
    ssize_t size; // 0: the connection has ended; -1: errno says why nothing was received
    int fds[PROTOCOL_MAX_FDS];
    int fd_count;
};

// A brain that wants hands of its own (JPOD_HANDS=0) is at their stdin, which is nobody else's then; -1 if there is none.
int brain_given(void);

// A connection to the resident brain, or -1 if there is none. Ends the process if a stranger could be listening.
int brain_resident(void);

// Exit code of a one-shot brain that could not even be executed, and has said so.
#define BRAIN_NOT_EXECUTED 127

// Starts a brain for this command alone, or for those after it too if it is serve. Returns the connection; *pid is a child
// of the caller.
int brain_one_shot(pid_t *pid);

// Says who calls: arguments, environment, directory, standard descriptors.
bool brain_hello(int socket, int argc, char **argv, char **envp, uint32_t inherited);

bool brain_send(int socket, const void *message, size_t size, const int *fds, int fd_count);
void brain_receive(int socket, struct packet *packet);

// One line on stderr, then exit code 1.
_Noreturn __attribute__((format(printf, 1, 2))) void die(const char *format, ...);

#endif
