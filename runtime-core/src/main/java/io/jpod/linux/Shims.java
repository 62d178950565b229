package io.jpod.linux;

import io.jpod.abi.Arch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The native parts, which travel as resources in the native-shims jar and are run from sealed memfds. */
public final class Shims {
    private Shims() {}

    /**
     * jpod-init in a sealed memfd, one for the life of this JVM. A container cannot overwrite it through /proc/PID/exe
     * (CVE-2019-5736), and there is no file of ours for it to find. Shared: do not close it.
     */
    public static Fd init() {
        return Init.SEALED;
    }

    /** A path that dlopen(3) takes libjpod.so from. */
    static Path libjpod() {
        return Path.of("/proc/self/fd/" + sealed("libjpod.so").release());
    }

    private static Fd sealed(String name) {
        return Linux.sealedMemfd(name, read(name));
    }

    private static byte[] read(String name) {
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
