package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a program is not executed, in words that name the reason. */
@Tag("root")
class ProgramTest extends JpodTests {
    private static Path rootfs;

    @BeforeAll
    static void start() throws Exception {
        rootfs = Bundle.busybox(jpod.newDir("box")).rootfs();
    }

    @ParameterizedTest
    @CsvSource({
        "missing, #!/no/such/shell\\n, interpreter",
        "windows, #!/bin/sh\\r\\necho hello\\r\\n, CRLF",
        "env, #!/no/env python\\n, interpreter",
        "text, hello\\n, '#!/bin/sh'",
        "empty, '', '#!/bin/sh'"
    })
    void aScriptThatCannotBeRun(String name, String content, String reason) throws IOException {
        Path file = rootfs.resolve(name);
        Files.writeString(file, content.replace("\\n", "\n").replace("\\r", "\r"));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        assertThat(jpod.run("run", "--rootfs", rootfs.toString(), "--", "/" + name)
                        .ended(1)
                        .err())
                .contains("/" + name, reason);
        String id = jpod.id();
        jpod.run("run", "-d", "--name", id, "--rootfs", rootfs.toString(), "--", "sleep", "1000")
                .ok();
        assertThat(jpod.run("exec", id, "/" + name).ended(255).err()).contains("/" + name, reason);
        jpod.run("delete", "--force", id).ok();
        Bundle bundle = jpod.probe("true");
        Files.copy(file, bundle.rootfs().resolve(name), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        bundle.args("/" + name);
        jpod.run("create", "-b", bundle.dir().toString(), id).ok();
        assertThat(jpod.run("start", id).ended(1).err()).contains("/" + name, reason);
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void aConfigWithoutProcessSaysSo() throws IOException {
        Bundle bundle = jpod.probe("true").change(config -> config.remove("process"));
        for (String verb : new String[] {"create", "run"}) {
            String id = jpod.id();
            assertThat(jpod.run(verb, "-b", bundle.dir().toString(), id)
                            .ended(1)
                            .err())
                    .contains("config.json: process: is required");
            jpod.run("state", id).ended(1);
        }
    }
}
