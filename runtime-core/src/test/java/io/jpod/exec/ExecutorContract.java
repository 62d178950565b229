package io.jpod.exec;

import static io.jpod.exec.ProgramBuilder.OUTPUT;
import static io.jpod.exec.ProgramBuilder.number;
import static io.jpod.exec.ProgramBuilder.on;
import static io.jpod.exec.ProgramBuilder.register;
import static io.jpod.exec.ProgramBuilder.skip;
import static io.jpod.exec.ProgramBuilder.to;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Sockets;
import io.jpod.plan.Names;
import io.jpod.plan.Op;
import io.jpod.plan.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a program means, whoever runs it. */
abstract class ExecutorContract {
    private final ProgramBuilder program = new ProgramBuilder();
    private List<Fd> pair = List.of();
    private List<String> descriptors = List.of();

    /** Runs a program to its end; all of its inputs are given. */
    void run(Program program, Map<String, Fd> inputs) throws OpFailed {
        run(program, inputs, null);
    }

    abstract void run(Program program, Map<String, Fd> inputs, @Nullable Recording recording) throws OpFailed;

    @BeforeEach
    void open() throws IOException {
        pair = Sockets.pair(Flags.SOCK_STREAM);
        warmUp();
        descriptors = openDescriptors();
    }

    @AfterEach
    void nothingStaysOpen() throws IOException {
        assertThat(openDescriptors()).containsExactlyElementsOf(descriptors);
        pair.forEach(Fd::close);
    }

    /** What is made once and kept. */
    private void warmUp() {
        try {
            run(program.build());
        } catch (OpFailed e) {
            throw new AssertionError(e);
        }
    }

    private void run(Program program) throws OpFailed {
        run(program, Map.of(ProgramBuilder.OUT, pair.getFirst()));
    }

    /** What they are, without the JVM's own classes. */
    static List<String> openDescriptors() throws IOException {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : fds.toList()) {
                // The listing's own is gone by now.
                if (Files.exists(fd, LinkOption.NOFOLLOW_LINKS)) {
                    targets.add(Files.readSymbolicLink(fd).toString());
                }
            }
        }
        targets.removeIf(target -> target.matches(".*(\\.jar|\\.so|/modules|/u?random)"));
        targets.sort(null);
        return targets;
    }

    /** What the program has written so far. */
    private String said() {
        try (Fd copy = Linux.duplicate(pair.get(1))) {
            Sockets.shutdown(pair.getFirst());
            return new String(Linux.readFully(copy, 1 << 16), UTF_8);
        }
    }

    private void assertFails(int op, int errno) {
        assertThatThrownBy(() -> run(program.build())).isInstanceOfSatisfying(OpFailed.class, failed -> {
            assertThat(failed.op()).isEqualTo(op);
            assertThat(failed.errno()).isEqualTo(errno);
        });
    }

    @Test
    void nothingIsDoneByNoProgram() throws OpFailed {
        run(program.build());
        assertThat(said()).isEmpty();
    }

    @Test
    void callsAreMadeInOrder() throws OpFailed {
        run(program.say("one ").say("two ").say("three").build());
        assertThat(said()).isEqualTo("one two three");
    }

    @Test
    void resultsGoToRegisters() throws OpFailed {
        Op.Blob buffer = program.bytes(new byte[5]);
        program.into(to(3), Sys.MEMFD_CREATE, program.string("x"), number(Flags.MFD_CLOEXEC))
                .call(Sys.WRITE, register(3), program.string("hello"), number(5))
                .call(Sys.LSEEK, register(3), number(0), number(0))
                .call(Sys.READ, register(3), buffer, number(5))
                .call(Sys.WRITE, OUTPUT, buffer, number(5))
                .call(Sys.CLOSE, register(3));
        run(program.build());
        assertThat(said()).isEqualTo("hello");
    }

    @Test
    void resultsGoToTheBlobAs32Bits() throws OpFailed {
        Op.Blob place = program.bytes("--------".getBytes(UTF_8));
        program.into(new Op.ToBlob(place.offset() + 2), Sys.FCNTL, OUTPUT, number(Flags.F_DUPFD_CLOEXEC), number(300))
                .call(Sys.WRITE, OUTPUT, place, number(8));
        run(program.build());
        try (Fd copy = Linux.duplicate(pair.get(1))) {
            Sockets.shutdown(pair.getFirst());
            ByteBuffer bytes = ByteBuffer.wrap(Linux.readFully(copy, 8)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(bytes.getInt(2)).isGreaterThanOrEqualTo(300);
            assertThat(bytes.getShort(0)).isEqualTo((short) 0x2d2d);
            assertThat(bytes.getShort(6)).isEqualTo((short) 0x2d2d);
        }
    }

    @Test
    void aFailedCallStoresNothing() throws OpFailed {
        program.add(to(0), List.of(on(new Op.OnAnyError(), skip(0))), Sys.DUP, number(-1))
                .say("still there");
        run(program.build());
        assertThat(said()).isEqualTo("still there");
    }

    @Test
    void pointersInTheBlobAreRelocated() throws OpFailed {
        Op.Blob text = program.string("through pointers");
        byte[] iovec = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(8, 16)
                .array();
        Op.Blob vector = program.bytes(iovec);
        Op.Blob header = program.bytes(ByteBuffer.allocate(56)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(24, 1)
                .array());
        program.point(vector.offset(), text);
        program.point(header.offset() + 16, vector);
        run(program.call(Sys.SENDMSG, OUTPUT, header, number(0)).build());
        assertThat(said()).isEqualTo("through pointers");
    }

    /** Descriptors: dup(-1) is EBADF, dup of the output succeeds, read of /dev/null is 0. */
    @ParameterizedTest
    @CsvSource({
        "EBADF,       error,   skipped",
        "EBADF,       success, next",
        "EPERM,       error,   fails",
        "ANY,         error,   skipped",
        "ANY,         success, next",
        "SUCCESS,     success, skipped",
        "SUCCESS,     error,   fails",
        "ZERO,        zero,    skipped",
        "ZERO,        success, next",
        "ZERO,        error,   fails",
        "NONE,        success, next",
        "NONE,        zero,    next",
        "NONE,        error,   fails",
    })
    void casesDecide(String match, String outcome, String then) throws OpFailed {
        List<Op.Case> cases = switch (match) {
            case "EBADF" -> List.of(on(Errno.EBADF, skip(1)));
            case "EPERM" -> List.of(on(Errno.EPERM, skip(1)));
            case "ANY" -> List.of(on(new Op.OnAnyError(), skip(1)));
            case "SUCCESS" -> List.of(on(new Op.OnSuccess(), skip(1)));
            case "ZERO" -> List.of(on(new Op.OnZero(), skip(1)));
            default -> List.of();
        };
        Op.Blob buffer = program.bytes(new byte[8]);
        switch (outcome) {
            case "error" -> program.cases(cases, Sys.LSEEK, number(-1), number(0), number(0));
            case "zero" -> program.cases(cases, Sys.WRITE, OUTPUT, buffer, number(0));
            default -> program.cases(cases, Sys.GETPID);
        }
        program.say("next ").say("skipped");
        if (then.equals("fails")) {
            assertFails(0, Errno.EBADF.number());
        } else {
            run(program.build());
            assertThat(said()).isEqualTo(then.equals("next") ? "next skipped" : "skipped");
        }
    }

    @Test
    void theFirstCaseThatMatchesDecides() throws OpFailed {
        List<Op.Case> cases = List.of(
                on(Errno.EPERM, new Op.Fail()),
                on(new Op.OnAnyError(), skip(2)),
                on(Errno.EBADF, new Op.Fail()),
                on(new Op.OnSuccess(), new Op.Fail()));
        run(program.cases(cases, Sys.DUP, number(-1)).say("a").say("b").say("c").build());
        assertThat(said()).isEqualTo("c");
    }

    @Test
    void aSkipMayEndBehindTheLastCall() throws OpFailed {
        run(program.cases(List.of(on(new Op.OnSuccess(), skip(2))), Sys.GETPID)
                .say("a")
                .say("b")
                .build());
        assertThat(said()).isEmpty();
    }

    @Test
    void aFailureSaysWhereAndWhy() {
        program.say("before")
                .call(Sys.GETPID)
                .call(Sys.OPENAT, number(Flags.AT_FDCWD), program.string("/not/there"), number(0));
        program.say("behind");
        assertFails(2, Errno.ENOENT.number());
        assertThat(said()).isEqualTo("before");
    }

    @Test
    void successCanBeAFailureToo() {
        program.cases(List.of(on(new Op.OnZero(), new Op.Fail())), Sys.WRITE, OUTPUT, program.string(""), number(0));
        assertFails(0, 0);
    }

    @Test
    void whatWasOpenedBeforeAFailureIsClosed() {
        for (int i = 1; i < 8; i++) {
            program.into(to(i), Sys.DUP, OUTPUT);
        }
        // A register that is used again: the descriptor that was in it is still open.
        program.into(to(1), Sys.DUP, OUTPUT).call(Sys.CLOSE, register(2)).call(Sys.CHDIR, program.string("/not/there"));
        assertFails(9, Errno.ENOENT.number());
    }

    @Test
    void tooManyRegistersAreRefused() {
        assertThatThrownBy(() -> run(program.build(257))).hasMessageContaining("more than 256 descriptors at once");
    }

    @Test
    void aMissingInputIsNamed() {
        assertThatThrownBy(() -> run(program.input("other", 1).build()))
                .hasMessageContaining("needs a descriptor: other");
    }

    /** Of the calls of a test's program, without what {@link #run} may have added. */
    private List<Recording.Call> recorded() {
        Program built = program.build();
        try (Recording recording = new Recording(built, Names.NONE)) {
            try {
                run(built, Map.of(ProgramBuilder.OUT, pair.getFirst()), recording);
            } catch (OpFailed e) {
                assertThat(recording.untilTheEnd()).hasSize(e.op() + 1);
                assertThat(recording.untilTheEnd().getLast().isEnd()).isTrue();
            }
            return recording.calls();
        }
    }

    @Test
    void whatIsRecordedIsWhatHappened() {
        program.into(to(3), Sys.MEMFD_CREATE, program.string("x"), number(Flags.MFD_CLOEXEC))
                .call(Sys.WRITE, register(3), program.string("hello"), number(5))
                .cases(List.of(on(Errno.EBADF, skip(1))), Sys.LSEEK, number(-1), number(0), number(0))
                .say("skipped")
                .cases(List.of(on(new Op.OnAnyError(), skip(0))), Sys.DUP, number(-1))
                .say("said")
                .call(Sys.CHDIR, program.string("/not/there"))
                .say("behind");
        List<Recording.Call> calls = recorded();
        assertThat(said()).isEqualTo("said");
        long memfd = calls.getFirst().result();
        assertThat(memfd).isGreaterThan(2);
        assertThat(calls).extracting(Recording.Call::result).containsExactly(memfd, 5L, -9L, 0L, -9L, 4L, -2L, 0L);
        assertThat(calls)
                .extracting(Recording.Call::isMade)
                .containsExactly(true, true, true, false, true, true, true, false);
        assertThat(calls).filteredOn(Recording.Call::isMade).allMatch(call -> call.nanoseconds() > 0);
        assertThat(calls).filteredOn(call -> !call.isMade()).allMatch(call -> call.nanoseconds() == -1);
        // The real descriptor, with its name.
        assertThat(calls.get(1).arguments().getFirst()).isEqualTo(memfd + "<r3>");
        assertThat(calls.get(3).arguments().getFirst()).isEqualTo("<out>");
    }

    @Test
    void aSkipToTheEndIsRecordedToTheEnd() {
        program.cases(List.of(on(new Op.OnSuccess(), skip(1))), Sys.GETPID).say("skipped");
        Program built = program.build();
        try (Recording recording = new Recording(built, Names.NONE)) {
            run(built, Map.of(ProgramBuilder.OUT, pair.getFirst()), recording);
            assertThat(recording.untilTheEnd())
                    .extracting(Recording.Call::outcome)
                    .containsExactly(Recording.Outcome.RETURNED, Recording.Outcome.NOT_MADE);
        } catch (OpFailed e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingIsRecordedOfNoProgram() {
        assertThat(recorded()).isEmpty();
    }
}
