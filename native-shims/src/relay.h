// Copies between the caller's terminal and the container's (ptmx).
#ifndef JPOD_RELAY_H
#define JPOD_RELAY_H

#include <poll.h>
#include <stdbool.h>

#define RELAY_POLLS 3

// Takes over ptmx, for the caller's standard input and output, put into raw mode if they are a terminal. False: there
// is one already.
bool relay_start(int ptmx);

// What to wait for, and what to do when it has come.
void relay_poll(struct pollfd polls[RELAY_POLLS]);
void relay_move(const struct pollfd polls[RELAY_POLLS]);

// For how long, in milliseconds, to wait at most before relay_move is due although nothing has come; -1: for ever.
int relay_patience(void);

// Nothing more will come from the container: no terminal, or its last user has closed it, and all of it is written.
bool relay_is_done(void);

// Nothing is waiting to be written; what the container wrote last may still be on its way.
bool relay_is_quiet(void);

// From now on only a bounded amount is read, for what still holds the terminal may write for ever.
void relay_bound(void);

void relay_resize(void);    // on SIGWINCH
void relay_raw(void);       // on SIGCONT: a shell has changed the modes while we were stopped
void relay_leave_raw(void); // before every end of the process

#endif
