package io.jpod.seccomp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Names of system calls and their numbers, read from syscalls.txt when the first profile is compiled. Facts of the
 * kernel, Linux 6.18 being the newest.
 */
final class SyscallTable {
    /** The call has no number in that table. */
    static final int ABSENT = -1;

    private static final int COLUMNS = Abi.values().length;
    private static final Map<String, int[]> NUMBERS = read();

    private SyscallTable() {}

    /** Whether any architecture has a call of that name, also one that jpod does not run on. */
    static boolean knows(String name) {
        return NUMBERS.containsKey(name);
    }

    /** The table number, for x32 without its bit 30, or {@link #ABSENT}. */
    static int number(String name, Abi abi) {
        int[] numbers = NUMBERS.get(name);
        return numbers == null ? ABSENT : numbers[abi.ordinal()];
    }

    private static Map<String, int[]> read() {
        Map<String, int[]> numbers = HashMap.newHashMap(600);
        var resource = Objects.requireNonNull(SyscallTable.class.getResourceAsStream("syscalls.txt"), "syscalls.txt");
        try (var lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    int name = line.indexOf(' ');
                    numbers.put(line.substring(0, name), row(line, name + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return numbers;
    }

    private static int[] row(String line, int start) {
        int[] row = new int[COLUMNS];
        int at = start;
        for (int column = 0; column < COLUMNS; column++) {
            int end = line.indexOf(' ', at);
            end = end < 0 ? line.length() : end;
            row[column] = line.charAt(at) == '-' ? ABSENT : Integer.parseInt(line, at, end, 10);
            at = end + 1;
        }
        return row;
    }
}
