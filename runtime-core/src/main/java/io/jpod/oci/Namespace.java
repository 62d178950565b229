package io.jpod.oci;

import org.jspecify.annotations.Nullable;

/** @param path absolute, the namespace to join; null: make a new one */
public record Namespace(NamespaceType type, @Nullable String path) {}
