package io.jpod.oci;

import static io.jpod.oci.Examples.bytes;
import static io.jpod.oci.Examples.config;
import static io.jpod.oci.Examples.device;
import static io.jpod.oci.Examples.hook;
import static io.jpod.oci.Examples.linux;
import static io.jpod.oci.Examples.mount;
import static io.jpod.oci.Examples.process;
import static io.jpod.oci.Examples.resources;
import static io.jpod.oci.Examples.seccomp;
import static io.jpod.oci.Examples.seccompRule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jpod.json.InvalidJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong is refused, with its place in the file and the reason, on one line. */
class HostileConfigTest {
    @ParameterizedTest(name = "{1}: {2}")
    @MethodSource({
        "syntax",
        "topLevel",
        "processes",
        "rlimitsAndSchedulers",
        "mountsAndHooks",
        "namespacesAndIds",
        "devices",
        "linuxRest",
        "limits",
        "seccompProfiles"
    })
    void isRefused(String json, String path, String words) {
        check(bytes(json), path, words);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource
    void rawBytesAreRefused(byte[] json, String words) {
        check(json, "", words);
    }

    private static void check(byte[] json, String path, String words) {
        Throwable thrown = catchThrowable(() -> SpecReader.read(json, "config.json"));
        assertThat(thrown).isInstanceOf(InvalidJson.class);
        InvalidJson invalid = (InvalidJson) thrown;
        assertThat(invalid.path()).as(invalid.getMessage()).isEqualTo(path);
        assertThat(invalid)
                .hasMessageStartingWith("config.json: " + (path.isEmpty() ? "" : path + ": "))
                .hasMessageContaining(words);
        assertThat(invalid.getMessage()).hasSizeLessThan(1000).matches("[\\x20-\\x7e]*");
    }

    static Stream<Arguments> syntax() {
        return Stream.of(
                arguments("", "", "is empty"),
                arguments(" \n", "", "is empty"),
                arguments("{", "", "ends too early"),
                arguments("{\"ociVersion\": \"1.3", "", "ends too early"),
                arguments("{} {}", "", "more text behind the end of the object, at line 1, column 4"),
                arguments(config("\"root\": null") + "x", "", "is not JSON: Unrecognized token 'x'"),
                arguments("[]", "", "must be an object, is an array"),
                arguments("null", "", "must be an object, is null"),
                arguments("\"config\"", "", "must be an object, is a string"),
                arguments("17", "", "must be an object, is a number"),
                arguments("{'a': 1}", "", "is not JSON: Unexpected character"),
                arguments("{\"a\": 1,}", "", "is not JSON: Unexpected character"),
                arguments("{\"a\" 1}", "", "(line 1, column 6)"),
                arguments("{\"a\": 01}", "", "is not JSON: Invalid numeric value"),
                arguments("{\"a\": +1}", "", "is not JSON"),
                arguments("{\"a\": .5}", "", "is not JSON"),
                arguments("{\"a\": NaN}", "", "is not JSON"),
                arguments("{\"a\": 1 // one\n}", "", "is not JSON"),
                arguments("{\"a\": \"tab\there\"}", "", "is not JSON: Illegal unquoted character"),
                arguments("{\"a\": \"\\x41\"}", "", "is not JSON: Unrecognized character escape"),
                arguments("{\"a\": \"\\u12\"}", "", "is not JSON"),
                arguments("{\"a\": 1" + "0".repeat(2000) + "}", "", "is not JSON"),
                arguments("\ufeff{}", "", "is not JSON: Unexpected character ('\\ufeff'"),
                arguments("{\u001b[31m}", "", "is not JSON"),
                arguments("{\u202e}", "", "is not JSON"),
                arguments("{\"a\": 1, \"a\": 1}", "a", "is there twice"),
                arguments(process("\"cwd\": \"/tmp\""), "process.cwd", "is there twice"),
                arguments("{\"x\": {\"a.b\": [{}, {\"c\": 1, \"c\": 2}]}}", "x[\"a.b\"][1].c", "is there twice"),
                arguments("{\"a\": " + "[".repeat(64) + "]".repeat(64) + "}", "a" + "[0]".repeat(63), "64 levels deep"),
                arguments("[".repeat(1_000_000), "[0]".repeat(64), "64 levels deep"),
                arguments(config("\"hostname\": \"a\\u0000b\""), "hostname", "contains NUL (\\u0000)"),
                arguments("{\"unknown\": [\"\\u0000\"]}", "unknown[0]", "contains NUL"),
                arguments("{\"a\": {\"b\\u0000\": 1}}", "a", "has a property whose name contains NUL"),
                arguments(config("\"hostname\": \"\\ud800\""), "hostname", "half of a surrogate pair"),
                arguments(config("\"hostname\": \"\\udc00\\ud800\""), "hostname", "half of a surrogate pair"),
                arguments("{\"\\ud800x\": 1}", "", "is not JSON: Broken surrogate pair"),
                arguments("{\"a\": {\"x\\udc00\": 1}}", "", "is not JSON: Unexpected low surrogate"));
    }

    static Stream<Arguments> rawBytesAreRefused() {
        byte[] tooLarge = new byte[(4 << 20) + 1];
        Arrays.fill(tooLarge, (byte) ' ');
        return Stream.of(
                arguments("{\"a\": \"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1), "is not UTF-8"),
                arguments(new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'}, "UTF-8"),
                arguments(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'}, "is not UTF-8"),
                arguments("{}".getBytes(StandardCharsets.UTF_16), "is not UTF-8"),
                arguments("{}".getBytes(StandardCharsets.UTF_16LE), "is not JSON"),
                arguments(new byte[] {'{', 0, '}'}, "is not JSON"),
                arguments(tooLarge, "is larger than 4 MiB"));
    }

    static Stream<Arguments> topLevel() {
        return Stream.of(
                arguments("{}", "ociVersion", "is required"),
                arguments("{\"ociVersion\": null}", "ociVersion", "is required"),
                arguments("{\"ociVersion\": 1}", "ociVersion", "must be a string, is a number"),
                arguments("{\"ociVersion\": \"\"}", "ociVersion", "must be a version such as 1.3.0, is \"\""),
                arguments("{\"ociVersion\": \"1.0\"}", "ociVersion", "must be a version such as 1.3.0"),
                arguments("{\"ociVersion\": \"v1.0.0\"}", "ociVersion", "must be a version such as 1.3.0"),
                arguments("{\"ociVersion\": \"1.0.0\\n\"}", "ociVersion", "is \"1.0.0\\u000a\""),
                arguments("{\"ociVersion\": \"99.0.0\"}", "ociVersion", "must be of major version 1"),
                arguments("{\"ociVersion\": \"0.9.0\"}", "ociVersion", "must be of major version 1"),
                arguments(config("\"root\": \"rootfs\""), "root", "must be an object, is a string"),
                arguments(config("\"root\": {}"), "root.path", "is required"),
                arguments(config("\"root\": {\"path\": \"\"}"), "root.path", "must not be empty"),
                arguments(config("\"root\": {\"path\": \"r\", \"readonly\": 1}"), "root.readonly", "must be true or"),
                arguments(
                        config("\"hostname\": \"" + "x".repeat(65) + "\""), "hostname", "at most 64 bytes long, is 65"),
                arguments(config("\"hostname\": \"" + "\u00e4".repeat(33) + "\""), "hostname", "64 bytes long, is 66"),
                arguments(config("\"hostname\": \"box\""), "hostname", "needs a namespace of type uts"),
                arguments(config("\"domainname\": 5"), "domainname", "must be a string, is a number"),
                arguments(config("\"domainname\": \"box\""), "domainname", "needs a namespace of type uts"),
                arguments(config("\"annotations\": {\"a\": 1}"), "annotations.a", "must be a string, is a number"),
                arguments(config("\"annotations\": {\"a.b\": null}"), "annotations[\"a.b\"]", "is null"),
                arguments(config("\"annotations\": {\"\": \"x\"}"), "annotations", "has an empty key"),
                arguments(
                        config("\"annotations\": {\"" + "k".repeat(9000) + "\": 1}"),
                        "annotations[\"" + "k".repeat(60) + "...\"]",
                        "must be a string"),
                arguments(config("\"annotations\": []"), "annotations", "must be an object, is an array"),
                arguments(config("\"vm\": {}"), "vm", "jpod starts no virtual machines"));
    }

    static Stream<Arguments> processes() {
        return Stream.of(
                arguments(config("\"process\": []"), "process", "must be an object, is an array"),
                arguments(config("\"process\": {\"cwd\": \"/\"}"), "process.args", "is required, with at least one"),
                arguments(config("\"process\": {\"args\": []}"), "process.args", "is required, with at least one"),
                arguments(config("\"process\": {\"args\": \"sh\"}"), "process.args", "must be an array, is a string"),
                arguments(config("\"process\": {\"args\": [\"sh\", 1]}"), "process.args[1]", "must be a string"),
                arguments(config("\"process\": {\"args\": [\"sh\", null]}"), "process.args[1]", "is null"),
                arguments(config("\"process\": {\"args\": [\"s\\u0000h\"]}"), "process.args[0]", "contains NUL"),
                arguments(config("\"process\": {\"args\": [\"sh\"]}"), "process.cwd", "is required"),
                arguments(config("\"process\": {\"args\": [\"sh\"], \"cwd\": \"\"}"), "process.cwd", "not be empty"),
                arguments(
                        config("\"process\": {\"args\": [\"sh\"], \"cwd\": \"tmp\"}"),
                        "process.cwd",
                        "must be an absolute path, is \"tmp\""),
                arguments(process("\"terminal\": \"true\""), "process.terminal", "must be true or false, is a string"),
                arguments(process("\"terminal\": 0"), "process.terminal", "must be true or false, is a number"),
                arguments(
                        process("\"terminal\": true, \"consoleSize\": {\"height\": 1}"),
                        "process.consoleSize.width",
                        "is required"),
                arguments(
                        process("\"terminal\": true, \"consoleSize\": {\"height\": 65536, \"width\": 1}"),
                        "process.consoleSize.height",
                        "must be from 0 to 65535, is 65536"),
                arguments(process("\"env\": [\"A=1\", \"B\"]"), "process.env[1]", "must be NAME=VALUE"),
                arguments(process("\"env\": [\"=x\"]"), "process.env[0]", "has no name before \"=\""),
                arguments(process("\"env\": [\"\"]"), "process.env[0]", "must be NAME=VALUE"),
                arguments(process("\"env\": {\"A\": \"1\"}"), "process.env", "must be an array, is an object"),
                arguments(
                        config("\"process\": {\"args\": [\"sh\"], \"cwd\": \"\\u001b[31m\\u202e\"}"),
                        "process.cwd",
                        "is \"\\u001b[31m\\u202e\""),
                arguments(
                        config("\"process\": {\"args\": [\"sh\"], \"cwd\": \"" + "x".repeat(100_000) + "\"}"),
                        "process.cwd",
                        "xxx...\""),
                arguments(process("\"user\": 0"), "process.user", "must be an object, is a number"),
                arguments(user("\"0\""), "process.user.uid", "must be an integer, is a string"),
                arguments(user("-1"), "process.user.uid", "must be from 0 to 4294967294, is -1"),
                arguments(user("4294967295"), "process.user.uid", "must be from 0 to 4294967294, is 4294967295"),
                arguments(user("4294967296"), "process.user.uid", "must be from 0 to 4294967294"),
                arguments(user("18446744073709551616"), "process.user.uid", "is 18446744073709551616"),
                arguments(user("1.0"), "process.user.uid", "must be an integer, is 1.0"),
                arguments(user("1e3"), "process.user.uid", "must be an integer, is 1e3"),
                arguments(user("1e309"), "process.user.uid", "must be an integer, is 1e309"),
                arguments(user("1" + "0".repeat(900)), "process.user.uid", "must be from 0 to 4294967294, is 1000"),
                arguments(user("true"), "process.user.uid", "must be an integer, is true"),
                arguments(user("0, \"umask\": 512"), "process.user.umask", "must be from 0 to 511, is 512"),
                arguments(user("0, \"umask\": -1"), "process.user.umask", "must be from 0 to 511, is -1"),
                arguments(
                        user("0, \"additionalGids\": [1, 4294967295]"),
                        "process.user.additionalGids[1]",
                        "must be from 0 to 4294967294"),
                arguments(process("\"capabilities\": [\"CAP_KILL\"]"), "process.capabilities", "must be an object"),
                arguments(
                        process("\"capabilities\": {\"bounding\": [7]}"),
                        "process.capabilities.bounding[0]",
                        "must be a string"),
                arguments(process("\"noNewPrivileges\": \"no\""), "process.noNewPrivileges", "must be true or false"),
                arguments(process("\"oomScoreAdj\": 1001"), "process.oomScoreAdj", "must be from -1000 to 1000"),
                arguments(process("\"oomScoreAdj\": -1001"), "process.oomScoreAdj", "must be from -1000 to 1000"),
                arguments(process("\"apparmorProfile\": \"a\\nb\""), "process.apparmorProfile", "a single line"),
                arguments(process("\"selinuxLabel\": {}"), "process.selinuxLabel", "must be a string, is an object"),
                arguments(process("\"ioPriority\": {}"), "process.ioPriority.class", "is required"),
                arguments(
                        process("\"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\", \"priority\": 8}"),
                        "process.ioPriority.priority",
                        "must be from 0 to 7, is 8"),
                arguments(
                        process("\"ioPriority\": {\"class\": \"BE\", \"priority\": 1}"),
                        "process.ioPriority.class",
                        "must be one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE, is \"BE\""),
                arguments(
                        process("\"execCPUAffinity\": {\"initial\": \"0-\"}"),
                        "process.execCPUAffinity.initial",
                        "must be a list of numbers and ranges such as 0-3,7, is \"0-\""),
                arguments(
                        process("\"execCPUAffinity\": {\"final\": \"0 1\"}"),
                        "process.execCPUAffinity.final",
                        "must be a list of numbers and ranges"));
    }

    static Stream<Arguments> rlimitsAndSchedulers() {
        return Stream.of(
                arguments(rlimit("RLIMIT_FOO", "1", "1"), "process.rlimits[0].type", "must be one of RLIMIT_AS, "),
                arguments(rlimit("nofile", "1", "1"), "process.rlimits[0].type", "is \"nofile\""),
                arguments(rlimit("RLIMIT_CPU", "-1", "1"), "process.rlimits[0].soft", "18446744073709551615, is -1"),
                arguments(rlimit("RLIMIT_CPU", "1", "18446744073709551616"), "process.rlimits[0].hard", "must be from"),
                arguments(rlimit("RLIMIT_CPU", "\"max\"", "1"), "process.rlimits[0].soft", "must be an integer"),
                arguments(rlimit("RLIMIT_CPU", "2", "1"), "process.rlimits[0].soft", "must not be above the hard"),
                arguments(
                        rlimit("RLIMIT_CPU", "18446744073709551615", "9223372036854775807"),
                        "process.rlimits[0].soft",
                        "must not be above the hard"),
                arguments(
                        process("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 1}]"),
                        "process.rlimits[0].hard",
                        "is required"),
                arguments(
                        process("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1},"
                                + " {\"type\": \"RLIMIT_CPU\", \"soft\": 1, \"hard\": 1}]"),
                        "process.rlimits[1]",
                        "sets RLIMIT_CPU a second time"),
                arguments(scheduler(""), "process.scheduler.policy", "is required"),
                arguments(
                        scheduler("\"policy\": \"FIFO\""), "process.scheduler.policy", "must be one of SCHED_OTHER, "),
                arguments(
                        scheduler("\"policy\": \"SCHED_OTHER\", \"nice\": 20"),
                        "process.scheduler.nice",
                        "must be from -20 to 19, is 20"),
                arguments(
                        scheduler("\"policy\": \"SCHED_OTHER\", \"priority\": 1"),
                        "process.scheduler.priority",
                        "is for SCHED_FIFO and SCHED_RR only"),
                arguments(
                        scheduler("\"policy\": \"SCHED_FIFO\", \"priority\": 100"),
                        "process.scheduler.priority",
                        "must be from 0 to 99"),
                arguments(
                        scheduler("\"policy\": \"SCHED_FIFO\", \"runtime\": 1"),
                        "process.scheduler.runtime",
                        "is for SCHED_DEADLINE only"),
                arguments(
                        scheduler("\"policy\": \"SCHED_DEADLINE\", \"period\": 9223372036854775808"),
                        "process.scheduler.period",
                        "must be from 0 to 9223372036854775807"),
                arguments(
                        scheduler("\"policy\": \"SCHED_RR\", \"flags\": [\"RESET\"]"),
                        "process.scheduler.flags[0]",
                        "must be one of SCHED_FLAG_RESET_ON_FORK, "));
    }

    static Stream<Arguments> mountsAndHooks() {
        String ids = "[{\"containerID\": 0, \"hostID\": 0, \"size\": 1}]";
        return Stream.of(
                arguments(config("\"mounts\": {}"), "mounts", "must be an array, is an object"),
                arguments(config("\"mounts\": [null]"), "mounts[0]", "must be an object, is null"),
                arguments(mount("\"type\": \"proc\""), "mounts[0].destination", "is required"),
                arguments(mount("\"destination\": \"\""), "mounts[0].destination", "must not be empty"),
                arguments(mount("\"destination\": \"/a/../../b\""), "mounts[0].destination", "must not contain \"..\""),
                arguments(mount("\"destination\": \"..\""), "mounts[0].destination", "must not contain \"..\""),
                arguments(mount("\"destination\": \"/a/..\""), "mounts[0].destination", "must not contain \"..\""),
                arguments(mount("\"destination\": \"/proc\\u0000/x\""), "mounts[0].destination", "contains NUL"),
                arguments(mount("\"destination\": \"/a\", \"type\": 1"), "mounts[0].type", "must be a string"),
                arguments(mount("\"destination\": \"/a\", \"source\": []"), "mounts[0].source", "must be a string"),
                arguments(
                        mount("\"destination\": \"/a\", \"options\": \"ro\""), "mounts[0].options", "must be an array"),
                arguments(
                        mount("\"destination\": \"/a\", \"options\": [1]"), "mounts[0].options[0]", "must be a string"),
                arguments(
                        mount("\"destination\": \"/a\", \"uidMappings\": " + ids),
                        "mounts[0].gidMappings",
                        "is required, since the mappings of the other kind are there"),
                arguments(
                        mount("\"destination\": \"/a\", \"uidMappings\": [], \"gidMappings\": " + ids),
                        "mounts[0].uidMappings",
                        "is required, since the mappings of the other kind are there"),
                arguments(config("\"hooks\": []"), "hooks", "must be an object, is an array"),
                arguments(config("\"hooks\": {\"prestart\": {}}"), "hooks.prestart", "must be an array"),
                arguments(hook("\"args\": []"), "hooks.poststop[0].path", "is required"),
                arguments(hook("\"path\": \"bin/hook\""), "hooks.poststop[0].path", "must be an absolute path"),
                arguments(
                        hook("\"path\": \"/h\", \"timeout\": 0"), "hooks.poststop[0].timeout", "from 1 to 2147483647"),
                arguments(hook("\"path\": \"/h\", \"timeout\": -5"), "hooks.poststop[0].timeout", "is -5"),
                arguments(
                        hook("\"path\": \"/h\", \"timeout\": 2.5"), "hooks.poststop[0].timeout", "must be an integer"),
                arguments(hook("\"path\": \"/h\", \"env\": [1]"), "hooks.poststop[0].env[0]", "must be a string"));
    }

    static Stream<Arguments> namespacesAndIds() {
        return Stream.of(
                arguments(linux("\"namespaces\": [{}]"), "linux.namespaces[0].type", "is required"),
                arguments(
                        linux("\"namespaces\": [{\"type\": \"net\"}]"),
                        "linux.namespaces[0].type",
                        "must be one of pid, network, mount, ipc, uts, user, cgroup, time, is \"net\""),
                arguments(linux("\"namespaces\": [{\"type\": \"PID\"}]"), "linux.namespaces[0].type", "is \"PID\""),
                arguments(
                        linux("\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"pid\", \"path\": \"/p\"}]"),
                        "linux.namespaces[1]",
                        "sets pid a second time"),
                arguments(
                        linux("\"namespaces\": [{\"type\": \"pid\", \"path\": \"proc/1/ns/pid\"}]"),
                        "linux.namespaces[0].path",
                        "must be an absolute path"),
                arguments(
                        linux("\"namespaces\": [{\"type\": \"pid\", \"path\": \"/proc/1/ns/net\"}]"),
                        "linux.namespaces[0].path",
                        "is not a pid namespace: \"/proc/1/ns/net\""),
                arguments(
                        linux("\"namespaces\": [{\"type\": \"mount\", \"path\": \"/proc/1/task/2/ns/mount\"}]"),
                        "linux.namespaces[0].path",
                        "is not a mount namespace"),
                arguments(
                        linux("\"uidMappings\": [{\"containerID\": 0, \"hostID\": 1, \"size\": 1}]"),
                        "linux.uidMappings",
                        "needs a namespace of type user in linux.namespaces"),
                arguments(ids("{\"hostID\": 0, \"size\": 1}"), "linux.uidMappings[0].containerID", "is required"),
                arguments(ids(idMap("0", "0", "0")), "linux.uidMappings[0].size", "must be from 1 to 4294967295, is 0"),
                arguments(ids(idMap("-1", "0", "1")), "linux.uidMappings[0].containerID", "from 0 to 4294967294"),
                arguments(ids(idMap("0", "4294967295", "1")), "linux.uidMappings[0].hostID", "from 0 to 4294967294"),
                arguments(ids(idMap("1", "0", "4294967295")), "linux.uidMappings[0].size", "beyond the highest id"),
                arguments(
                        ids(idMap("5", "90", "5") + "," + idMap("0", "10", "6")),
                        "linux.uidMappings",
                        "maps containerID 5 twice"),
                arguments(
                        ids(idMap("5", "10", "5") + "," + idMap("0", "10", "5")),
                        "linux.uidMappings",
                        "maps hostID 10 twice"),
                arguments(
                        ids(Stream.iterate(0, i -> i + 1)
                                .limit(341)
                                .map(i -> idMap("" + i, "" + i, "1"))
                                .reduce((a, b) -> a + "," + b)
                                .orElseThrow()),
                        "linux.uidMappings",
                        "has more than the 340 lines"),
                arguments(linux("\"timeOffsets\": {\"boottime\": {}}"), "linux.timeOffsets", "namespace of type time"),
                arguments(linux("\"timeOffsets\": {\"realtime\": {}}"), "linux.timeOffsets.realtime", "is not a clock"),
                arguments(
                        linux("\"timeOffsets\": {\"boottime\": {\"nanosecs\": 1000000000}}"),
                        "linux.timeOffsets.boottime.nanosecs",
                        "must be from 0 to 999999999"),
                arguments(
                        linux("\"timeOffsets\": {\"boottime\": {\"secs\": 9223372036854775808}}"),
                        "linux.timeOffsets.boottime.secs",
                        "is 9223372036854775808"),
                arguments(linux("\"netDevices\": {\"eth0\": {}}"), "linux.netDevices", "namespace of type network"),
                arguments(netDevices("\"a/b\": {}"), "linux.netDevices[\"a/b\"]", "the name of a network device"),
                arguments(netDevices("\"..\": {}"), "linux.netDevices[\"..\"]", "the name of a network device"),
                arguments(netDevices("\"\": {}"), "linux.netDevices[\"\"]", "the name of a network device"),
                arguments(
                        netDevices("\"eth0\": {\"name\": \"sixteen-bytes-xy\"}"),
                        "linux.netDevices.eth0.name",
                        "must be the name of a network device, is \"sixteen-bytes-xy\""),
                arguments(netDevices("\"eth0\": {\"name\": \"a:b\"}"), "linux.netDevices.eth0.name", "network device"),
                arguments(
                        netDevices("\"eth0\": {}, \"eth1\": {\"name\": \"eth0\"}"),
                        "linux.netDevices.eth1",
                        "is the second to be named \"eth0\""));
    }

    static Stream<Arguments> devices() {
        return Stream.of(
                arguments(linux("\"devices\": {}"), "linux.devices", "must be an array"),
                arguments(device("\"path\": \"/dev/x\""), "linux.devices[0].type", "is required"),
                arguments(device("\"type\": \"z\""), "linux.devices[0].type", "must be one of c, b, u, p, is \"z\""),
                arguments(device("\"type\": \"c\""), "linux.devices[0].path", "is required"),
                arguments(device("\"type\": \"c\", \"path\": \"dev/x\""), "linux.devices[0].path", "absolute path"),
                arguments(
                        device("\"type\": \"c\", \"path\": \"/dev/../x\""), "linux.devices[0].path", "contain \"..\""),
                arguments(device("\"type\": \"c\", \"path\": \"/dev/x\""), "linux.devices[0].major", "is required"),
                arguments(node("\"major\": 1"), "linux.devices[0].minor", "is required"),
                arguments(node("\"major\": -1, \"minor\": 1"), "linux.devices[0].major", "must be from 0 to 4095"),
                arguments(node("\"major\": 4096, \"minor\": 1"), "linux.devices[0].major", "must be from 0 to 4095"),
                arguments(node("\"major\": 1, \"minor\": 1048576"), "linux.devices[0].minor", "from 0 to 1048575"),
                arguments(numbered("\"fileMode\": -1"), "linux.devices[0].fileMode", "must be from 0 to 65535"),
                arguments(numbered("\"fileMode\": \"0666\""), "linux.devices[0].fileMode", "must be an integer"),
                arguments(numbered("\"fileMode\": 25008"), "linux.devices[0].fileMode", "of another kind of file"),
                arguments(numbered("\"uid\": 4294967295"), "linux.devices[0].uid", "from 0 to 4294967294"),
                arguments(numbered("\"gid\": \"tty\""), "linux.devices[0].gid", "must be an integer"),
                arguments(
                        device("\"type\": \"c\", \"path\": \"/f\", \"major\": 4096"),
                        "linux.devices[0].major",
                        "must be from 0 to 4095, is 4096"));
    }

    static Stream<Arguments> linuxRest() {
        return Stream.of(
                arguments(config("\"linux\": \"yes\""), "linux", "must be an object, is a string"),
                arguments(linux("\"cgroupsPath\": 1"), "linux.cgroupsPath", "must be a string"),
                arguments(linux("\"cgroupsPath\": \"/a/../../b\""), "linux.cgroupsPath", "must not contain \"..\""),
                arguments(linux("\"maskedPaths\": [\"proc/x\"]"), "linux.maskedPaths[0]", "must be an absolute path"),
                arguments(linux("\"maskedPaths\": [\"/proc/../etc\"]"), "linux.maskedPaths[0]", "not contain \"..\""),
                arguments(linux("\"maskedPaths\": [\"\"]"), "linux.maskedPaths[0]", "must not be empty"),
                arguments(linux("\"readonlyPaths\": [\"/a\", \"b\"]"), "linux.readonlyPaths[1]", "absolute path"),
                arguments(linux("\"readonlyPaths\": \"/a\""), "linux.readonlyPaths", "must be an array"),
                arguments(linux("\"mountLabel\": false"), "linux.mountLabel", "must be a string, is false"),
                arguments(
                        linux("\"rootfsPropagation\": \"none\""), "linux.rootfsPropagation", "one of shared, slave, "),
                arguments(linux("\"sysctl\": {\"a.b\": 1}"), "linux.sysctl[\"a.b\"]", "must be a string, is a number"),
                arguments(linux("\"sysctl\": {\"\": \"1\"}"), "linux.sysctl[\"\"]", "is not the name of a sysctl"),
                arguments(
                        linux("\"sysctl\": {\"net/../kernel/core_pattern\": \"1\"}"),
                        "linux.sysctl[\"net/../kernel/core_pattern\"]",
                        "is not the name of a sysctl"),
                arguments(linux("\"sysctl\": {\"net.//x\": \"1\"}"), "linux.sysctl[\"net.//x\"]", "is not the name"),
                arguments(linux("\"sysctl\": {\"net..x\": \"1\"}"), "linux.sysctl[\"net..x\"]", "is not the name"),
                arguments(linux("\"sysctl\": {\"/net/x\": \"1\"}"), "linux.sysctl[\"/net/x\"]", "is not the name"),
                arguments(linux("\"personality\": {}"), "linux.personality.domain", "is required"),
                arguments(
                        linux("\"personality\": {\"domain\": \"BSD\"}"),
                        "linux.personality.domain",
                        "must be one of LINUX, LINUX32, is \"BSD\""),
                arguments(
                        linux("\"personality\": {\"domain\": \"LINUX\", \"flags\": [\"X\"]}"),
                        "linux.personality.flags",
                        "must be empty"),
                arguments(linux("\"intelRdt\": {\"closID\": \"a/b\"}"), "linux.intelRdt.closID", "without \"/\""),
                arguments(linux("\"intelRdt\": {\"closID\": \"..\"}"), "linux.intelRdt.closID", "must be a file name"),
                arguments(
                        linux("\"intelRdt\": {\"schemata\": [\"a\\nb\"]}"),
                        "linux.intelRdt.schemata[0]",
                        "must be a single line"),
                arguments(linux("\"memoryPolicy\": {}"), "linux.memoryPolicy.mode", "is required"),
                arguments(
                        linux("\"memoryPolicy\": {\"mode\": \"BIND\"}"),
                        "linux.memoryPolicy.mode",
                        "must be one of MPOL_DEFAULT, "),
                arguments(
                        linux("\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"x\"}"),
                        "linux.memoryPolicy.nodes",
                        "must be a list of numbers"));
    }

    static Stream<Arguments> limits() {
        String at = "linux.resources.";
        return Stream.of(
                arguments(linux("\"resources\": []"), "linux.resources", "must be an object"),
                arguments(resources("\"devices\": [{}]"), at + "devices[0].allow", "is required"),
                arguments(resources("\"devices\": [{\"allow\": \"yes\"}]"), at + "devices[0].allow", "true or false"),
                arguments(rule("\"type\": \"u\""), at + "devices[0].type", "must be one of a, b, c, is \"u\""),
                arguments(rule("\"access\": \"r-w\""), at + "devices[0].access", "some of the letters rwm, is \"r-w\""),
                arguments(rule("\"major\": -2"), at + "devices[0].major", "must be from -1 to 4095"),
                arguments(rule("\"minor\": 1048576"), at + "devices[0].minor", "must be from -1 to 1048575"),
                arguments(resources("\"memory\": {\"limit\": -2}"), at + "memory.limit", "must be from -1 to"),
                arguments(resources("\"memory\": {\"limit\": \"1G\"}"), at + "memory.limit", "must be an integer"),
                arguments(
                        resources("\"memory\": {\"limit\": 9223372036854775808}"),
                        at + "memory.limit",
                        "is 9223372036854775808"),
                arguments(resources("\"memory\": {\"swap\": -9}"), at + "memory.swap", "must be from -1 to"),
                arguments(resources("\"memory\": {\"swappiness\": 101}"), at + "memory.swappiness", "from 0 to 100"),
                arguments(
                        resources("\"memory\": {\"disableOOMKiller\": 1}"),
                        at + "memory.disableOOMKiller",
                        "must be true or false"),
                arguments(resources("\"cpu\": {\"shares\": -1}"), at + "cpu.shares", "must be from 0 to"),
                arguments(resources("\"cpu\": {\"quota\": -2}"), at + "cpu.quota", "must be from -1 to"),
                arguments(resources("\"cpu\": {\"quota\": 999}"), at + "cpu.quota", "at least 1000 microseconds"),
                arguments(resources("\"cpu\": {\"period\": 999}"), at + "cpu.period", "from 1000 to 1000000 micro"),
                arguments(resources("\"cpu\": {\"period\": 1000001}"), at + "cpu.period", "must be from 0 to 1000000"),
                arguments(resources("\"cpu\": {\"cpus\": \"all\"}"), at + "cpu.cpus", "must be a list of numbers"),
                arguments(resources("\"cpu\": {\"mems\": \"0,,1\"}"), at + "cpu.mems", "must be a list of numbers"),
                arguments(resources("\"cpu\": {\"idle\": 2}"), at + "cpu.idle", "must be from 0 to 1, is 2"),
                arguments(resources("\"pids\": {\"limit\": -2}"), at + "pids.limit", "must be from -1 to"),
                arguments(resources("\"pids\": 5"), at + "pids", "must be an object, is a number"),
                arguments(resources("\"blockIO\": {\"weight\": 1001}"), at + "blockIO.weight", "from 0 to 1000"),
                arguments(
                        resources("\"blockIO\": {\"weightDevice\": [{\"minor\": 1}]}"),
                        at + "blockIO.weightDevice[0].major",
                        "is required"),
                arguments(
                        resources("\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 8, \"minor\": 1}]}"),
                        at + "blockIO.throttleReadBpsDevice[0].rate",
                        "is required"),
                arguments(
                        resources("\"blockIO\": {\"throttleWriteIOPSDevice\":"
                                + " [{\"major\": 8, \"minor\": 1, \"rate\": -1}]}"),
                        at + "blockIO.throttleWriteIOPSDevice[0].rate",
                        "must be from 0 to"),
                arguments(
                        resources("\"hugepageLimits\": [{\"pageSize\": \"../2MB\", \"limit\": 1}]"),
                        at + "hugepageLimits[0].pageSize",
                        "must be a size such as 64KB or 2MB"),
                arguments(
                        resources("\"hugepageLimits\": [{\"pageSize\": \"2MB\"}]"),
                        at + "hugepageLimits[0].limit",
                        "is required"),
                arguments(
                        resources("\"network\": {\"classID\": 4294967296}"),
                        at + "network.classID",
                        "must be from 0 to 4294967295"),
                arguments(
                        resources("\"network\": {\"priorities\": [{\"name\": \"\"}]}"),
                        at + "network.priorities[0].name",
                        "must not be empty"),
                arguments(resources("\"rdma\": {\"mlx\": {}}"), at + "rdma.mlx", "must have hcaHandles, hcaObjects"),
                arguments(resources("\"rdma\": {\"a b\": {\"hcaHandles\": 1}}"), at + "rdma[\"a b\"]", "of a device"),
                arguments(
                        resources("\"unified\": {\"memory.high\": 5}"),
                        at + "unified[\"memory.high\"]",
                        "must be a string, is a number"),
                arguments(
                        resources("\"unified\": {\"../cgroup.procs\": \"1\"}"),
                        at + "unified[\"../cgroup.procs\"]",
                        "must be a file name without \"/\""),
                arguments(resources("\"unified\": {\"..\": \"1\"}"), at + "unified[\"..\"]", "must be a file name"),
                arguments(resources("\"unified\": {\"\": \"1\"}"), at + "unified[\"\"]", "must be a file name"));
    }

    static Stream<Arguments> seccompProfiles() {
        String at = "linux.seccomp.";
        String names = "\"names\": [\"read\"], ";
        String trace = names + "\"action\": \"SCMP_ACT_TRACE\", ";
        return Stream.of(
                arguments(linux("\"seccomp\": {}"), at + "defaultAction", "is required"),
                arguments(
                        linux("\"seccomp\": {\"defaultAction\": \"ALLOW\"}"), at + "defaultAction", "SCMP_ACT_KILL, "),
                arguments(
                        linux("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 4096}"),
                        at + "defaultErrnoRet",
                        "must be from 0 to 4095"),
                arguments(seccomp("\"defaultErrnoRet\": 1"), at + "defaultErrnoRet", "not for SCMP_ACT_ALLOW"),
                arguments(seccomp("\"architectures\": [\"x86_64\"]"), at + "architectures[0]", "is \"x86_64\""),
                arguments(seccomp("\"flags\": [\"LOG\"]"), at + "flags[0]", "must be one of SECCOMP_FILTER_FLAG_TSYNC"),
                arguments(seccomp("\"listenerPath\": \"sock\""), at + "listenerPath", "must be an absolute path"),
                arguments(seccomp("\"listenerMetadata\": \"x\""), at + "listenerMetadata", "without listenerPath"),
                arguments(
                        linux("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_NOTIFY\"}"),
                        at + "listenerPath",
                        "is required by SCMP_ACT_NOTIFY"),
                arguments(
                        seccompRule(names + "\"action\": \"SCMP_ACT_NOTIFY\""),
                        at + "listenerPath",
                        "is required by SCMP_ACT_NOTIFY"),
                arguments(seccompRule("\"names\": [\"read\"]"), at + "syscalls[0].action", "is required"),
                arguments(seccompRule("\"action\": \"SCMP_ACT_LOG\""), at + "syscalls[0].names", "at least one entry"),
                arguments(
                        seccompRule("\"names\": [\"\"], \"action\": \"SCMP_ACT_LOG\""),
                        at + "syscalls[0].names[0]",
                        "must not be empty"),
                arguments(
                        seccompRule(names + "\"action\": \"SCMP_ACT_KILL\", \"errnoRet\": 1"),
                        at + "syscalls[0].errnoRet",
                        "is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE only, not for SCMP_ACT_KILL"),
                arguments(seccompRule(trace + "\"errnoRet\": 65536"), at + "syscalls[0].errnoRet", "from 0 to 65535"),
                arguments(seccompRule(trace + "\"args\": [{}]"), at + "syscalls[0].args[0].index", "is required"),
                arguments(
                        seccompRule(trace + "\"args\": [{\"index\": 6, \"value\": 0, \"op\": \"SCMP_CMP_EQ\"}]"),
                        at + "syscalls[0].args[0].index",
                        "must be from 0 to 5, is 6"),
                arguments(
                        seccompRule(trace + "\"args\": [{\"index\": 0, \"value\": -1, \"op\": \"SCMP_CMP_EQ\"}]"),
                        at + "syscalls[0].args[0].value",
                        "must be from 0 to 18446744073709551615, is -1"),
                arguments(
                        seccompRule(trace + "\"args\": [{\"index\": 0, \"value\": 1, \"op\": \"==\"}]"),
                        at + "syscalls[0].args[0].op",
                        "must be one of SCMP_CMP_NE, "));
    }

    private static String user(String uid) {
        return process("\"user\": {\"gid\": 0, \"uid\": " + uid + "}");
    }

    private static String rlimit(String type, String soft, String hard) {
        return process("\"rlimits\": [{\"type\": \"" + type + "\", \"soft\": " + soft + ", \"hard\": " + hard + "}]");
    }

    private static String scheduler(String properties) {
        return process("\"scheduler\": {" + properties + "}");
    }

    private static String ids(String mappings) {
        return linux("\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": [" + mappings + "]");
    }

    private static String idMap(String containerID, String hostID, String size) {
        return "{\"containerID\": " + containerID + ", \"hostID\": " + hostID + ", \"size\": " + size + "}";
    }

    private static String netDevices(String devices) {
        return linux("\"namespaces\": [{\"type\": \"network\"}], \"netDevices\": {" + devices + "}");
    }

    private static String node(String numbers) {
        return device("\"type\": \"c\", \"path\": \"/dev/x\", " + numbers);
    }

    private static String numbered(String properties) {
        return node("\"major\": 1, \"minor\": 3, " + properties);
    }

    private static String rule(String properties) {
        return resources("\"devices\": [{\"allow\": true, " + properties + "}]");
    }
}
