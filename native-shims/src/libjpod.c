// libjpod.so: what runtime-core calls through FFM when a JVM starts a container process itself. It is not linked
// against any libc.
#include "spawn.h"

__attribute__((visibility("default"))) int jpod_spawn(struct spawn *s) {
    return spawn(s);
}
