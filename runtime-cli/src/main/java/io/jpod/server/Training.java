package io.jpod.server;

import io.jpod.abi.Sys;
import io.jpod.linux.JniKernel;

/** In place of {@link Main} when the AOT cache is made: a resident brain that has also met the kernel's door of one-shot brains. */
public final class Training {
    private Training() {}

    public static void main(String[] arguments) {
        new JniKernel().syscall(Sys.GETPID);
        Main.main(arguments);
    }
}
