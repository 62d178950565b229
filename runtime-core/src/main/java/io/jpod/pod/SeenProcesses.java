package io.jpod.pod;

import io.jpod.linux.ProcessStat;
import io.jpod.linux.Processes;
import io.jpod.pod.PodView.Process;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What /proc says of processes to whoever looks at them. */
final class SeenProcesses {
    private static final int LONGEST_COMMAND = 4096;

    private SeenProcesses() {}

    /** Those that still run. */
    static List<Process> of(List<Integer> pids) {
        List<Process> processes = new ArrayList<>();
        pids.stream().sorted().forEach(pid -> of(pid).ifPresent(processes::add));
        return processes;
    }

    private static Optional<Process> of(int pid) {
        Optional<ProcessStat> stat = ProcessStat.of(pid).filter(process -> !process.hasEnded());
        if (stat.isEmpty()) {
            return Optional.empty();
        }
        String command =
                beginning(pid, "cmdline", LONGEST_COMMAND).replace('\0', ' ').strip();
        return Optional.of(new Process(
                pid,
                Processes.numberInside(pid),
                // As ps(1) has it for a process that has no command line.
                command.isEmpty() ? "[" + stat.get().name() + "]" : command));
    }

    private static String beginning(int pid, String file, int most) {
        try (InputStream in = Files.newInputStream(Path.of("/proc/" + pid, file))) {
            return new String(in.readNBytes(most), StandardCharsets.UTF_8);
        } catch (IOException e) {
            // It has ended meanwhile.
            return "";
        }
    }
}
