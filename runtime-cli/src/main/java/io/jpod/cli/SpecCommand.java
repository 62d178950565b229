package io.jpod.cli;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.container.ContainerException;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import io.jpod.linux.SyscallException;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecTemplate;
import io.jpod.oci.SpecWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

final class SpecCommand implements Verb {
    private final Jpod jpod;
    private @Nullable String bundle;
    private boolean rootless;

    SpecCommand(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.value("-b --bundle=DIR", "Where to write it (default: the current directory).", v -> bundle = v);
        d.flag("--rootless", "For a container that its user starts without being root.", on -> rootless = on);
        d.footer(
                "It runs sh on a terminal in the directory rootfs beside it. A file that is there already is not touched.",
                "",
                "Example:",
                "  mkdir -p web/rootfs && jpod spec --bundle web");
    }

    @Override
    public Integer call() {
        Path directory = bundle == null ? jpod.caller().directory() : jpod.path(bundle);
        Spec spec = rootless ? SpecTemplate.rootless(jpod.caller().uid(), Processes.gid()) : SpecTemplate.rootful();
        Path file = directory.resolve("config.json");
        try (Fd fd = Linux.open(
                file.toString(),
                Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL,
                0666 & ~jpod.caller().umask())) {
            Linux.writeFully(fd, ByteBuffer.wrap(SpecWriter.write(spec).getBytes(StandardCharsets.UTF_8)));
        } catch (SyscallException e) {
            if (e.is(Errno.EEXIST)) {
                throw new ContainerException("File config.json exists. Remove it first", e);
            }
            throw e;
        }
        return ExitCode.OK.number();
    }
}
