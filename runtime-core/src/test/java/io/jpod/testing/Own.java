package io.jpod.testing;

/** Names for what is the whole host's. No two runs of the tests have the same, so that they do not see each other. */
public final class Own {
    private static final String TOKEN = token();

    /** A cgroupsPath: what these tests make lies below. */
    public static final String CGROUPS = "/jpod-test-" + TOKEN;

    private Own() {}

    /** One that nobody else has had. */
    public static String token() {
        return Long.toString(ProcessHandle.current().pid(), 36) + Long.toString(System.nanoTime() & 0xfffffff, 36);
    }

    /** The same for all tests of this JVM. */
    public static String name(String name) {
        return name + "-" + TOKEN;
    }
}
