package io.jpod.oci;

/** @param size at least 1; neither range reaches beyond 2^32-2 */
public record IdMapping(long containerID, long hostID, long size) {}
