package io.jpod.it;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What tests of {@code bin/jpod} share: one with a resident brain, for all tests of a class. */
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
abstract class JpodTests {
    static Jpod jpod;

    @BeforeAll
    static void startJpod() {
        jpod = Jpod.resident();
    }

    @AfterAll
    static void endJpod() throws IOException {
        jpod.close();
    }
}
