package io.jpod.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.oci.Resources;
import io.jpod.oci.Resources.DeviceRule.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceFilterTest {
    static final int BLOCK = 1;
    static final int CHAR = 2;
    static final int MKNOD = 1;
    static final int READ = 2;
    static final int WRITE = 4;

    static final Resources.DeviceRule DENY_ALL = new Resources.DeviceRule(false, null, null, null, "rwm");

    static Resources.DeviceRule allow(Type type, long major, long minor, String access) {
        return new Resources.DeviceRule(true, type, major, minor, access);
    }

    static Resources.DeviceRule deny(Type type, long major, long minor, String access) {
        return new Resources.DeviceRule(false, type, major, minor, access);
    }

    private static boolean allows(List<Resources.DeviceRule> rules, int type, int access, int major, int minor) {
        return EbpfMachine.allows(DeviceFilter.compile(rules), type, access, major, minor);
    }

    @Test
    void withoutRulesEverythingIsDenied() {
        assertThat(allows(List.of(), CHAR, READ, 1, 3)).isFalse();
    }

    @Test
    void whatIsAllowedAfterADenialOfAllIsOpen() {
        List<Resources.DeviceRule> rules = List.of(DENY_ALL, allow(Type.C, 1, 3, "rwm"), allow(Type.B, 8, -1, "r"));
        assertThat(allows(rules, CHAR, READ | WRITE, 1, 3)).isTrue();
        assertThat(allows(rules, CHAR, READ, 1, 11)).as("/dev/kmsg").isFalse();
        assertThat(allows(rules, BLOCK, READ, 1, 3)).isFalse();
        assertThat(allows(rules, BLOCK, READ, 8, 17)).isTrue();
        assertThat(allows(rules, BLOCK, READ | WRITE, 8, 17)).isFalse();
    }

    @Test
    void theLastRuleThatMatchesDecides() {
        assertThat(allows(List.of(allow(Type.C, 1, 3, "r"), DENY_ALL), CHAR, READ, 1, 3))
                .isFalse();
        List<Resources.DeviceRule> rules = List.of(allow(Type.A, -1, -1, "rwm"), deny(Type.C, 10, 229, "w"));
        assertThat(allows(rules, CHAR, READ, 10, 229)).isTrue();
        assertThat(allows(rules, CHAR, READ | WRITE, 10, 229)).isFalse();
        assertThat(allows(rules, CHAR, MKNOD, 10, 229)).isTrue();
    }

    @Test
    void rightsFromSeveralRulesAddUp() {
        List<Resources.DeviceRule> rules = List.of(DENY_ALL, allow(Type.C, 5, 2, "r"), allow(Type.C, 5, 2, "w"));
        assertThat(allows(rules, CHAR, READ | WRITE, 5, 2)).isTrue();
        assertThat(allows(rules, CHAR, READ | WRITE | MKNOD, 5, 2)).isFalse();
    }

    @Test
    void anyRulesGiveTheAnswerThatReadingThemGives() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            List<Resources.DeviceRule> rules = random(random);
            byte[] program = DeviceFilter.compile(rules);
            for (int i = 0; i < 100; i++) {
                int type = 1 + random.nextInt(2);
                int access = 1 + random.nextInt(7);
                int major = random.nextInt(3);
                int minor = random.nextInt(3);
                assertThat(EbpfMachine.allows(program, type, access, major, minor))
                        .as("%s for type %d access %d on %d:%d", rules, type, access, major, minor)
                        .isEqualTo(read(rules, type, access, major, minor));
            }
        }
    }

    static List<Resources.DeviceRule> random(Random random) {
        List<Resources.DeviceRule> rules = new ArrayList<>();
        Type[] types = {null, Type.A, Type.B, Type.C, Type.C};
        String[] accesses = {null, "rwm", "r", "w", "m", "rw", "mr"};
        for (int i = random.nextInt(12); i > 0; i--) {
            rules.add(new Resources.DeviceRule(
                    random.nextBoolean(),
                    types[random.nextInt(types.length)],
                    number(random),
                    number(random),
                    accesses[random.nextInt(accesses.length)]));
        }
        return rules;
    }

    private static @Nullable Long number(Random random) {
        int number = random.nextInt(5) - 1;
        return number == 3 ? null : (Long) (long) number;
    }

    private static boolean read(List<Resources.DeviceRule> rules, int type, int access, int major, int minor) {
        boolean all = true;
        for (int bit : new int[] {MKNOD, READ, WRITE}) {
            all &= (access & bit) == 0 || readOne(rules, type, "_mr_w".charAt(bit), major, minor);
        }
        return all;
    }

    private static boolean readOne(List<Resources.DeviceRule> rules, int type, char kind, int major, int minor) {
        boolean allowed = false;
        for (Resources.DeviceRule rule : rules) {
            boolean matches =
                    (rule.type() == null || rule.type() == Type.A || rule.type() == (type == 1 ? Type.B : Type.C))
                            && (rule.major() == null || rule.major() == -1 || rule.major() == major)
                            && (rule.minor() == null || rule.minor() == -1 || rule.minor() == minor)
                            && (rule.access() == null || rule.access().indexOf(kind) >= 0);
            allowed = matches ? rule.allow() : allowed;
        }
        return allowed;
    }
}
