// A program: the system calls that jpod-init makes, one after the other. Little endian, every struct without padding.
//
//   header | registers: int64[register_count] | ops: struct op[op_count] | relocs: struct reloc[reloc_count]
//          | zero bytes up to a multiple of 8 | blob: uint8[blob_size]
//
// The brain writes it to a sealed memfd; jpod-init maps it privately and runs it. io.jpod.exec.ProgramCodec writes the
// same bytes, and a test there holds this file against the Java constants.
#ifndef JPOD_PROGRAM_H
#define JPOD_PROGRAM_H

#include <stdint.h>

#define PROGRAM_MAGIC 0x444f504au // "JPOD"
#define PROGRAM_VERSION 1
#define PROGRAM_MAX_REGISTERS 256
#define OP_MAX_CASES 4

struct program_header {
    uint32_t magic;
    uint16_t version;
    uint16_t register_count;
    uint32_t op_count;
    uint32_t reloc_count;
    uint32_t blob_size;
    uint32_t status_fd; // SEQPACKET socket that failures are reported to
    uint32_t record_fd; // shared memory for a struct op_record of each op, or RECORD_NONE
    uint32_t timed_ops; // so many ops, from the first on, are timed: a seccomp filter may forbid to ask for the time
};

#define RECORD_NONE 0xffffffffu

// How a call went, for whoever shares the memory: it is all zeros before, and says the truth at any time, also when the
// process is killed or becomes another program. A clone that shares it goes on in it.
struct op_record {
    uint64_t state; // written last, so whoever reads it first sees no result that is not there yet
    int64_t result;
    uint64_t ns; // if it is timed: how long the call took
};

enum record_state {
    RECORD_CALLED = 1, // has not returned
    RECORD_RETURNED = 2,
    RECORD_TIMED = 3, // has returned, and was timed
};

enum arg_kind {
    ARG_IMMEDIATE = 0, // the value itself
    ARG_BLOB = 1,      // the address of blob + value
    ARG_REGISTER = 2,  // what register number `value` holds
};

enum result_kind {
    RESULT_NONE = 0,
    RESULT_REGISTER = 1, // registers[result] = the call's result
    RESULT_BLOB32 = 2,   // *(int32_t *)(blob + result) = the call's result
};

// What a case matches: a positive number is that errno.
#define MATCH_SUCCESS 0
#define MATCH_ANY_ERROR (-1)
#define MATCH_ZERO (-2) // success with result 0: end of file, or the child's side of clone

#define ACTION_FAIL 0xffffu // any other action is the number of ops to skip, forward; 0 goes on with the next

struct op_case {
    int16_t match;
    uint16_t action;
};

// The first case that matches decides. Without a match, success goes on and an error fails. A failed call stores no
// result, and one that was interrupted (EINTR) is made again. Behind the last op jpod-init exits with 0.
struct op {
    uint32_t nr;
    uint16_t step; // index of the plan's step, for reports only
    uint8_t result_kind;
    uint8_t case_count;
    uint32_t result;
    uint8_t arg_kind[6];
    uint8_t reserved[6]; // 0
    uint64_t arg[6];
    struct op_case cases[OP_MAX_CASES];
};

// Before the first op: *(uint64_t *)(blob + at) = address of (blob + target). `at` needs no alignment; target may be
// blob_size, as may an ARG_BLOB: the address behind the last byte.
struct reloc {
    uint32_t at;
    uint32_t target;
};

enum status_kind {
    STATUS_MILESTONE = 1, // written by the program itself: index = which one, error = 0
    STATUS_FAILED = 2,    // from jpod-init before it exits with 1: index = the op, error = its errno (0: end of file)
    STATUS_INVALID = 3,   // the program itself is malformed: index = the op or 0
};

struct status_record {
    uint32_t kind;
    uint32_t index;
    int32_t error;
};

_Static_assert(sizeof(struct program_header) == 32, "program_header");
_Static_assert(sizeof(struct op) == 88, "op");
_Static_assert(sizeof(struct op_case) == 4, "op_case");
_Static_assert(sizeof(struct reloc) == 8, "reloc");
_Static_assert(sizeof(struct op_record) == 24, "op_record");
_Static_assert(sizeof(struct status_record) == 12, "status_record");

#endif
