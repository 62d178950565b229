package io.jpod.engine;

import io.jpod.net.cni.CniPlaces;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where what containers need lies. */
public interface Places {
    /** The state of containers, which ends with the boot. */
    Path root();

    /** Networks and volumes, which outlive it. */
    Path data();

    /** The logs of containers, by their names; null: with their state. */
    @Nullable Path logs();

    CniPlaces cni();

    /** All of it in one directory, as with {@code jpod --root}. */
    static Places below(Path root) {
        return new Below(root.toAbsolutePath().normalize());
    }

    record Below(Path root) implements Places {
        @Override
        public Path data() {
            return root;
        }

        @Override
        public @Nullable Path logs() {
            return null;
        }

        @Override
        public CniPlaces cni() {
            return CniPlaces.usual(root);
        }
    }
}
