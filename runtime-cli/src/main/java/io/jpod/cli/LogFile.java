package io.jpod.cli;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.RecordFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** The output of a detached container: open before there is a container, and nothing is left of it if there will be none. */
final class LogFile {
    private LogFile() {}

    /** A file without a name on the file system of the state. */
    static Fd open(Path root) {
        RecordFiles.makeDirectory(root);
        return Linux.open(root.toString(), Flags.O_TMPFILE(Arch.host()) | Flags.O_WRONLY | Flags.O_APPEND, 0600);
    }

    /** To go on with the log of a container that has one, or to begin it. */
    static Fd append(Path root, Container container) {
        return Files.exists(container.log())
                ? Linux.open(container.log().toString(), Flags.O_WRONLY | Flags.O_APPEND, 0)
                : open(root);
    }

    /** Makes it the log of this container, if it is not yet. */
    static void settle(Fd log, Container container) {
        if (!Files.exists(container.log())) {
            name(log, container);
        }
    }

    /** Makes it the log of this container. */
    static void name(Fd log, Container container) {
        Linux.link(log, container.log().toString());
    }
}
