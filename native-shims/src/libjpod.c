// libjpod.so: what a JVM calls to start a container process itself (jpod_spawn, through FFM), and the kernel's door of a
// one-shot brain (io.jpod.linux.JniKernel). It is not linked against any libc.
#include <stdint.h>

#include "spawn.h"
#include "sys.h"

#define PUBLIC __attribute__((visibility("default")))

PUBLIC int jpod_spawn(struct spawn *s) {
    return spawn(s);
}

// Called through JNI, whose environment and object nobody needs here.
PUBLIC int64_t Java_io_jpod_linux_JniKernel_syscall(void *environment, void *kernel, int32_t number, int64_t a, int64_t b,
                                                 int64_t c, int64_t d, int64_t e, int64_t f) {
    (void)environment;
    (void)kernel;
    return sys6(number, a, b, c, d, e, f);
}

PUBLIC int32_t Java_io_jpod_linux_JniKernel_spawn(void *environment, void *kernel, int64_t s) {
    (void)environment;
    (void)kernel;
    return spawn((struct spawn *)s);
}
