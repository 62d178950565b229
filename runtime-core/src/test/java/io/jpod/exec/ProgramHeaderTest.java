package io.jpod.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.plan.Op;
import io.jpod.plan.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code native-shims/src/program.h} and {@link ProgramCodec} describe the same bytes. */
class ProgramHeaderTest {
    private static final Pattern NUMBER = Pattern.compile(
            "(?:#define\\s+|^\\s+)([A-Z][A-Z0-9_]*)(?:\\s*=)?\\s+\\(?(-?(?:0x[0-9a-f]+|\\d+))u?\\)?",
            Pattern.MULTILINE);
    private static final Pattern SIZE = Pattern.compile("sizeof\\(struct (\\w+)\\) == (\\d+)");
    private static final Map<String, Integer> TYPES = Map.of(
            "uint8_t",
            1,
            "uint16_t",
            2,
            "int16_t",
            2,
            "uint32_t",
            4,
            "int32_t",
            4,
            "uint64_t",
            8,
            "int64_t",
            8,
            "struct op_case",
            4);

    private final String header;

    ProgramHeaderTest() throws IOException {
        header = Files.readString(Path.of(System.getProperty("jpod.home"), "native-shims/src/program.h"));
    }

    private Map<String, Long> numbers() {
        return NUMBER.matcher(header)
                .results()
                .collect(Collectors.toMap(m -> m.group(1), m -> Long.decode(m.group(2))));
    }

    @Test
    void constants() {
        assertThat(numbers())
                .containsExactlyInAnyOrderEntriesOf(new LinkedHashMap<>(Map.ofEntries(
                        Map.entry("PROGRAM_MAGIC", (long) ProgramCodec.MAGIC),
                        Map.entry("PROGRAM_VERSION", (long) ProgramCodec.VERSION),
                        Map.entry("PROGRAM_MAX_REGISTERS", (long) Program.MAX_REGISTERS),
                        Map.entry("OP_MAX_CASES", (long) Op.MAX_CASES),
                        Map.entry("ARG_IMMEDIATE", (long) ProgramCodec.ARG_IMMEDIATE),
                        Map.entry("ARG_BLOB", (long) ProgramCodec.ARG_BLOB),
                        Map.entry("ARG_REGISTER", (long) ProgramCodec.ARG_REGISTER),
                        Map.entry("RESULT_NONE", (long) ProgramCodec.RESULT_NONE),
                        Map.entry("RESULT_REGISTER", (long) ProgramCodec.RESULT_REGISTER),
                        Map.entry("RESULT_BLOB32", (long) ProgramCodec.RESULT_BLOB32),
                        Map.entry("MATCH_SUCCESS", (long) ProgramCodec.MATCH_SUCCESS),
                        Map.entry("MATCH_ANY_ERROR", (long) ProgramCodec.MATCH_ANY_ERROR),
                        Map.entry("MATCH_ZERO", (long) ProgramCodec.MATCH_ZERO),
                        Map.entry("ACTION_FAIL", (long) ProgramCodec.ACTION_FAIL),
                        Map.entry("STATUS_MILESTONE", (long) ShimProcess.STATUS_MILESTONE),
                        Map.entry("STATUS_FAILED", (long) ShimProcess.STATUS_FAILED),
                        Map.entry("RECORD_NONE", Integer.toUnsignedLong(ProgramCodec.RECORD_NONE)),
                        Map.entry("RECORD_CALLED", Recording.CALLED),
                        Map.entry("RECORD_RETURNED", Recording.RETURNED),
                        Map.entry("RECORD_TIMED", Recording.TIMED),
                        // Anything that is neither of the two is this one.
                        Map.entry("STATUS_INVALID", 3L))));
    }

    @Test
    void sizes() {
        Map<String, Integer> sizes = SIZE.matcher(header)
                .results()
                .collect(Collectors.toMap(m -> m.group(1), m -> Integer.valueOf(m.group(2))));
        assertThat(sizes)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "program_header", ProgramCodec.HEADER_BYTES,
                        "op", ProgramCodec.OP_BYTES,
                        "op_case", 4,
                        "op_record", Recording.RECORD_BYTES,
                        "reloc", ProgramCodec.RELOCATION_BYTES,
                        "status_record", ShimProcess.RECORD_BYTES));
    }

    @Test
    void offsetsInAnOp() {
        assertThat(offsets("op"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "nr", 0,
                        "step", ProgramCodec.OP_STEP,
                        "result_kind", ProgramCodec.OP_RESULT_KIND,
                        "case_count", ProgramCodec.OP_CASE_COUNT,
                        "result", ProgramCodec.OP_RESULT,
                        "arg_kind", ProgramCodec.OP_ARG_KIND,
                        "reserved", ProgramCodec.OP_ARG_KIND + 6,
                        "arg", ProgramCodec.OP_ARG,
                        "cases", ProgramCodec.OP_CASES));
    }

    @Test
    void offsetsInAHeader() {
        assertThat(offsets("program_header"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "magic",
                        0,
                        "version",
                        4,
                        "register_count",
                        6,
                        "op_count",
                        8,
                        "reloc_count",
                        12,
                        "blob_size",
                        16,
                        "status_fd",
                        20,
                        "record_fd",
                        24,
                        "timed_ops",
                        28));
    }

    @Test
    void offsetsInARecord() {
        assertThat(offsets("op_record")).containsExactlyInAnyOrderEntriesOf(Map.of("state", 0, "result", 8, "ns", 16));
    }

    /** Of a struct without padding, as the header says of all of them. */
    private Map<String, Integer> offsets(String struct) {
        String body = header.substring(header.indexOf("struct " + struct + " {"));
        body = body.substring(body.indexOf('{') + 1, body.indexOf("};"));
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int offset = 0;
        for (MatchResult field : Pattern.compile("(struct \\w+|\\w+_t) (\\w+)(?:\\[(\\w+)\\])?;")
                .matcher(body)
                .results()
                .toList()) {
            offsets.put(field.group(2), offset);
            String count = field.group(3);
            int times = count == null ? 1 : count.equals("OP_MAX_CASES") ? Op.MAX_CASES : Integer.parseInt(count);
            offset += TYPES.get(field.group(1)) * times;
        }
        return offsets;
    }
}
