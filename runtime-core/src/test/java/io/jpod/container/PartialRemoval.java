package io.jpod.container;

/** A removal of a record's directory that is cut off. */
public final class PartialRemoval {
    private PartialRemoval() {}

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Does the first unlinks of a removal; false if that was all of it. */
    public static boolean of(RecordDir dir, String last, int unlinks) {
        int[] done = {0};
        try {
            dir.delete(last, file -> {
                if (done[0]++ == unlinks) {
                    throw new Killed();
                }
            });
            return false;
        } catch (Killed e) {
            return true;
        }
    }
}
