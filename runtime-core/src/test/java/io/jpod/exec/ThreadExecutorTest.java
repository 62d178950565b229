package io.jpod.exec;

import static io.jpod.exec.ProgramBuilder.OUTPUT;
import static io.jpod.exec.ProgramBuilder.number;
import static io.jpod.exec.ProgramBuilder.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.plan.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ThreadExecutorTest extends ExecutorContract {
    private final ThreadExecutor executor = new ThreadExecutor(Kernel.get());

    @Override
    void run(Program program, Map<String, Fd> inputs, @Nullable Recording recording) throws OpFailed {
        executor.run(program, inputs, recording).values().forEach(Fd::close);
    }

    @Test
    void outputsAreTheCallers() throws Exception {
        int before = openDescriptors().size();
        try (Fd input = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            Program program = new ProgramBuilder()
                    .into(to(1), Sys.DUP, OUTPUT)
                    .into(to(2), Sys.DUP, OUTPUT)
                    .output("copy", 2)
                    .build();
            Map<String, Fd> outputs = executor.run(program, Map.of(ProgramBuilder.OUT, input));
            assertThat(outputs).containsOnlyKeys("copy");
            assertThat(openDescriptors()).hasSize(before + 2);
            outputs.get("copy").close();
        }
        assertThat(openDescriptors()).hasSize(before);
    }

    @Test
    void anInterruptedCallIsMadeAgain() throws OpFailed {
        AtomicInteger calls = new AtomicInteger();
        Kernel interrupting = new Kernel() {
            @Override
            public long syscall(int number, long a, long b, long c, long d, long e, long f) {
                return calls.incrementAndGet() < 4 ? -Errno.EINTR.number() : 0;
            }

            @Override
            public int spawn(long spawn) {
                throw new UnsupportedOperationException();
            }
        };
        try (Fd input = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            new ThreadExecutor(interrupting)
                    .run(new ProgramBuilder().call(Sys.GETPID).build(), Map.of(ProgramBuilder.OUT, input));
        }
        assertThat(calls).hasValue(4);
    }

    /** The thread's root, current directory, umask and namespaces are its own, and nobody else's afterwards. */
    @Test
    @Tag("root")
    void whatTheThreadBecomesTheJvmDoesNot() throws Exception {
        Path own = Path.of("/proc/thread-self/ns/uts");
        String before = Files.readSymbolicLink(own).toString();
        String name = Files.readString(Path.of("/proc/sys/kernel/hostname"));
        ProgramBuilder program = new ProgramBuilder();
        program.call(Sys.UNSHARE, number(Flags.CLONE_FS | Flags.CLONE_NEWUTS | Flags.CLONE_NEWNS))
                .call(Sys.SETHOSTNAME, program.string("other"), number(5))
                .call(Sys.UMASK, number(0777))
                .call(Sys.CHDIR, program.string("/proc"))
                .call(Sys.CHROOT, program.string("."));
        try (Fd input = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            executor.run(program.build(), Map.of(ProgramBuilder.OUT, input));
        }
        assertThat(Files.readSymbolicLink(own)).hasToString(before);
        assertThat(Path.of("/proc/sys/kernel/hostname")).hasContent(name);
        assertThat(Files.readSymbolicLink(Path.of("/proc/self/root"))).isEqualTo(Path.of("/"));
    }

    @Test
    void manyAtOnceDoNotMixUp() throws Exception {
        int before = openDescriptors().size();
        try (Fd input = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            Thread[] threads = new Thread[4];
            AtomicInteger failures = new AtomicInteger();
            for (int i = 0; i < threads.length; i++) {
                threads[i] = Thread.ofPlatform().start(() -> {
                    for (int run = 0; run < 50; run++) {
                        try {
                            Program program = new ProgramBuilder()
                                    .into(to(1), Sys.DUP, OUTPUT)
                                    .output("copy", 1)
                                    .build();
                            executor.run(program, Map.of(ProgramBuilder.OUT, input))
                                    .get("copy")
                                    .close();
                        } catch (OpFailed | RuntimeException e) {
                            failures.incrementAndGet();
                        }
                    }
                });
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).hasValue(0);
        }
        assertThat(openDescriptors()).hasSize(before);
    }
}
