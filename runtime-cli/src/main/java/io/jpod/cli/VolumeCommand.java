package io.jpod.cli;

import io.jpod.container.Volumes;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "volume",
        description = "Make, show and remove volumes: directories with a name that outlive containers.",
        footer = {
            "",
            "run --volume NAME:DST makes the volume if it is not there.",
            "",
            "Examples:",
            "  jpod run --rootfs /srv/db -v data:/var/lib/db -- db",
            "  jpod volume ls"
        })
final class VolumeCommand {
    /** In the order of the help. */
    static final Map<String, Class<?>> VERBS = new LinkedHashMap<>();

    static {
        VERBS.put("create", VolumeCreate.class);
        VERBS.put("ls", VolumeLs.class);
        VERBS.put("inspect", VolumeInspect.class);
        VERBS.put("rm", VolumeRm.class);
        VERBS.put("prune", VolumePrune.class);
    }

    @ParentCommand
    private Jpod jpod;

    Jpod jpod() {
        return jpod;
    }

    Volumes volumes() {
        return jpod.volumes();
    }
}
