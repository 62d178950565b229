package io.jpod.cli.volume;

import static io.jpod.cli.command.Verb.named;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Verb;
import java.util.List;

public final class VolumeCommand implements Verb.Family {
    /** In the order of the help. */
    public static final List<Named> VERBS = List.of(
            named("create", "Make volumes.", VolumeCreate::new),
            named("ls", "List volumes, and who has them mounted.", VolumeLs::new, "list"),
            named("inspect", "Print volumes as JSON.", VolumeInspect::new),
            named("rm", "Remove volumes with all that is in them.", VolumeRm::new, "remove"),
            named("prune", "Remove the volumes that no container has mounted.", VolumePrune::new));

    @Override
    public void define(Definition d) {
        d.footer("run --volume NAME:DST makes the volume if it is not there.");
        d.examples("jpod run --rootfs /srv/db -v data:/var/lib/db -- db", "jpod volume ls");
    }
}
