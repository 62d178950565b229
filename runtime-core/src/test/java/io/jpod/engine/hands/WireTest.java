package io.jpod.engine.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the Java side of the protocol against the C header. Both are little endian without padding. */
class WireTest {
    private static final String HEADER = read(Path.of("../native-shims/src/protocol.h"));

    private static String read(Path path) {
        try {
            return Files.readString(path).replaceAll("//.*", "");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, Integer> javaConstants() throws IllegalAccessException {
        Map<String, Integer> constants = new TreeMap<>();
        for (Field field : Wire.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                constants.put(field.getName(), field.getInt(null));
            }
        }
        constants.remove("LONGEST");
        return constants;
    }

    @Test
    void theNumbersAreTheHeaders() throws IllegalAccessException {
        Map<String, Integer> header = new TreeMap<>();
        Matcher matcher = Pattern.compile("(?:#define |MSG_|PROTOCOL_)(\\w+) (?:= )?(\\d+)u?\\b")
                .matcher(HEADER);
        while (matcher.find()) {
            header.put(matcher.group(1).replace("PROTOCOL_", ""), Integer.parseInt(matcher.group(2)));
        }
        assertThat(javaConstants()).isEqualTo(header);
    }

    /** Name and offset of each field. */
    private static Map<String, Integer> struct(String name) {
        Matcher body = Pattern.compile("struct " + name + " \\{([^}]*)}").matcher(HEADER);
        assertThat(body.find()).as(name).isTrue();
        Matcher fields = Pattern.compile("u?int(\\d+)_t (\\w+);").matcher(body.group(1));
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int offset = 0;
        while (fields.find()) {
            offsets.put(fields.group(2), offset);
            offset += Integer.parseInt(fields.group(1)) / 8;
        }
        offsets.put("sizeof", offset);
        return offsets;
    }

    private static ByteBuffer message(String struct, byte[] bytes, int type) {
        assertThat(bytes).hasSize(struct(struct).get("sizeof"));
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(buffer.getInt(struct(struct).get("type"))).isEqualTo(type);
        return buffer;
    }

    @Test
    void spawnIsTheHeaders() {
        ByteBuffer spawn = message("msg_spawn", Wire.spawn(3, 0x123456789L, 7), Wire.SPAWN);
        assertThat(spawn.getInt(struct("msg_spawn").get("flags"))).isEqualTo(3);
        assertThat(spawn.getLong(struct("msg_spawn").get("clone_flags"))).isEqualTo(0x123456789L);
        assertThat(spawn.getInt(struct("msg_spawn").get("preserve"))).isEqualTo(7);
    }

    @Test
    void watchIsTheHeaders() {
        ByteBuffer watch = message("msg_watch", Wire.watch(3, 0x123456789L, 7), Wire.WATCH);
        assertThat(watch.getInt(struct("msg_watch").get("pid"))).isEqualTo(3);
        assertThat(watch.getLong(struct("msg_watch").get("max_size"))).isEqualTo(0x123456789L);
        assertThat(watch.getInt(struct("msg_watch").get("max_files"))).isEqualTo(7);
    }

    @Test
    void theShortOnesAreTheHeaders() {
        assertThat(message("msg_forward", Wire.word(Wire.FORWARD, 2), Wire.FORWARD)
                        .getInt(4))
                .isEqualTo(2);
        assertThat(message("msg_adopt", Wire.word(Wire.ADOPT, 6), Wire.ADOPT).getInt(4))
                .isEqualTo(6);
        assertThat(message("msg_will", Wire.word(Wire.WILL, 4), Wire.WILL).getInt(4))
                .isEqualTo(4);
        assertThat(message("msg_exit", Wire.word(Wire.EXIT, 5), Wire.EXIT).getInt(4))
                .isEqualTo(5);
        assertThat(Wire.word(Wire.ELSEWHERE)).containsExactly(Wire.ELSEWHERE, 0, 0, 0);
        assertThat(Wire.word(Wire.RELAY)).containsExactly(Wire.RELAY, 0, 0, 0);
        assertThat(Wire.word(Wire.DETACH)).containsExactly(Wire.DETACH, 0, 0, 0);
        assertThat(Wire.word(Wire.LEAVE)).containsExactly(Wire.LEAVE, 0, 0, 0);
    }

    private static byte[] fromHands(int type, Map<String, Integer> struct, Map<String, Integer> values) {
        ByteBuffer buffer = ByteBuffer.allocate(struct.get("sizeof")).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(struct.get("type"), type);
        values.forEach((field, value) -> buffer.putInt(struct.get(field), value));
        return buffer.array();
    }

    @Test
    void whatTheHandsSayIsTheHeaders() {
        Map<String, Integer> hello = Map.of("version", 1, "argc", 2, "envc", 3, "inherited", 4);
        assertThat(Wire.decode(fromHands(Wire.HELLO, struct("msg_hello"), hello)))
                .isEqualTo(new Wire.Hello(1, 2, 3, 4));
        assertThat(Wire.decode(fromHands(Wire.SPAWNED, struct("msg_spawned"), Map.of("result", -22))))
                .isEqualTo(new Wire.Spawned(-22));
        assertThat(Wire.decode(fromHands(Wire.EXITED, struct("msg_exited"), Map.of("pid", 42, "status", 9))))
                .isEqualTo(new Wire.Exited(42, 9));
    }

    @Test
    void anythingElseIsRefused() {
        byte[][] malformed = {
            {}, {1}, {1, 0, 0, 0}, new byte[20], Wire.word(Wire.ELSEWHERE), Wire.word(Wire.EXIT, 1), new byte[12]
        };
        for (byte[] bytes : malformed) {
            assertThatThrownBy(() -> Wire.decode(bytes)).isInstanceOf(HandsLost.class);
        }
    }
}
