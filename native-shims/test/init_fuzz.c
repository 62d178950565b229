// The interpreter on random programs and on damaged ones, under sanitizers and without a kernel: whatever the bytes
// say, it stays inside the image, makes no call of a malformed program, and ends. Usage: init_fuzz [ROUNDS [SEED]]
#ifndef HOSTED
#define HOSTED
#endif
#include "../src/jpod-init.c"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static const uint8_t *image;
static uint64_t image_size;
static uint32_t calls;
static uint32_t reports;
static struct status_record last;
static struct op_record *records;
static struct {
    unsigned valid, failed, invalid, silent;
} seen;

static uint64_t draw(uint64_t bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? state : state % bound;
}

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "init_fuzz: %s\n", what);
    abort();
}

static long call(const struct op *op, const long a[6]) {
    const struct program_header *h = (const void *)image;
    uint64_t blob = (uint64_t)(uintptr_t)(image + image_size - h->blob_size);
    for (int i = 0; i < 6; i++) {
        if (op->arg_kind[i] != ARG_BLOB) continue;
        if ((uint64_t)a[i] < blob || (uint64_t)a[i] > blob + h->blob_size) fail("a pointer leaves the blob");
    }
    if (draw(50) == 0) return -EINTR;
    calls++;
    switch (draw(4)) {
    case 0: return 0;
    case 1: return (long)draw(0) & INT64_MAX;
    case 2: return -EINTR - 1 - (long)draw(LARGEST_ERRNO - EINTR);
    default: return -LARGEST_ERRNO - 1 - (long)draw(1 << 20); // looks negative, but is none of the errnos
    }
}

static void report(uint32_t status_fd, uint32_t kind, uint32_t index, int32_t error) {
    (void)status_fd;
    reports++;
    last = (struct status_record){kind, index, error};
}

// Asked in pairs, around a call.
static uint64_t now(void) {
    static uint64_t time;
    return time += 5;
}

// Of exactly this size, for the sanitizer; none at times, as if there were no memory.
static struct op_record *map_records(uint32_t fd, uint64_t size) {
    (void)fd;
    records = draw(8) == 0 ? NULL : calloc(1, size + (size == 0));
    return records;
}

static void check_records(uint32_t op_count) {
    uint32_t made = 0;
    for (uint32_t i = 0; i < op_count; i++) {
        made += records[i].state != 0;
        if (records[i].state == RECORD_CALLED || records[i].state > RECORD_TIMED) fail("a call was left in the middle");
        if ((records[i].ns != 0) != (records[i].state == RECORD_TIMED)) fail("a time that was not taken");
    }
    if (made != calls) fail("not every call was recorded");
}

static uint64_t write_program(uint8_t *to) {
    struct program_header h = {
        PROGRAM_MAGIC, PROGRAM_VERSION, (uint16_t)draw(17), (uint32_t)draw(40), (uint32_t)draw(10), (uint32_t)draw(300),
        4, draw(2) == 0 ? RECORD_NONE : 5, (uint32_t)draw(50)};
    uint8_t *at = to + sizeof(h);
    if (h.blob_size < 16) h.reloc_count = 0;
    memcpy(to, &h, sizeof(h));
    for (int i = 0; i < h.register_count; i++, at += 8) memset(at, (int)draw(256), 8);
    for (uint32_t i = 0; i < h.op_count; i++, at += sizeof(struct op)) {
        struct op op = {.nr = (uint32_t)draw(450), .case_count = (uint8_t)draw(5)};
        // Of clone one side leaves the record to the other one.
        if (op.nr == __NR_clone) op.nr++;
        op.result_kind = (uint8_t)draw(h.register_count == 0 || h.blob_size < 4 ? 1 : 3);
        op.result = (uint32_t)draw(op.result_kind == RESULT_REGISTER ? h.register_count : h.blob_size - 3);
        if (op.result_kind == RESULT_NONE) op.result = 0;
        for (int k = 0; k < 6; k++) {
            op.arg_kind[k] = (uint8_t)draw(h.register_count == 0 ? 2 : 3);
            uint64_t bounds[] = {0, (uint64_t)h.blob_size + 1, h.register_count};
            op.arg[k] = draw(bounds[op.arg_kind[k]]);
        }
        for (int k = 0; k < op.case_count; k++) {
            op.cases[k] = (struct op_case){(int16_t)((int)draw(40) - 2), (uint16_t)draw(h.op_count - i)};
            if (draw(20) == 0) op.cases[k].action = ACTION_FAIL;
        }
        memcpy(at, &op, sizeof(op));
    }
    for (uint32_t i = 0; i < h.reloc_count; i++, at += 8) {
        struct reloc reloc = {(uint32_t)draw(h.blob_size - 7), (uint32_t)draw(h.blob_size + 1)};
        memcpy(at, &reloc, sizeof(reloc));
    }
    while ((at - to) % 8 != 0) *at++ = 0;
    for (uint32_t i = 0; i < h.blob_size; i++) *at++ = (uint8_t)draw(256);
    return (uint64_t)(at - to);
}

static uint64_t damage(uint8_t *bytes, uint64_t size) {
    static const uint32_t edges[] = {0, 1, 2, 3, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8};
    for (uint64_t n = 1 + draw(4); n > 0; n--) {
        uint64_t at = draw(2) == 0 ? draw(size) : draw(size < 200 ? size : 200);
        switch (draw(4)) {
        case 0: bytes[at] ^= (uint8_t)(1 << draw(8)); break;
        case 1: bytes[at] = (uint8_t)draw(256); break;
        case 2:
            if (at + 4 <= size) memcpy(bytes + at, &edges[draw(sizeof(edges) / sizeof(*edges))], 4);
            break;
        default:
            if (draw(8) == 0) size = draw(size + 1);
        }
        if (size == 0) break;
    }
    return size;
}

static void run_once(int is_damaged) {
    static uint8_t bytes[1 << 16];
    uint64_t size = write_program(bytes);
    if (is_damaged) size = damage(bytes, size);
    // Of exactly this size, so that the sanitizer sees the first byte behind it.
    uint8_t *copy = malloc(size);
    memcpy(copy, bytes, size);
    image = copy;
    image_size = size;
    calls = reports = 0;
    records = NULL;
    int code = check_and_run(copy, size);
    uint32_t op_count = size < sizeof(struct program_header) ? 0 : ((struct program_header *)copy)->op_count;
    if (records != NULL) check_records(op_count);
    if (calls > op_count) fail("more calls than ops");
    if (reports > 1 || (code != 0 && code != 1) || (code == 0 && reports != 0)) fail("not one end");
    if (reports == 1 && last.kind == STATUS_INVALID && calls != 0) fail("a malformed program made a call");
    if (!is_damaged && reports == 1 && last.kind == STATUS_INVALID) fail("a good program was refused");
    if (code == 0) seen.valid++;
    else if (reports == 0) seen.silent++;
    else if (last.kind == STATUS_INVALID) seen.invalid++;
    else seen.failed++;
    free(records);
    free(copy);
}

int main(int argc, char **argv) {
    long rounds = argc > 1 ? atol(argv[1]) : 100000;
    state = argc > 2 ? strtoull(argv[2], NULL, 0) | 1 : 0x6a706f64;
    for (long i = 0; i < rounds; i++) run_once(i % 4 != 0);
    printf("init_fuzz: %ld programs: %u ran to the end, %u failed, %u refused, %u without a header\n", rounds,
           seen.valid, seen.failed, seen.invalid, seen.silent);
    return 0;
}
