package io.jpod.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.oci.Seccomp;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compiled filters answer as the profile reads. */
class SeccompPropertyTest {
    private static final int PROFILES = 400;
    private static final int CALLS = 300;

    @ParameterizedTest
    @EnumSource(Arch.class)
    void everyAnswerIsTheOneThatTheProfileGives(Arch arch) {
        for (int seed = 0; seed < PROFILES; seed++) {
            Random random = new Random(seed);
            Seccomp profile = Profiles.random(random, arch, false);
            ProfileModel model = new ProfileModel(profile, arch);
            byte[] program = SeccompCompiler.compile(profile, arch).program();
            for (int i = 0; i < CALLS; i++) {
                BpfMachine.Call call = Profiles.randomCall(random, arch);
                assertThat(BpfMachine.run(program, call).value())
                        .as(() -> "seed with " + profile + " for " + call + Arrays.toString(call.args()))
                        .isEqualTo(model.answer(call));
            }
        }
    }
}
