package io.jpod.net;

/** Something of this state root's that no living pod has. */
public sealed interface Leftover {
    /** What it is called. */
    String name();

    /** Why nobody owns it. */
    String why();

    /** A pod that is gone has still a place in a network. */
    record Place(String network, String pod) implements Leftover {
        @Override
        public String name() {
            return "of " + pod + " in " + network;
        }

        @Override
        public String why() {
            return "there is no such pod";
        }
    }

    /**
     * A file that cannot be read.
     *
     * @param leases that of who is attached to the network, else that of its definition
     */
    record Damaged(String network, boolean leases, String why) implements Leftover {
        @Override
        public String name() {
            return network;
        }
    }

    /** A link that no network knows. */
    record Link(String name, String alias) implements Leftover {
        @Override
        public String why() {
            return "no network knows it (" + alias + ")";
        }
    }

    /** An nft table that no network knows. */
    record Table(String name) implements Leftover {
        @Override
        public String why() {
            return "no network knows it";
        }
    }
}
