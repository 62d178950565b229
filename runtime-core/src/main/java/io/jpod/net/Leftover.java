package io.jpod.net;

/** Something of this state root's that no living pod has. */
public sealed interface Leftover {
    /** A pod that is gone has still a place in a network. */
    record Place(String network, String pod) implements Leftover {
        @Override
        public String toString() {
            return "lease of pod " + pod + " in network " + network;
        }
    }

    /** A link that no network knows. */
    record Link(String name, String alias) implements Leftover {
        @Override
        public String toString() {
            return "link " + name + " (" + alias + ")";
        }
    }

    /** An nft table that no network knows. */
    record Table(String name) implements Leftover {
        @Override
        public String toString() {
            return "nft table inet " + name;
        }
    }
}
