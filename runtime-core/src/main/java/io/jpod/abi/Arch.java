package io.jpod.abi;

/** The architectures that jpod runs on. Both are 64 bit and little endian. */
public enum Arch {
    X86_64("x86_64"),
    AARCH64("aarch64");

    private final String machine;

    Arch(String machine) {
        this.machine = machine;
    }

    /** The name that uname(2) gives in {@code machine}. */
    public String machine() {
        return machine;
    }

    /** The architecture of this JVM. */
    public static Arch host() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> throw new UnsupportedOperationException("jpod runs on x86_64 and aarch64, this is " + name);
        };
    }
}
