#include "ipc.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { LONGEST = 1024 };

static int unknown(const char *word) {
    fprintf(stderr, "%s: not known\n", word);
    return 2;
}

static key_t key(const char *number) { return (key_t)strtol(number, NULL, 0); }

int run_sysv_shm(char **a) {
    int make = !strcmp(a[0], "make");
    int id = shmget(key(a[1]), make ? LONGEST : 0, make ? IPC_CREAT | IPC_EXCL | 0600 : 0);
    if (id < 0) return fail("shmget");
    if (!strcmp(a[0], "remove")) return shmctl(id, IPC_RMID, NULL) < 0 ? fail("shmctl") : 0;
    char *memory = shmat(id, NULL, 0);
    if (memory == (void *)-1) return fail("shmat");
    if (!strcmp(a[0], "read")) printf("%.*s\n", LONGEST, memory);
    else if ((make || !strcmp(a[0], "write")) && a[2]) strncpy(memory, a[2], LONGEST - 1);
    else if (!make) return unknown(a[0]);
    return shmdt(memory) < 0 ? fail("shmdt") : 0;
}

int run_sysv_sem(char **a) {
    int make = !strcmp(a[0], "make");
    int id = semget(key(a[1]), make, make ? IPC_CREAT | IPC_EXCL | 0600 : 0);
    if (id < 0) return fail("semget");
    if (make) return 0;
    if (!strcmp(a[0], "remove")) return semctl(id, 0, IPC_RMID) < 0 ? fail("semctl") : 0;
    if (!strcmp(a[0], "value")) {
        int value = semctl(id, 0, GETVAL);
        if (value < 0) return fail("semctl");
        printf("%d\n", value);
        return 0;
    }
    struct sembuf change = {.sem_op = !strcmp(a[0], "post") ? 1 : -1};
    if (change.sem_op < 0 && strcmp(a[0], "wait")) return unknown(a[0]);
    return semop(id, &change, 1) < 0 ? fail("semop") : 0;
}

struct message {
    long type;
    char text[LONGEST];
};

int run_sysv_msg(char **a) {
    int make = !strcmp(a[0], "make");
    int id = msgget(key(a[1]), make ? IPC_CREAT | IPC_EXCL | 0600 : 0);
    if (id < 0) return fail("msgget");
    if (make) return 0;
    if (!strcmp(a[0], "remove")) return msgctl(id, IPC_RMID, NULL) < 0 ? fail("msgctl") : 0;
    struct message message = {.type = 1};
    if (!strcmp(a[0], "receive")) {
        ssize_t n = msgrcv(id, &message, LONGEST, 0, IPC_NOWAIT);
        if (n < 0) return fail("msgrcv");
        printf("%.*s\n", (int)n, message.text);
        return 0;
    }
    if (strcmp(a[0], "send") || !a[2]) return unknown(a[0]);
    strncpy(message.text, a[2], LONGEST - 1);
    return msgsnd(id, &message, strlen(message.text), IPC_NOWAIT) < 0 ? fail("msgsnd") : 0;
}

int run_mqueue(char **a) {
    if (!strcmp(a[0], "remove")) return mq_unlink(a[1]) < 0 ? fail("mq_unlink") : 0;
    int make = !strcmp(a[0], "make");
    struct mq_attr size = {.mq_maxmsg = a[2] && make ? atoi(a[2]) : 4, .mq_msgsize = LONGEST};
    mqd_t queue = mq_open(a[1], make ? O_RDWR | O_CREAT | O_EXCL : O_RDWR | O_NONBLOCK, 0600, &size);
    if (queue == (mqd_t)-1) return fail("mq_open");
    int status = 0;
    if (!strcmp(a[0], "receive")) {
        char text[LONGEST];
        ssize_t n = mq_receive(queue, text, sizeof(text), NULL);
        if (n < 0) status = fail("mq_receive");
        else printf("%.*s\n", (int)n, text);
    } else if (!strcmp(a[0], "send") && a[2]) {
        status = mq_send(queue, a[2], strlen(a[2]), 0) < 0 ? fail("mq_send") : 0;
    } else if (!make) {
        status = unknown(a[0]);
    }
    mq_close(queue);
    return status;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un name;
};

// A socket for "tcp ADDRESS PORT", "udp ADDRESS PORT" or "unix NAME"; NAME is an abstract one, unix(7).
static int endpoint(char **a, union address *address, socklen_t *length) {
    memset(address, 0, sizeof(*address));
    int type = !strcmp(a[0], "udp") ? SOCK_DGRAM : SOCK_STREAM;
    if (!strcmp(a[0], "unix")) {
        address->name.sun_family = AF_UNIX;
        strncpy(address->name.sun_path + 1, a[1], sizeof(address->name.sun_path) - 2);
        *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address->name.sun_path + 1));
    } else if (!a[2] || (type == SOCK_STREAM && strcmp(a[0], "tcp"))) {
        exit(unknown(a[0]));
    } else if (inet_pton(AF_INET6, a[1], &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons((uint16_t)atoi(a[2]));
        *length = sizeof(address->v6);
    } else if (inet_pton(AF_INET, a[1], &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)atoi(a[2]));
        *length = sizeof(address->v4);
    } else {
        exit(unknown(a[1]));
    }
    return socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);
}

int run_serve(char **a) {
    union address address, peer;
    socklen_t length;
    int datagrams = !strcmp(a[0], "udp"), on = 1;
    int fd = endpoint(a, &address, &length);
    if (fd < 0) return fail("socket");
    // Else a connection that has just ended keeps the port; two that listen still exclude each other.
    if (address.any.sa_family != AF_UNIX && !datagrams && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0) {
        return fail("setsockopt");
    }
    if (bind(fd, &address.any, length) < 0) return fail("bind");
    if (!datagrams && listen(fd, 8) < 0) return fail("listen");
    puts("listening");
    fflush(stdout);
    for (;;) {
        char text[LONGEST] = "got ";
        socklen_t from = sizeof(peer);
        int socket = datagrams ? fd : accept(fd, NULL, NULL);
        if (socket < 0) return fail("accept");
        ssize_t n = recvfrom(socket, text + 4, sizeof(text) - 4, 0, &peer.any, &from);
        if (n < 0) return fail("recv");
        if (sendto(socket, text, (size_t)n + 4, MSG_NOSIGNAL, datagrams ? &peer.any : NULL, datagrams ? from : 0) < 0) {
            return fail("send");
        }
        if (!datagrams) close(socket);
    }
}

int run_call(char **a) {
    union address address;
    socklen_t length;
    struct timeval patience = {.tv_sec = 5};
    const char *text = !strcmp(a[0], "unix") ? a[2] : a[2] ? a[3] : NULL;
    if (!text) return unknown(a[0]);
    int fd = endpoint(a, &address, &length);
    if (fd < 0) return fail("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) return fail("setsockopt");
    if (connect(fd, &address.any, length) < 0) return fail("connect");
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) return fail("send");
    char answer[LONGEST];
    ssize_t n = recv(fd, answer, sizeof(answer), 0);
    if (n < 0) return fail("recv");
    printf("%.*s\n", (int)n, answer);
    close(fd);
    return 0;
}
