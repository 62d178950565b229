package io.jpod.seccomp;

/**
 * One comparison of one argument; values are unsigned.
 *
 * @param argument 0 to 5
 * @param value what the argument is compared with; the mask for MASKED_EQ
 * @param valueTwo for MASKED_EQ what the masked argument must equal, its bits outside the mask being cleared first, as
 *     libseccomp does
 */
record Condition(int argument, Op op, long value, long valueTwo) {
    enum Op {
        NE,
        LT,
        LE,
        EQ,
        GE,
        GT,
        MASKED_EQ
    }

    static Op parseOp(String name, String path) {
        return switch (name) {
            case "SCMP_CMP_NE" -> Op.NE;
            case "SCMP_CMP_LT" -> Op.LT;
            case "SCMP_CMP_LE" -> Op.LE;
            case "SCMP_CMP_EQ" -> Op.EQ;
            case "SCMP_CMP_GE" -> Op.GE;
            case "SCMP_CMP_GT" -> Op.GT;
            case "SCMP_CMP_MASKED_EQ" -> Op.MASKED_EQ;
            default -> throw new InvalidProfile(path, "unknown operator " + Profile.quote(name));
        };
    }
}
