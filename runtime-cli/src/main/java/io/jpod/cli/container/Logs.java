package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.engine.LogReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

public final class Logs implements Verb {
    private static final int CHUNK = 64 << 10;
    private static final int INTERVAL = 100;

    private boolean follow;
    private @Nullable Integer tail;
    private String id = "";

    @Override
    public void define(Definition d) {
        d.flag("-f --follow", "Go on until the container has ended.", on -> follow = on);
        d.value("-n --tail=LINES", "Begin with the last so many lines.", Integer.class, v -> tail = v);
        d.operand("ID", "The container.", v -> id = v);
        d.examples("jpod logs web", "jpod logs --follow --tail 10 web");
    }

    @Override
    public int call(Jpod jpod) {
        Container container = jpod.containers().get(id);
        if (!container.log().exists()) {
            throw new ContainerException(
                    "container " + id + " has no log: only those that run --detach --rootfs started have one");
        }
        try (LogReader log = LogReader.open(container.log())) {
            if (tail != null) {
                log.tail(Math.max(0, tail));
            }
            print(jpod, log);
            boolean running = follow;
            while (running && jpod.caller().listens(0)) {
                // In this order, so that nothing is missed that came before the end.
                running = !container.awaitEnd(jpod.caller().connection(), INTERVAL);
                if (!running) {
                    // The exit code is written after the last of the terminal's output.
                    container.await();
                }
                print(jpod, log);
            }
            return jpod.heardOut();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + container.log().path() + ": " + e.getMessage(), e);
        }
    }

    private void print(Jpod jpod, LogReader log) throws IOException {
        PrintStream out = jpod.out();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (!out.checkError() && log.read(chunk) > 0) {
            out.write(chunk.array(), 0, chunk.position());
            chunk.clear();
        }
        out.flush();
    }
}
