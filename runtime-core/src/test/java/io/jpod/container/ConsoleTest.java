package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Message;
import io.jpod.linux.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A terminal that is sent over a socket. */
class ConsoleTest extends ContainerTests {
    private List<Fd> pair = List.of();

    @BeforeEach
    void makeSocket() {
        pair = Sockets.pair(Flags.SOCK_STREAM);
    }

    private Bundle terminal(String... args) {
        Bundle bundle = bundle(args);
        bundle.set("process.terminal", true).set("process.consoleSize", map("height", 33, "width", 99));
        return bundle.mount(mount("/dev/pts", "devpts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620"));
    }

    private CreateOptions options(Bundle bundle) {
        CreateOptions some = bundle.options("c");
        return new CreateOptions("c", some.bundle(), 0, some.stdio(), pair.getFirst(), true, true, 0, Belonging.NONE);
    }

    @Test
    void isStdioAndControlsTheSession() {
        Bundle bundle = terminal("tty", "+", "fds", "+", "stat", "/dev/console", "+", "pids");
        bundle.set("process.user.uid", 7);
        try (Created created = started(bundle.spec(), options(bundle), spawner)) {
            assertThat(created.await()).as(bundle::output).isZero();
            String text = printed();
            assertThat(text)
                    .startsWith("0 yes\n1 yes\n2 yes\ncontrolling yes\nsize 33 99\n")
                    .contains("0 /dev/pts/0\n", "1 /dev/pts/0\n", "2 /dev/pts/0\n", "sid 1\n")
                    .containsPattern("char 0620 7 \\d+ 136:0 /dev/console\n");
        } finally {
            pair.forEach(Fd::close);
        }
    }

    @Test
    void liesInAReadOnlyDevToo() {
        for (String option : List.of("ro", "rro")) {
            pair.forEach(Fd::close);
            pair = Sockets.pair(Flags.SOCK_STREAM);
            Bundle bundle = terminal("tty", "+", "stat", "/dev/console", "+", "write", "/dev/x", "1");
            bundle.set(
                    "mounts",
                    List.of(
                            mount("/proc", "proc", "proc"),
                            mount("/dev", "tmpfs", "tmpfs", option, "mode=755"),
                            mount("/dev/pts", "devpts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620")));
            try (Created created = started(bundle.spec(), options(bundle), spawner)) {
                assertThat(created.await()).as(bundle::output).isEqualTo(1);
                assertThat(printed())
                        .startsWith("0 yes\n")
                        .contains("/dev/console\n")
                        .endsWith("write: /dev/x: EROFS\n");
                created.container().delete(false, spawner);
            } finally {
                pair.forEach(Fd::close);
            }
        }
    }

    private String printed() {
        Message message = Sockets.receive(pair.get(1), 64, 1);
        assertThat(new String(message.bytes(), UTF_8)).isEqualTo("/dev/ptmx");
        try (Fd ptmx = message.fds().getFirst();
                Arena arena = Arena.ofConfined()) {
            StringBuilder text = new StringBuilder();
            MemorySegment buffer = arena.allocate(4096);
            // The end of a terminal whose other side is closed is EIO, pty(7).
            for (long n = read(ptmx, buffer); n > 0; n = read(ptmx, buffer)) {
                text.append(new String(buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE), UTF_8));
            }
            return text.toString().replace("\r\n", "\n");
        }
    }

    private static long read(Fd fd, MemorySegment buffer) {
        return Kernel.get()
                .syscall(Sys.READ.number(Arch.host()), fd.number(), buffer.address(), buffer.byteSize(), 0, 0, 0);
    }

    @Test
    void forExecToo() {
        Container container = start(terminal("sleep", "1000").set("process.terminal", false), "c")
                .container();
        Bundle process = terminal("tty", "+", "pids");
        ExecOptions options = new ExecOptions("", process.stdio(), pair.getFirst(), 0, null, false);
        try (ReadyProcess executed = container.exec(process.spec().process(), options, spawner, Observer.NONE)) {
            executed.execute();
            assertThat(executed.await()).isZero();
            assertThat(printed()).startsWith("0 yes\n1 yes\n2 yes\ncontrolling yes\nsize 33 99\npid 2\n");
        } finally {
            pair.forEach(Fd::close);
        }
    }

    @Test
    void needsASocketAndADevpts() {
        Bundle bundle = terminal("true");
        assertThatThrownBy(() -> create(bundle, "c"))
                .hasMessage("config.json: process.terminal: needs a console socket");
        Bundle without = bundle("true").set("process.terminal", true);
        assertThatThrownBy(() -> containers.create(without.spec(), options(without), spawner, Observer.NONE))
                .hasMessageContaining("a terminal needs a devpts mount on /dev/pts");
        pair.forEach(Fd::close);
    }
}
