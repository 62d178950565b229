/*
 * Runs commands side by side and says how long each took. Reads a plan on stdin:
 *
 *   = NAME          a contender
 *   in FILE         its commands run in this namespace; mount last, since it changes what paths mean
 *   with KEY=VALUE  ... and with this in their environment
 *   run WORD...     a command, timed; % in a word stands for the number of the run
 *   also WORD...    a command, not timed
 *   reap            until no child is left, timed: what `create` leaves behind becomes ours to wait for
 *   drain           the same, not timed, however they end
 *
 *   timeit [-n RUNS] [-w WARM_UP] [-p PAUSE_US] [-j CLIENTS] [-f FIRST_NUMBER]
 *
 * In every round each contender runs once, in an order that moves by one from round to round, so that what one leaves to the
 * kernel's workers (a network namespace to take apart) does not always burden the same neighbour. With -j, a run is RUNS
 * commands by so many clients at a time, and the contender's first command is all of it.
 * Prints "NAME NANOSECONDS FAILURES" for each run. Output of the commands goes to /dev/null, errors to our stderr.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONTENDERS = 16, MAX_STEPS = 8, MAX_WORDS = 40, MAX_ENV = 8, MAX_NAMESPACES = 2 };

struct step {
    enum { RUN, ALSO, REAP, DRAIN } kind;
    char *words[MAX_WORDS + 1];
};

static struct contender {
    const char *name;
    int namespaces[MAX_NAMESPACES], joined;
    char *environment[MAX_ENV];
    int variables, count;
    struct step steps[MAX_STEPS];
} contenders[MAX_CONTENDERS];

static int count, null;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void split(char *text, char **words) {
    int n = 0;
    for (char *word = strtok(text, " \n"); word && n < MAX_WORDS; word = strtok(NULL, " \n")) {
        words[n++] = word;
    }
}

static int read_step(struct step *step, const char *verb, char *rest) {
    static const char *const verbs[] = {[RUN] = "run", [ALSO] = "also", [REAP] = "reap", [DRAIN] = "drain"};
    for (unsigned kind = RUN; kind <= DRAIN; kind++) {
        if (!strcmp(verb, verbs[kind])) {
            step->kind = kind;
            split(rest ? rest : strdup(""), step->words);
            return (kind == RUN || kind == ALSO) == (step->words[0] != NULL);
        }
    }
    return 0;
}

static void read_plan(void) {
    struct contender *c = NULL;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        char *text = strdup(line), *verb = strtok(text, " \n"), *rest = strtok(NULL, "\n");
        if (!verb) {
            continue;
        } else if (!strcmp(verb, "=") && rest && count < MAX_CONTENDERS) {
            c = &contenders[count++];
            *c = (struct contender){.name = rest};
        } else if (!strcmp(verb, "in") && c && rest && c->joined < MAX_NAMESPACES) {
            int namespace = c->namespaces[c->joined++] = open(rest, O_RDONLY | O_CLOEXEC);
            if (namespace < 0) {
                err(2, "%s", rest);
            }
        } else if (!strcmp(verb, "with") && c && rest && c->variables < MAX_ENV) {
            c->environment[c->variables++] = rest;
        } else if (!c || c->count == MAX_STEPS || !read_step(&c->steps[c->count++], verb, rest)) {
            errx(2, "what is this: %s", line);
        }
    }
    free(line);
}

/* vfork, so that the driver's size costs nothing; the namespace is joined in the child, which costs a contender some 20 us. */
static pid_t start(const struct contender *c, const struct step *step, long number) {
    static char room[MAX_WORDS][512];
    char *words[MAX_WORDS + 1];
    int n = 0;
    for (; step->words[n]; n++) {
        char *mark = strchr(step->words[n], '%');
        words[n] = step->words[n];
        if (mark) {
            snprintf(room[n], sizeof room[n], "%.*s%ld%s", (int)(mark - words[n]), words[n], number, mark + 1);
            words[n] = room[n];
        }
    }
    words[n] = NULL;
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(null, 0);
        dup2(null, 1);
        for (int i = 0; i < c->joined; i++) {
            if (setns(c->namespaces[i], 0) != 0) {
                _exit(126);
            }
        }
        execvp(words[0], words);
        _exit(127);
    }
    if (pid < 0) {
        err(1, "vfork");
    }
    return pid;
}

/* 0 or 1 failures. pid -1: any child, and none left is -1. */
static int ended(pid_t pid) {
    int status;
    if (waitpid(pid, &status, 0) < 0) {
        return -1;
    }
    return status != 0;
}

static int reap(void) {
    int failures = 0, one;
    while ((one = ended(-1)) >= 0) {
        failures += one;
    }
    return failures;
}

static void set_environment(const struct contender *c, int on) {
    for (int i = 0; i < c->variables; i++) {
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(c->environment[i], "="), c->environment[i]);
        on ? putenv(c->environment[i]) : unsetenv(name);
    }
}

static uint64_t once(const struct contender *c, long number, int *failures) {
    uint64_t took = 0;
    *failures = 0;
    for (const struct step *step = c->steps; step < c->steps + c->count; step++) {
        uint64_t from = now();
        int failed = step->words[0] ? ended(start(c, step, number)) != 0 : reap();
        int timed = step->kind == RUN || step->kind == REAP;
        took += timed ? now() - from : 0;
        *failures += step->kind == DRAIN ? 0 : failed;
    }
    return took;
}

static uint64_t many(const struct contender *c, long number, long runs, int clients, int *failures) {
    uint64_t from = now();
    int alive = 0;
    *failures = 0;
    for (long i = 0; i < runs; i++) {
        if (alive == clients) {
            *failures += ended(-1);
            alive--;
        }
        start(c, c->steps, number + i);
        alive++;
    }
    *failures += reap();
    return now() - from;
}

int main(int argc, char **argv) {
    long runs = 20, warm_up = 3, pause_us = 0, clients = 0, number = 0;
    for (int option; (option = getopt(argc, argv, "n:w:p:j:f:")) != -1;) {
        long value = optarg ? strtol(optarg, NULL, 10) : 0;
        switch (option) {
            case 'n': runs = value; break;
            case 'w': warm_up = value; break;
            case 'p': pause_us = value; break;
            case 'j': clients = value; break;
            case 'f': number = value; break;
            default: errx(2, "usage: timeit [-n RUNS] [-w WARM_UP] [-p PAUSE_US] [-j CLIENTS] [-f FIRST_NUMBER] <PLAN");
        }
    }
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        err(1, "prctl");
    }
    read_plan();
    long rounds = clients ? 1 : runs + warm_up;
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
            const struct contender *c = &contenders[(i + round) % count];
            struct timespec pause = {pause_us / 1000000, pause_us % 1000000 * 1000};
            nanosleep(&pause, NULL);
            set_environment(c, 1);
            int failures;
            uint64_t took = clients ? many(c, number, runs, (int)clients, &failures) : once(c, number + round, &failures);
            set_environment(c, 0);
            if (clients || round >= warm_up) {
                printf("%s %llu %d\n", c->name, (unsigned long long)took, failures);
            } else if (failures) {
                warnx("%s failed while warming up", c->name);
            }
            fflush(stdout);
        }
    }
    return 0;
}
