package io.jpod.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ls",
        aliases = "list",
        description = "List volumes, and who has them mounted.",
        footer = {"", "Example:", "  jpod volume ls"})
final class VolumeLs implements Callable<Integer> {
    @ParentCommand
    private VolumeCommand parent;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the names alone.")
    private boolean quiet;

    @Override
    public Integer call() {
        PrintStream out = parent.jpod().caller().out();
        if (quiet) {
            parent.volumes().list().forEach(out::println);
            return ExitCode.OK.number();
        }
        Table table = new Table("NAME", "CONTAINERS", "DIRECTORY");
        for (String name : parent.volumes().list()) {
            List<String> users = parent.volumes().users(name, parent.jpod().containers());
            table.add(name, String.join(",", users), parent.volumes().path(name).toString());
        }
        out.print(table);
        return ExitCode.OK.number();
    }
}
