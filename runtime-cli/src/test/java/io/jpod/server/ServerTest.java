package io.jpod.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Flags;
import io.jpod.cli.Cli;
import io.jpod.engine.hands.Wire;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import io.jpod.linux.Sockets;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTest {
    /** Loads a filter that lets everything pass, and goes on as the program behind it. */
    private static final String FILTERED = "python3 -c import ctypes,os,struct,sys;"
            + "code=ctypes.create_string_buffer(struct.pack('HBBI',6,0,0,0x7fff0000));"
            + "fprog=ctypes.create_string_buffer(struct.pack('HxxxxxxP',1,ctypes.addressof(code)));"
            + "ctypes.CDLL(None).prctl(22,2,ctypes.c_ulong(ctypes.addressof(fprog)),0,0)==0 or sys.exit('prctl');"
            + "os.execv(sys.argv[1],sys.argv[1:])";

    @TempDir
    Path dir;

    @Test
    @Needs(Built.HANDS)
    void servesManyCallersAtOnce() throws Exception {
        try (Resident resident = new Resident(dir, Cli::run);
                ExecutorService callers = Executors.newFixedThreadPool(20)) {
            Callable<String> version = () -> {
                Process process = resident.call(List.of(), "--version");
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return process.waitFor() + " " + out;
            };
            List<Callable<String>> calls = java.util.Collections.nCopies(200, version);
            for (Future<String> answer : callers.invokeAll(calls)) {
                assertThat(answer.get()).startsWith("0 jpod version").contains("\nspec: 1.3.0\n");
            }
            assertThat(resident.log).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-m", "-pf", "-rU", "-n", "-i", "-u", "-C", "-Tf"})
    @Tag("root")
    @Needs(Built.HANDS)
    void sendsACallerFromAnotherNamespaceElsewhere(String namespace) throws Exception {
        try (Resident resident = new Resident(dir, Cli::run)) {
            Process process = resident.call(List.of("unshare", namespace), "--version");
            assertThat(process.getErrorStream().readAllBytes()).asString().contains(Resident.ONE_SHOT);
        }
    }

    /** Fewer rights, or more, or just others: with the server's it could do what it may not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "setpriv --bounding-set=-all --inh-caps=-all",
                "setpriv --bounding-set=-sys_time",
                "setpriv --inh-caps=+chown",
                "setpriv --inh-caps=+chown --ambient-caps=+chown",
                "setpriv --securebits=+noroot",
                "setpriv --no-new-privs",
                "setpriv --regid 4711 --keep-groups",
                "setpriv --egid 4711 --keep-groups",
                "setpriv --groups 4711,4712",
                FILTERED
            })
    @Tag("root")
    @Needs(Built.HANDS)
    void sendsACallerWithOtherRightsElsewhere(String prefix) throws Exception {
        try (Resident resident = new Resident(dir, Cli::run)) {
            assertThat(called(resident, List.of())).startsWith("jpod version");
            List<String> words = new ArrayList<>(List.of(prefix.split(" ", prefix.equals(FILTERED) ? 3 : -1)));
            // An enclosing filter or missing tool is no answer of the server.
            assertThat(called(resident, words)).contains(Resident.ONE_SHOT);
            assertThat(called(resident, List.of())).startsWith("jpod version");
        }
    }

    /** A login is a member of its own group, a service of none, and no check cares. */
    @Test
    @Tag("root")
    @Needs(Built.HANDS)
    void aGroupThatIsAMembersOwnIsNoOtherRight() throws Exception {
        try (Resident resident = new Resident(dir, Cli::run)) {
            assertThat(called(resident, List.of("setpriv", "--groups", "0"))).startsWith("jpod version");
        }
    }

    private static String called(Resident resident, List<String> prefix) throws IOException {
        Process process = resident.call(prefix, "--version");
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                + new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Who connects and ends is nobody, even if somebody else goes on with the connection. */
    @Test
    @Needs(Built.HANDS)
    void sendsWhoeverGoesOnWithAnothersConnectionElsewhere() throws Exception {
        String connect = "import socket,os,sys,time,array\n"
                + "s=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET); s.connect(sys.argv[1])\n"
                + "parent=os.getpid()\n"
                + "if os.fork(): os._exit(0)\n"
                + "while os.getppid()==parent: time.sleep(0.01)\n"
                + "m=os.memfd_create('t'); os.write(m,b'jpod\\0--version\\0/\\0'); n=os.open('/dev/null',os.O_RDWR)\n"
                + "s.sendmsg([bytes([1,0,0,0," + Wire.VERSION + ",0,0,0,2,0,0,0,0,0,0,0,0,0,0,0])],"
                + "[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[m,n,n,n,n]))])\n"
                + "print(s.recv(100)[0])\n";
        try (Resident resident = new Resident(dir, Cli::run)) {
            Process process = new ProcessBuilder("python3", "-c", connect, resident.socket.toString())
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
                    .isEqualTo(Integer.toString(Wire.ELSEWHERE));
        }
    }

    @Test
    @Tag("root")
    @Needs(Built.HANDS)
    void sendsACallerWithAnotherRootElsewhere() throws Exception {
        String enter = "JPOD_SOCKET=/run/brain.sock exec chroot " + dir + " /bin/jpod --version";
        try (Resident resident = new Resident(dir, Cli::run)) {
            Process process = resident.call(List.of("sh", "-c", enter));
            assertThat(process.getErrorStream().readAllBytes())
                    .as("a brain of its own would need more of a root")
                    .asString()
                    .startsWith("jpod: /dev/null: ");
            assertThat(process.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void aMalformedPeerHarmsNobodyElse() throws Exception {
        try (Resident resident = new Resident(dir, Cli::run)) {
            for (List<Message> words : malformed()) {
                try (Fd connection = resident.connect()) {
                    for (Message message : words) {
                        Sockets.send(connection, message);
                    }
                    assertThat(answers(connection)).as("to %s", words).isEmpty();
                }
            }
            assertThat(resident.log).hasSizeGreaterThan(8);
            resident.connect().close();
            assertThat(answers(resident, hello(Wire.VERSION, text("jpod\0--version\0A=b\0/\0"), 2, 1)))
                    .containsExactly(Wire.ACCEPTED, Wire.EXIT);
            assertThat(new java.io.File("/proc/self/fd").list().length).isLessThan(200);
        }
    }

    @Test
    void randomPacketsHarmNobody() throws Exception {
        Random random = new Random(7);
        try (Resident resident = new Resident(dir, Cli::run)) {
            for (int i = 0; i < 300; i++) {
                byte[] bytes = new byte[1 + random.nextInt(24)];
                random.nextBytes(bytes);
                bytes[0] = (byte) random.nextInt(4);
                try (Fd connection = resident.connect()) {
                    Sockets.send(connection, new Message(bytes, List.of()));
                }
            }
            assertThat(answers(resident, hello(Wire.VERSION, text("jpod\0--help\0/\0"), 2, 0)))
                    .containsExactly(Wire.ACCEPTED, Wire.EXIT);
        }
    }

    private static List<List<Message>> malformed() {
        Fd zero = Linux.open("/dev/zero", Flags.O_RDONLY, 0);
        Fd endless = Linux.pipe().getFirst();
        List<List<Message>> all = new ArrayList<>();
        all.add(List.of(new Message(new byte[] {1}, List.of())));
        all.add(List.of(new Message(new byte[4096], List.of())));
        all.add(List.of(new Message(Wire.word(Wire.EXIT, 1), List.of())));
        all.add(List.of(new Message(hello(Wire.VERSION, 1, 0), List.of())));
        all.add(List.of(new Message(hello(Wire.VERSION, 1, 0), List.of(zero, zero, zero, zero))));
        all.add(List.of(
                new Message(hello(Wire.VERSION, 1, 0), List.of(zero, zero, zero, zero, zero, zero, zero, zero))));
        all.add(List.of(hello(Wire.VERSION, endless, 1, 0)));
        all.add(List.of(hello(Wire.VERSION, zero, 1, 0)));
        all.add(List.of(hello(Wire.VERSION + 1, text("jpod\0/\0"), 1, 0)));
        for (int[] counts : new int[][] {{0, 1}, {-1, 2}, {2, 0}, {1, -1}, {Integer.MAX_VALUE, Integer.MAX_VALUE}}) {
            all.add(List.of(hello(Wire.VERSION, text("jpod\0/\0"), counts[0], counts[1])));
        }
        all.add(List.of(hello(Wire.VERSION, text("jpod\0no end"), 1, 0)));
        all.add(List.of(hello(Wire.VERSION, text(""), 0, -1)));
        return all;
    }

    private static byte[] hello(int version, int argc, int envc) {
        return ByteBuffer.allocate(20)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(Wire.HELLO)
                .putInt(version)
                .putInt(argc)
                .putInt(envc)
                .array();
    }

    private static Message hello(int version, Fd text, int argc, int envc) {
        Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
        return new Message(hello(version, argc, envc), List.of(text, nothing, nothing, nothing, nothing));
    }

    private static Fd text(String content) {
        return Linux.sealedMemfd("text", content.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Integer> answers(Resident resident, Message hello) {
        try (Fd connection = resident.connect()) {
            Sockets.send(connection, hello);
            hello.closeFds();
            return answers(connection);
        }
    }

    /** The types of all messages until EXIT or a hang-up. */
    private static List<Integer> answers(Fd connection) {
        List<Integer> types = new ArrayList<>();
        while (!types.contains(Wire.EXIT)) {
            Message message = Sockets.receive(connection, 100, 0);
            if (message == null) {
                return types;
            }
            types.add(ByteBuffer.wrap(message.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getInt());
        }
        return types;
    }

    @Test
    void aCommandThatThrowsEndsOnlyItself() throws Exception {
        Resident resident = new Resident(dir, caller -> {
            throw new StackOverflowError("deep");
        });
        try (resident) {
            for (int i = 0; i < 3; i++) {
                assertThat(answers(resident, hello(Wire.VERSION, text("jpod\0/\0"), 1, 0)))
                        .containsExactly(Wire.ACCEPTED);
            }
            assertThat(resident.serves()).isTrue();
        }
        assertThat(resident.log).containsExactly("deep", "deep", "deep");
    }

    @Test
    void servesUntilNobodyHasCalledForSoLong() throws Exception {
        List<Fd> patron = Sockets.pair(Flags.SOCK_SEQPACKET);
        Path socket = dir.resolve("run/brain.sock");
        try (Server server = new Server(Listener.at(socket), caller -> 0, () -> {}, line -> {})) {
            long start = System.nanoTime();
            server.serve(patron.getFirst(), java.time.Duration.ofMillis(200));
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000L);
        }
        assertThat(socket).doesNotExist();
        patron.forEach(Fd::close);
    }

    @Test
    void servesUntilItsPatronHangsUp() throws Exception {
        List<Fd> patron = Sockets.pair(Flags.SOCK_SEQPACKET);
        try (Server server =
                new Server(Listener.at(dir.resolve("run/brain.sock")), caller -> 0, () -> {}, line -> {})) {
            Thread serving = Thread.ofPlatform().start(() -> server.serve(patron.getFirst(), null));
            patron.getLast().close();
            serving.join();
        }
        patron.getFirst().close();
    }

    @Test
    void aSecondBrainIsRefusedAndAStaleSocketTakenOver() throws IOException {
        Path socket = dir.resolve("run/brain.sock");
        try (Listener first = Listener.at(socket)) {
            assertThatThrownBy(() -> Listener.at(socket)).hasMessage("another brain serves at " + socket);
            // As after kill -9: the file stays, the descriptors do not.
            first.socket().close();
            first.lock().close();
            assertThat(socket).exists();
            try (Listener second = Listener.at(socket)) {
                first.close();
                assertThat(socket).as("the second one's file").exists();
                Sockets.connect(socket.toString(), Flags.SOCK_SEQPACKET).close();
            }
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void onlyTheOwnerCanCall() throws IOException {
        Path socket = dir.resolve("run/brain.sock");
        try (Listener listener = Listener.at(socket)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                    .isEqualTo("rwx------");
            assertThat(listener.file()).isEqualTo(socket);
        }
        Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> Listener.at(socket)).hasMessageContaining("nobody else can write to");
    }
}
