package io.jpod.cli.volume;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.Table;
import java.io.PrintStream;
import java.util.List;

final class VolumeLs implements Verb {
    private boolean quiet;

    @Override
    public void define(Definition d) {
        d.flag("-q --quiet", "Print the names alone.", on -> quiet = on);
        d.examples("jpod volume ls");
    }

    @Override
    public int call(Jpod jpod) {
        PrintStream out = jpod.out();
        if (quiet) {
            jpod.volumes().list().forEach(out::println);
            return OK;
        }
        Table table = new Table("NAME", "CONTAINERS", "DIRECTORY");
        for (String name : jpod.volumes().list()) {
            List<String> users = jpod.volumes().users(name, jpod.containers());
            table.add(name, String.join(",", users), jpod.volumes().path(name).toString());
        }
        out.print(table);
        return OK;
    }
}
