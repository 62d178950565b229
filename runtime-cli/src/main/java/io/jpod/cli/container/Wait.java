package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import java.util.List;

public final class Wait implements Verb {
    private List<String> ids = List.of();

    @Override
    public void define(Definition d) {
        d.operands(1, "ID", "The container.", v -> ids = v);
        d.footer(
                "A container that a signal ended has 128 and the signal's number. The exit code of one that was started with 'jpod"
                        + " run --detach' is kept until it is deleted; that of another is known only to the parent of its process, and"
                        + " to the kernel (since Linux 6.15) for those who waited before its end.");
        d.examples("jpod run -d --name job --rootfs /srv/alpine -- make && jpod wait job");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        for (Container container : each.find(ids, jpod.containers()::get)) {
            each.run(container.id(), () -> jpod.out().println(await(jpod, container)));
        }
        return each.exitCode();
    }

    /** @throws ContainerException if nobody knows the exit code */
    public static int await(Jpod jpod, Container container) {
        return container
                .await(jpod.caller().connection())
                .orElseThrow(() -> new ContainerException("nobody kept the exit code of container " + container.id()));
    }
}
