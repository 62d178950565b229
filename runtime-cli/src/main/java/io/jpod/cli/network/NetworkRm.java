package io.jpod.cli.network;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.net.Networks;
import java.util.List;

final class NetworkRm implements Verb {
    private boolean force;
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.flag("-f --force", "Detach its pods first; they lose their link.", on -> force = on);
        d.operands(1, "NAME", "The network.", v -> names = v);
        d.footer("With --force it is no error if there is none of that name, so it can be done again at any time.");
        d.examples("jpod network rm backend");
    }

    @Override
    public int call(Jpod jpod) {
        Networks networks = jpod.networks();
        Each each = new Each(jpod);
        for (String name : names) {
            each.run(name, () -> {
                if (!force || networks.isDefined(name)) {
                    networks.remove(name, force, jpod.caller());
                    jpod.out().println(name);
                }
            });
        }
        return each.exitCode();
    }
}
