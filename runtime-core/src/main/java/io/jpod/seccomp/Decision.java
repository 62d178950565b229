package io.jpod.seccomp;

import io.jpod.oci.Seccomp;
import java.util.List;

/** What a filter does with one system call number, once it has found it. */
sealed interface Decision {
    Verdict otherwise();

    /** The same answer whatever the arguments are. */
    record Always(Verdict otherwise) implements Decision {}

    /**
     * The first clause whose conditions all hold decides.
     *
     * @param narrow only the low 32 bits of arguments are compared
     */
    record ByArguments(List<Clause> clauses, boolean narrow, Verdict otherwise) implements Decision {
        public ByArguments {
            clauses = List.copyOf(clauses);
        }
    }

    record Clause(List<Seccomp.Arg> conditions, Verdict verdict) {
        public Clause {
            conditions = List.copyOf(conditions);
        }
    }
}
