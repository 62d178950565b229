package io.jpod.seccomp;

import java.util.List;

/** A compiled profile: what seccomp(2) takes. Immutable. */
public final class Filter {
    private final byte[] program;
    private final long flags;
    private final List<String> warnings;

    Filter(byte[] program, long flags, List<String> warnings) {
        this.program = program;
        this.flags = flags;
        this.warnings = List.copyOf(warnings);
    }

    /** A copy of the instructions, {@code struct sock_filter[]}, 8 bytes each, little endian as all hosts are. */
    public byte[] program() {
        return program.clone();
    }

    /** The {@code len} of {@code struct sock_fprog}, 1 to 4096. */
    public int instructions() {
        return program.length / BpfAssembler.INSTRUCTION_BYTES;
    }

    /** SECCOMP_FILTER_FLAG_*. */
    public long flags() {
        return flags;
    }

    /** What was left out, one sentence each: names that no architecture known here has. */
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public String toString() {
        return "Filter[" + instructions() + " instructions, flags 0x" + Long.toHexString(flags) + "]";
    }
}
