package io.jpod.oci;

/** @param path absolute, or relative to the bundle */
public record Root(String path, boolean readonly) {}
