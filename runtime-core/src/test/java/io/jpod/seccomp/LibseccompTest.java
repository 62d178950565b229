package io.jpod.seccomp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.oci.Seccomp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * libseccomp 2.5 and jpod compile the same profile; one machine runs both filters. Apart from what SeccompCompiler
 * says it does otherwise (calls newer than the profile, unlisted architectures), the answers are equal.
 */
@EnabledIf("installed")
class LibseccompTest {
    private static final int PROFILES = 300;
    private static final int CALLS = 200;
    private static final int ENOSYS = 0x00050026;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int KILL_THREAD = 0;
    private static final int EEXIST = -17;
    private static final List<String> OPS = List.of("", "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ");
    private static final MemoryLayout ARG_CMP = MemoryLayout.structLayout(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    static boolean installed() {
        try {
            SymbolLookup.libraryLookup("libseccomp.so.2", Arena.global());
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(Arch.class)
    void bothCompilersAgree(Arch arch) throws Throwable {
        for (int seed = 0; seed < PROFILES; seed++) {
            Random random = new Random(seed);
            Seccomp profile = Profiles.random(random, arch, true);
            byte[] theirs = new Libseccomp().compile(profile, arch);
            byte[] ours = SeccompCompiler.compile(profile, arch).program();
            for (int i = 0; i < CALLS; i++) {
                BpfMachine.Call call = Profiles.randomCall(random, arch);
                int our = BpfMachine.run(ours, call).value();
                int their = BpfMachine.run(theirs, call).value();
                boolean stated = our == ENOSYS && their == ProfileModel.value(profile.defaultAction(), null)
                        || our == KILL_PROCESS && their == KILL_THREAD;
                if (!stated) {
                    assertThat(our)
                            .as(() -> profile + " for " + call + Arrays.toString(call.args()))
                            .isEqualTo(their);
                }
            }
        }
    }

    /** The few functions of seccomp.h that build and export a filter. */
    private static final class Libseccomp {
        private static final Linker LINKER = Linker.nativeLinker();
        private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup("libseccomp.so.2", Arena.global());
        private static final MethodHandle INIT = function("seccomp_init", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        private static final MethodHandle ARCH_ADD =
                function("seccomp_arch_add", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        private static final MethodHandle ARCH_REMOVE =
                function("seccomp_arch_remove", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        private static final MethodHandle RESOLVE =
                function("seccomp_syscall_resolve_name", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        private static final MethodHandle RULE_ADD = function(
                "seccomp_rule_add_array",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
        private static final MethodHandle EXPORT =
                function("seccomp_export_bpf", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        private static final MethodHandle RELEASE = function("seccomp_release", FunctionDescriptor.ofVoid(ADDRESS));
        private static final MethodHandle OPEN = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("creat"), FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        private static final MethodHandle CLOSE = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));

        private static MethodHandle function(String name, FunctionDescriptor type) {
            return LINKER.downcallHandle(LIBRARY.findOrThrow(name), type);
        }

        byte[] compile(Seccomp profile, Arch arch) throws Throwable {
            try (Arena arena = Arena.ofConfined()) {
                int otherwise = ProfileModel.value(profile.defaultAction(), profile.defaultErrnoRet());
                MemorySegment filter = (MemorySegment) INIT.invokeExact(otherwise);
                int added = (int) ARCH_ADD.invokeExact(filter, token(Abi.of(arch)));
                assertThat(added).isIn(0, EEXIST);
                if (arch != Arch.host()) {
                    assertThat((int) ARCH_REMOVE.invokeExact(filter, token(Abi.of(Arch.host()))))
                            .isZero();
                }
                for (Abi abi : Abi.servedBy(arch)) {
                    if (profile.architectures().contains(abi.listed())) {
                        assertThat((int) ARCH_ADD.invokeExact(filter, token(abi)))
                                .isIn(0, EEXIST);
                    }
                }
                for (Seccomp.Rule rule : profile.syscalls()) {
                    int action = ProfileModel.value(rule.action(), rule.errnoRet());
                    if (action != otherwise) {
                        addRule(arena, filter, rule, action);
                    }
                }
                byte[] program = export(arena, filter);
                RELEASE.invokeExact(filter);
                return program;
            }
        }

        /** SCMP_ARCH_*: the audit architecture, but for x32, which is marked by leaving the 64-bit flag out. */
        private static int token(Abi abi) {
            return abi == Abi.X32 ? 0x4000003e : abi.auditArch();
        }

        private static void addRule(Arena arena, MemorySegment filter, Seccomp.Rule rule, int action) throws Throwable {
            MemorySegment args = arena.allocate(ARG_CMP, 6);
            for (int i = 0; i < rule.args().size(); i++) {
                Seccomp.Arg arg = rule.args().get(i);
                long at = i * ARG_CMP.byteSize();
                args.set(JAVA_INT, at, arg.index());
                args.set(JAVA_INT, at + 4, OPS.indexOf(arg.op().name().substring("SCMP_CMP_".length())));
                args.set(JAVA_LONG, at + 8, arg.value());
                args.set(JAVA_LONG, at + 16, arg.valueTwo());
            }
            int number =
                    (int) RESOLVE.invokeExact(arena.allocateFrom(rule.names().getFirst()));
            int result = (int)
                    RULE_ADD.invokeExact(filter, action, number, rule.args().size(), args);
            assertThat(result).as("%s", rule).isIn(0, EEXIST);
        }

        private static byte[] export(Arena arena, MemorySegment filter) throws Throwable {
            Path file = Files.createTempFile("jpod-test-", ".bpf");
            try {
                int fd = (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), 0600);
                assertThat((int) EXPORT.invokeExact(filter, fd)).isZero();
                assertThat((int) CLOSE.invokeExact(fd)).isZero();
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                Files.delete(file);
            }
        }
    }
}
