/** How much is measured. All of it follows from the number of runs of one command. */
record Scale(int runs) {
    /** Containers in a crowd, as the rows with a crowd are asked for. */
    static final int CROWD = 500;

    int crowd() {
        return Math.min(CROWD, runs * 10);
    }

    /** Until the JVM has compiled what a command runs through: times still fell up to the 600th run. */
    int warmUp() {
        return runs < 20 ? 50 : 600;
    }

    /** An emulated processor is some ten times slower, and 20 are enough for a median. */
    Scale inMachine() {
        return new Scale(Math.min(20, runs));
    }
}
