package io.jpod.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param destination absolute inside the container, without ".." components
 * @param uidMappings for an idmapped mount; empty exactly if gidMappings is
 */
public record Mount(
        String destination,
        @Nullable String type,
        @Nullable String source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {

    public Mount {
        options = List.copyOf(options);
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
    }

    /** Whether its source is a file or directory that is there, whatever the type says. */
    public boolean isBind() {
        return "bind".equals(type) || options.contains("bind") || options.contains("rbind");
    }

    public Mount(String destination, String type, String source, List<String> options) {
        this(destination, type, source, options, List.of(), List.of());
    }
}
