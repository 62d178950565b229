#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (16 * 1024)
// As large as a pipe can be, pipe(7): what goes on to be written after the end may never end.
#define BOUND (1024 * 1024)
// How long a terminal must be silent until it counts as drained, in milliseconds: what was written last reaches ptmx
// through a kernel worker.
#define SILENCE 50

struct log {
    int source;
    int directory;
    int file; // -1: none yet, or there was no room for one
    uint64_t size;
    uint64_t max_size;
    uint32_t max_files;
    bool is_in_line; // the file ends with a part of one
};

// One for all: nothing stays in it.
static char bytes[CHUNK];

struct log *log_start(int source, int directory, uint64_t max_size, uint32_t max_files) {
    struct log *log = max_size > 0 && max_files > 0 ? malloc(sizeof(*log)) : NULL;
    if (log != NULL) *log = (struct log){source, directory, -1, 0, max_size, max_files, false};
    return log;
}

int log_source(const struct log *log) {
    return log->source;
}

static bool open_file(struct log *log) {
    struct stat status;
    if (log->file >= 0) return true;
    log->file = openat(log->directory, "log", O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (log->file < 0) return false;
    log->size = fstat(log->file, &status) == 0 ? (uint64_t)status.st_size : 0;
    return true;
}

static void rotate(struct log *log) {
    char from[16];
    char to[16];
    close(log->file);
    log->file = -1;
    for (uint32_t n = log->max_files - 1; n > 0; n--) {
        snprintf(from, sizeof(from), n == 1 ? "log" : "log.%u", n - 1);
        snprintf(to, sizeof(to), "log.%u", n);
        renameat(log->directory, from, log->directory, to);
    }
    unlinkat(log->directory, "log", 0);
}

// How much of it goes into this file: all that fits, up to the end of a line; a part of one only if it cannot be helped.
static size_t fitting(const struct log *log, const char *from, size_t size) {
    uint64_t room = log->max_size - log->size;
    if (size <= room) return size;
    const char *end = memrchr(from, '\n', room);
    if (end != NULL) return (size_t)(end - from) + 1;
    return log->size == 0 || log->is_in_line ? room : 0;
}

static void append(struct log *log, const char *from, size_t size) {
    while (size > 0 && open_file(log)) {
        if (log->size >= log->max_size) {
            rotate(log);
            // What cannot be taken away takes nothing more.
            if (!open_file(log) || log->size >= log->max_size) return;
        }
        size_t part = fitting(log, from, size);
        if (part == 0) {
            log->size = log->max_size;
            continue;
        }
        ssize_t written = write(log->file, from, part);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        log->is_in_line = from[written - 1] != '\n';
        from += written;
        size -= (size_t)written;
        log->size += (uint64_t)written;
        // The line that comes next does not fit.
        if ((size_t)written == part && size > 0) log->size = log->max_size;
    }
}

static void close_source(struct log *log) {
    if (log->source >= 0) close(log->source);
    log->source = -1;
}

void log_copy(struct log *log) {
    ssize_t size = read(log->source, bytes, CHUNK);
    if (size > 0) append(log, bytes, (size_t)size);
    // EIO: the last one who had the terminal open has closed it.
    else if (size == 0 || (errno != EINTR && errno != EAGAIN)) close_source(log);
}

void log_end(struct log *log) {
    int patience = isatty(log->source) ? SILENCE : 0;
    for (int left = BOUND; left > 0 && log->source >= 0; left -= CHUNK) {
        struct pollfd p = {.fd = log->source, .events = POLLIN};
        if (poll(&p, 1, patience) <= 0) break;
        log_copy(log);
    }
    close_source(log);
    if (log->file >= 0) close(log->file);
    close(log->directory);
    free(log);
}
