// The container's process until it becomes the user's program: runs the system calls of a program (program.h), one
// after the other, and knows nothing else. No libc, no heap, no environment. argv[1] is the number of the program's
// descriptor.
//
// It does not change when a feature is added: what a container needs is decided and written down by the brain.
#include "program.h"
#include "sys.h"

#include <stddef.h>
#include <stdint.h>

#define LARGEST_ERRNO 4095
#define EINTR 4
#define EPIPE 32
#define SEEK_END 2
#define PROT_READ_WRITE 3
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define CLOCK_REALTIME 0
#define MSG_NOSIGNAL 0x4000

struct program {
    const struct program_header *header;
    int64_t *registers;
    const struct op *ops;
    const struct reloc *relocs;
    uint8_t *blob;
    struct op_record *records; // or NULL
};

#ifndef HOSTED
static long call(const struct op *op, const long a[6]) {
    return sys6(op->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// A seccomp filter that is already loaded may forbid sendto, hence the write; SIGPIPE must not hide the exit code.
static void report(uint32_t status_fd, uint32_t kind, uint32_t index, int32_t error) {
    struct status_record record = {kind, index, error};
    long result = sys6(__NR_sendto, status_fd, (long)&record, sizeof(record), MSG_NOSIGNAL, 0, 0);
    if (result < 0 && result != -EPIPE) sys4(__NR_write, status_fd, (long)&record, sizeof(record), 0);
}

// The one clock that a time namespace does not shift when it is entered halfway through.
static uint64_t now(void) {
    struct {
        int64_t s, ns;
    } time = {0, 0};
    sys2(__NR_clock_gettime, CLOCK_REALTIME, (long)&time);
    return (uint64_t)time.s * 1000000000 + (uint64_t)time.ns;
}

// The descriptor is closed: what is stored from here on takes no call, so that no filter can forbid it.
static struct op_record *map_records(uint32_t fd, uint64_t size) {
    long memory = sys6(__NR_mmap, 0, (long)size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    sys2(__NR_close, fd, 0);
    return memory < 0 && memory >= -LARGEST_ERRNO ? NULL : (struct op_record *)memory;
}
#else
static uint64_t now(void);
static struct op_record *map_records(uint32_t fd, uint64_t size);
static long call(const struct op *op, const long a[6]);
static void report(uint32_t status_fd, uint32_t kind, uint32_t index, int32_t error);
#endif

// Where the parts of an image of `size` bytes lie. No sum can overflow: counts have 32 bits, sums 64. The image is
// 8-aligned.
static int lay_out(struct program *p, uint8_t *image, uint64_t size) {
    const struct program_header *h = (const void *)image;
    uint64_t registers = sizeof(*h);
    uint64_t ops = registers + (uint64_t)h->register_count * sizeof(int64_t);
    uint64_t relocs = ops + (uint64_t)h->op_count * sizeof(struct op);
    uint64_t blob = (relocs + (uint64_t)h->reloc_count * sizeof(struct reloc) + 7) & ~(uint64_t)7;
    if (h->version != PROGRAM_VERSION || h->register_count > PROGRAM_MAX_REGISTERS) return 0;
    if (blob + h->blob_size != size) return 0;
    p->header = h;
    p->registers = (void *)(image + registers);
    p->ops = (const void *)(image + ops);
    p->relocs = (const void *)(image + relocs);
    p->blob = image + blob;
    return 1;
}

static int is_valid(const struct program *p, uint32_t index) {
    const struct op *op = &p->ops[index];
    uint32_t blob_size = p->header->blob_size;
    for (int i = 0; i < 6; i++) {
        if (op->arg_kind[i] > ARG_REGISTER || op->reserved[i] != 0) return 0;
        if (op->arg_kind[i] == ARG_BLOB && op->arg[i] > blob_size) return 0;
        if (op->arg_kind[i] == ARG_REGISTER && op->arg[i] >= p->header->register_count) return 0;
    }
    if (op->result_kind > RESULT_BLOB32 || op->case_count > OP_MAX_CASES) return 0;
    if (op->result_kind == RESULT_REGISTER && op->result >= p->header->register_count) return 0;
    if (op->result_kind == RESULT_BLOB32 && (uint64_t)op->result + sizeof(int32_t) > blob_size) return 0;
    for (int i = 0; i < op->case_count; i++) {
        const struct op_case *c = &op->cases[i];
        if (c->match < MATCH_ZERO || c->match > LARGEST_ERRNO) return 0;
        // A skip may end exactly behind the last op.
        if (c->action != ACTION_FAIL && (uint64_t)index + 1 + c->action > p->header->op_count) return 0;
    }
    return 1;
}

// Checks everything before the first call is made, so that a malformed program has no effect at all.
static int find_invalid(const struct program *p, uint32_t *index) {
    for (*index = 0; *index < p->header->op_count; ++*index) {
        if (!is_valid(p, *index)) return 1;
    }
    *index = 0;
    for (uint32_t i = 0; i < p->header->reloc_count; i++) {
        const struct reloc *r = &p->relocs[i];
        if ((uint64_t)r->at + sizeof(uint64_t) > p->header->blob_size || r->target > p->header->blob_size) return 1;
    }
    return 0;
}

static void relocate(const struct program *p) {
    for (uint32_t i = 0; i < p->header->reloc_count; i++) {
        uint64_t address = (uint64_t)(uintptr_t)(p->blob + p->relocs[i].target);
        __builtin_memcpy(p->blob + p->relocs[i].at, &address, sizeof(address));
    }
}

static long make_call(const struct program *p, const struct op *op) {
    long a[6];
    for (int i = 0; i < 6; i++) {
        switch (op->arg_kind[i]) {
        case ARG_BLOB: a[i] = (long)(uintptr_t)(p->blob + op->arg[i]); break;
        case ARG_REGISTER: a[i] = (long)p->registers[op->arg[i]]; break;
        default: a[i] = (long)op->arg[i];
        }
    }
    long result;
    // No handler is installed here; stop, freeze and ptrace interrupt some calls all the same.
    do result = call(op, a);
    while (result == -EINTR);
    return result;
}

static long make_recorded_call(const struct program *p, uint32_t index) {
    volatile struct op_record *record = &p->records[index];
    int is_timed = index < p->header->timed_ops;
    record->state = RECORD_CALLED;
    uint64_t begun = is_timed ? now() : 0;
    long result = make_call(p, &p->ops[index]);
    // The clone shares the records with the one who has cloned, and leaves this one to it. What happens next is decided by a
    // process's own result, never by what the other may have written meanwhile.
    if (result == 0 && p->ops[index].nr == __NR_clone) return 0;
    record->result = result;
    if (is_timed) record->ns = now() - begun;
    record->state = is_timed ? RECORD_TIMED : RECORD_RETURNED;
    return result;
}

static void store(const struct program *p, const struct op *op, long result) {
    int32_t narrow = (int32_t)result;
    if (op->result_kind == RESULT_REGISTER) p->registers[op->result] = result;
    if (op->result_kind == RESULT_BLOB32) __builtin_memcpy(p->blob + op->result, &narrow, sizeof(narrow));
}

static uint32_t choose(const struct op *op, long result) {
    int failed = result < 0 && result >= -LARGEST_ERRNO;
    for (int i = 0; i < op->case_count; i++) {
        int match = op->cases[i].match;
        if (match == MATCH_SUCCESS ? !failed
                : match == MATCH_ANY_ERROR ? failed
                : match == MATCH_ZERO ? result == 0
                : failed && result == -match) {
            return op->cases[i].action;
        }
    }
    return failed ? ACTION_FAIL : 0;
}

// The exit code. A failed call stores no result.
static int run(const struct program *p) {
    for (uint32_t i = 0; i < p->header->op_count; i++) {
        const struct op *op = &p->ops[i];
        long result = p->records == NULL ? make_call(p, op) : make_recorded_call(p, i);
        int failed = result < 0 && result >= -LARGEST_ERRNO;
        if (!failed) store(p, op, result);
        uint32_t action = choose(op, result);
        if (action == ACTION_FAIL) {
            report(p->header->status_fd, STATUS_FAILED, i, failed ? (int32_t)-result : 0);
            return 1;
        }
        i += action;
    }
    return 0;
}

static int check_and_run(uint8_t *image, uint64_t size) {
    const struct program_header *header = (const void *)image;
    struct program p = {0};
    uint32_t index = 0;
    // Without its magic number the image does not even say whom to tell.
    if (size < sizeof(*header) || header->magic != PROGRAM_MAGIC) return 1;
    if (!lay_out(&p, image, size) || find_invalid(&p, &index)) {
        report(header->status_fd, STATUS_INVALID, index, 0);
        return 1;
    }
    if (header->record_fd != RECORD_NONE) {
        p.records = map_records(header->record_fd, (uint64_t)header->op_count * sizeof(struct op_record));
    }
    relocate(&p);
    return run(&p);
}

#ifndef HOSTED
static int parse_number(const char *text) {
    int number = 0;
    if (*text == 0) return -1;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9' || number > 1 << 24) return -1;
        number = number * 10 + (*text - '0');
    }
    return number;
}

// A filter may forbid exit_group, and exit too: a fault is no call, and its signal cannot be ignored, blocked or, by the init
// of a pid namespace, survived.
_Noreturn static void end_with(int code) {
    sys2(__NR_exit_group, code, 0);
    sys2(__NR_exit, code, 0);
    for (;;) __builtin_trap();
}

// The kernel's initial stack: argc, argv[0..argc-1], NULL, environment, ...
__attribute__((used)) static void start(const long *stack) {
    int fd = stack[0] == 2 ? parse_number((const char *)stack[2]) : -1;
    long size = fd < 0 ? -1 : sys4(__NR_lseek, fd, 0, SEEK_END, 0);
    int code = 1;
    if (size > 0) {
        long image = sys6(__NR_mmap, 0, size, PROT_READ_WRITE, MAP_PRIVATE, fd, 0);
        sys2(__NR_close, fd, 0);
        if (image > 0 || image < -LARGEST_ERRNO) code = check_and_run((uint8_t *)image, (uint64_t)size);
    }
    end_with(code);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n\thlt\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, xzr\n\tmov x0, sp\n\tbl start\n\tbrk 0\n");
#endif
#endif
