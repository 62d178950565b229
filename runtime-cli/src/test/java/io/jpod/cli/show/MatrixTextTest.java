package io.jpod.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.oci.NamespaceType;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MatrixTextTest {
    private static final NamespaceMatrix MATRIX = new NamespaceMatrix(
            List.of(
                    new Row(Kind.POD, "web", "web", 0, Map.of(NamespaceType.NETWORK, 4026532182L)),
                    row("app", 17196, 4026532190L, 4026532182L, 1),
                    new Row(Kind.CONTAINER, "gone", "web", 0, Map.of()),
                    new Row(Kind.HOST, "host", null, 0, all(1))),
            List.of(new Row(Kind.CONTAINER, "visitor", null, 9, Map.of(NamespaceType.NETWORK, 4026532182L))));

    private static Row row(String name, int pid, long mount, long network, long others) {
        Map<NamespaceType, Long> inodes = all(others);
        inodes.put(NamespaceType.MOUNT, mount);
        inodes.put(NamespaceType.NETWORK, network);
        return new Row(Kind.CONTAINER, name, "web", pid, inodes);
    }

    private static Map<NamespaceType, Long> all(long inode) {
        Map<NamespaceType, Long> inodes = new EnumMap<>(NamespaceType.class);
        NamespaceMatrix.COLUMNS.forEach(type -> inodes.put(type, inode));
        return inodes;
    }

    @Test
    void aMarkSaysWhoseANamespaceIs() {
        assertThat(MatrixText.text(MATRIX, Screen.NONE)).isEqualTo("""
                           PID  user  mnt          net          ipc  uts  pid  cgroup  time
                pod web      -                     4026532182=
                app      17196  1h    4026532190*  4026532182=  1h   1h   1h   1h      1h
                gone         -  -     -            -            -    -    -    -       -
                host         -  1     1            1            1    1    1    1       1

                = shared in the pod   * its own   h the host's   - no process
                Also in net: visitor
                """);
    }

    @Test
    void aNarrowScreenHasTheLastDigits() {
        NamespaceMatrix matrix = new NamespaceMatrix(
                List.of(
                        row("app", 17196, 4026532190L, 4026532182L, 4026531837L),
                        new Row(Kind.HOST, "host", null, 0, all(4026531837L))),
                List.of());

        assertThat(MatrixText.text(matrix, new Screen(false, 80))).isEqualTo("""
                        PID  user   mnt    net    ipc    uts    pid    cgroup  time
                app   17196  1837h  2190*  2182*  1837h  1837h  1837h  1837h   1837h
                host      -  1837   1837   1837   1837   1837   1837   1837    1837

                * its own   h the host's
                All numbers begin with 402653.
                """);
        assertThat(MatrixText.text(matrix, new Screen(false, 120))).isEqualTo(MatrixText.text(matrix, Screen.NONE));
    }

    @Test
    void coloursAddNothingButColours() {
        String coloured = MatrixText.text(MATRIX, new Screen(true, 0));

        assertThat(coloured)
                .contains("\033[1;32m4026532182=\033[0m", "\033[36m4026532190*\033[0m", "\033[33m1h\033[0m");
        assertThat(coloured.replaceAll("\033\\[[0-9;]*m", "")).isEqualTo(MatrixText.text(MATRIX, Screen.NONE));
    }

    @Test
    void programsGetTheSame() {
        assertThat(MatrixText.json(MATRIX, null))
                .startsWith("{\"rows\":[{\"kind\":\"pod\",\"name\":\"web\",\"pod\":\"web\",\"namespaces\":{\"net\":"
                        + "{\"inode\":4026532182,\"whose\":\"shared\",\"with\":[\"app\",\"visitor\"]}}},"
                        + "{\"kind\":\"container\",\"name\":\"app\",\"pod\":\"web\",\"pid\":17196,\"namespaces\":{\"user\":"
                        + "{\"inode\":1,\"whose\":\"host\"},\"mnt\":{\"inode\":4026532190,\"whose\":\"own\"},")
                .contains("{\"kind\":\"container\",\"name\":\"gone\",\"pod\":\"web\",\"namespaces\":{}}");
    }

    @Test
    void aFrameCoversWhatWasThere() {
        assertThat(Watch.frame("a\nb\n")).isEqualTo("\033[Ha\033[K\nb\033[K\n\033[J");
    }
}
