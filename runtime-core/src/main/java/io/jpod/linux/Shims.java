package io.jpod.linux;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The native parts. They travel as resources in the native-shims jar, and are run from sealed memfds. Beside {@code bin/jpod} they are
 * also files, in the directory that the system property {@code jpod.shims} names, which take less time to open than a jar.
 */
public final class Shims {
    private static final @Nullable String DIRECTORY = System.getProperty("jpod.shims");
    private static final int MAX_BYTES = 1 << 20;

    private Shims() {}

    /**
     * jpod-init in a sealed memfd, one for the life of this JVM. A container cannot overwrite it through /proc/PID/exe
     * (CVE-2019-5736), and there is no file of ours for it to find. Shared: do not close it.
     */
    public static Fd init() {
        return Init.SEALED;
    }

    /** A path that dlopen(3) takes libjpod.so from. */
    static String libjpod() {
        return DIRECTORY == null ? "/proc/self/fd/" + sealed("libjpod.so").release() : DIRECTORY + "/libjpod.so";
    }

    private static Fd sealed(String name) {
        return Linux.sealedMemfd(name, read(name));
    }

    private static byte[] read(String name) {
        if (DIRECTORY != null) {
            try (Fd file = Linux.open(DIRECTORY + "/" + name, Flags.O_RDONLY, 0)) {
                return Linux.readFully(file, MAX_BYTES);
            }
        }
        String resource = "/native/linux-" + Arch.host().machine() + "/" + name;
        try (InputStream in = Shims.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource + " on the class path: build native-shims first");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Init {
        private static final Fd SEALED = sealed("jpod-init");
    }
}
