// How processes reach each other: commands of probe that show what is shared, in ipc.c.
#ifndef IPC_H
#define IPC_H

int fail(const char *what);

int run_sysv_shm(char **arguments);
int run_sysv_sem(char **arguments);
int run_sysv_msg(char **arguments);
int run_mqueue(char **arguments);
int run_serve(char **arguments);
int run_call(char **arguments);

#endif
