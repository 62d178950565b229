// The output of a detached container: copied from a pipe or its terminal into files of bounded size.
#ifndef JPOD_LOG_H
#define JPOD_LOG_H

#include <stdint.h>

struct log;

// Takes over source and directory, in which the file `log` is gone on with or made. One that has got max_size bytes
// becomes log.1, that one log.2, and so on; there are never more than max_files. NULL: no memory, or no bounds.
struct log *log_start(int source, int directory, uint64_t max_size, uint32_t max_files);

// What to wait for; -1: nothing more comes.
int log_source(const struct log *log);

// There is something to read, or the end. What cannot be written, since the disk is full, is lost: a container does not
// stop for its log.
void log_copy(struct log *log);

// Who wrote has ended: copies what it has left behind, and gives all back.
void log_end(struct log *log);

#endif
