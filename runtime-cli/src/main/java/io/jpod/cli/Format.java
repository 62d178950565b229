package io.jpod.cli;

/** Of output that is for people, or for programs. */
enum Format {
    TABLE,
    JSON
}
