package io.jpod.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param path absolute
 * @param args argv, with argv[0]; empty: the path alone
 * @param env null: that of the runtime's caller, and of {@code process} for one that runs in the container
 * @param timeout seconds, more than 0; null: none
 */
public record Hook(
        String path,
        List<String> args,
        @Nullable List<String> env,
        @Nullable Integer timeout) {
    public Hook {
        args = List.copyOf(args);
        env = env == null ? null : List.copyOf(env);
    }
}
