package io.jpod.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** What lies in the checkout once it is built, and tests need. */
public enum Built {
    SHIMS("native-shims/out/jpod-init", "make build"),
    HANDS("native-shims/out/jpod", "make build"),
    JPOD("lib/jpod/brain.argv", "make build"),
    AOT_CACHE("lib/jpod/jpod.aot", "make build"),
    PROBE("test-rootfs/out/probe/probe", "make rootfs"),
    BUSYBOX("test-rootfs/out/busybox/bin/busybox", "make rootfs"),
    LAB("test-rootfs/out/lab.stamp", "make rootfs");

    /** The checkout. */
    public static final Path HOME =
            Path.of(System.getProperty("jpod.home", "..")).toAbsolutePath().normalize();

    private final String place;
    private final String target;

    Built(String place, String target) {
        this.place = place;
        this.target = target;
    }

    public Path file() {
        return HOME.resolve(place);
    }

    boolean isThere() {
        return Files.exists(file());
    }

    String missing() {
        return file() + " is missing: '" + target + "' makes it";
    }
}
