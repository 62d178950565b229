package io.jpod.cli.option;

/** Of output that is for people, or for programs. */
public enum Format {
    TABLE,
    JSON
}
