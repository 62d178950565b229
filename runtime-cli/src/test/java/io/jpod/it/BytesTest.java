package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Built;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's strings are bytes: those that are not UTF-8 reach the container as they are. */
@Tag("root")
class BytesTest extends JpodTests {
    private static final String SOME = "'b\\xffc\\xe2\\x82d\\xc3\\xa9'";
    private static final String IN_HEX = "62ff63e28264c3a9";

    private static String rootfs;

    @BeforeAll
    static void start() throws Exception {
        rootfs = Bundle.busybox(jpod.newDir("box")).rootfs().toString();
    }

    /** Through bash, since Java passes nobody such arguments. $J is jpod, $B the bytes. */
    private static Result bash(boolean resident, String script) {
        String whole = "set -e; J=\"$0 $1 $2\"; B=$(printf " + SOME + "); " + script;
        Jpod.Call call = jpod.call().through("bash", "-c", whole);
        return (resident ? call : call.oneShot()).run();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void argumentsAndVariables(boolean resident) {
        Result ran = bash(
                resident,
                "export X=\"$B\"; $J run --rootfs " + rootfs
                        + " -e A=\"$B\" -e X -- sh -c 'printf \"$1$A$X\" | od -An -tx1' sh \"$B\"");
        assertThat(ran.ok().out().replaceAll("\\s", "")).isEqualTo(IN_HEX.repeat(3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLogsName(boolean resident) {
        Result ran = bash(resident, "! $J --log \"$B\" state none 2>/dev/null; cat \"$B\"; rm \"$B\"");
        assertThat(ran.ok().out()).contains("level=error").contains("none");
    }

    @Test
    void execToo() {
        Result ran = bash(
                true,
                "I=" + jpod.id() + "; $J run -d --name $I --rootfs " + rootfs + " -- sleep 1000 >/dev/null; "
                        + "$J exec -e A=\"$B\" $I sh -c 'printf \"$1$A\" | od -An -tx1' sh \"$B\"; $J delete -f $I");
        assertThat(ran.ok().out().replaceAll("\\s", "")).isEqualTo(IN_HEX.repeat(2));
    }

    /** The record keeps them. */
    @Test
    void alsoWhenItIsStartedAgain() {
        Result ran = bash(
                false,
                "I=" + jpod.id() + "; $J run -d --name $I --rootfs " + rootfs
                        + " -e A=\"$B\" -- sh -c 'printf \"$A\" | od -An -tx1' >/dev/null; $J wait $I >/dev/null; "
                        + "$J restart $I >/dev/null; $J wait $I >/dev/null; $J logs $I; $J inspect $I >/dev/null; $J delete $I");
        assertThat(ran.ok().out().replaceAll("\\s", "")).isEqualTo(IN_HEX.repeat(2));
    }

    @Test
    void aDirectoryWhoseNameIsNotUtf8IsOneToBeIn() {
        Result ran = bash(
                false,
                "mkdir \"$B\"; cd \"$B\"; $J run --pid-file pid --rootfs " + rootfs
                        + " -- echo yes; ls; cd ..; rm -r \"$B\"");
        assertThat(ran.ok().out()).isEqualTo("yes\npid\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run --rootfs \"$B\" -- true", "run -b \"$B\" x", "state \"$B\"", "\"$B\""})
    void whereItCannotBeItIsOneLine(String words) {
        for (boolean resident : new boolean[] {true, false}) {
            Result refused = bash(resident, "$J " + words);
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).doesNotContain("Exception", "\tat ");
            assertThat(refused.err().lines().filter(line -> !line.startsWith("Try '")))
                    .hasSize(1);
        }
    }

    @Test
    void whatIsExecutedMayBeCalledSo() throws IOException {
        Result ran = bash(
                true,
                "cp " + Built.PROBE.file() + " " + rootfs + "/\"$B\"; $J run --rootfs " + rootfs
                        + " -- \"/$B\" echo yes; rm " + rootfs + "/\"$B\"");
        assertThat(ran.ok().out()).isEqualTo("yes\n");
    }
}
