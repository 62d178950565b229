package io.jpod.oci;

import java.util.List;
import java.util.Map;

/**
 * What runs where and when is in the spec's table of POSIX-platform hooks.
 *
 * @param byKind in the order of the file; without the kinds of which there are none
 */
public record Hooks(Map<HookKind, List<Hook>> byKind) {
    public static final Hooks NONE = new Hooks(Map.of());

    public Hooks {
        byKind = Spec.ordered(byKind);
    }

    /** The hooks of one kind, in order. */
    public List<Hook> of(HookKind kind) {
        return byKind.getOrDefault(kind, List.of());
    }
}
