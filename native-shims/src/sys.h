// System calls without a libc, for code that runs where a libc must not: in jpod-init, which has none, and in a child
// that shares its memory with a JVM. A call returns its result, or -errno.
#ifndef JPOD_SYS_H
#define JPOD_SYS_H

#include <sys/syscall.h>

#if defined(__x86_64__)

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#else
#error "jpod runs on x86-64 and aarch64"
#endif

static inline long sys4(long nr, long a, long b, long c, long d) {
    return sys6(nr, a, b, c, d, 0, 0);
}

static inline long sys2(long nr, long a, long b) {
    return sys6(nr, a, b, 0, 0, 0, 0);
}

#endif
