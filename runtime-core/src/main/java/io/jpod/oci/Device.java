package io.jpod.oci;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * @param path absolute inside the container
 * @param major nothing to a fifo, as minor is
 * @param fileMode permission bits only, at most 07777
 */
public record Device(
        Type type,
        String path,
        long major,
        long minor,
        @Nullable Integer fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {
    /** With the file types of mknod(2). */
    public enum Type {
        C(0020000),
        B(0060000),
        U(0020000),
        P(0010000);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
