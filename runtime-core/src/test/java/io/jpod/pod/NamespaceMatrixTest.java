package io.jpod.pod;

import static io.jpod.oci.NamespaceType.IPC;
import static io.jpod.oci.NamespaceType.MOUNT;
import static io.jpod.oci.NamespaceType.NETWORK;
import static io.jpod.oci.NamespaceType.TIME;
import static io.jpod.oci.NamespaceType.USER;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.NamespaceMatrix.Whose;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamespaceMatrixTest {
    private static final Row HOST =
            new Row(Kind.HOST, "host", null, 0, Map.of(USER, 1L, MOUNT, 2L, NETWORK, 3L, IPC, 4L));
    private static final Row POD = new Row(Kind.POD, "web", "web", 0, Map.of(NETWORK, 30L));
    private static final Row APP =
            new Row(Kind.CONTAINER, "app", "web", 7, Map.of(USER, 1L, MOUNT, 20L, NETWORK, 30L, IPC, 40L));
    private static final Row VISITOR =
            new Row(Kind.CONTAINER, "visitor", null, 8, Map.of(USER, 1L, MOUNT, 21L, NETWORK, 30L, IPC, 40L));

    private final NamespaceMatrix matrix = new NamespaceMatrix(List.of(POD, APP, HOST), List.of(VISITOR));

    @Test
    void aNamespaceIsTheHostsThePodsItsOwnOrThatOfOthers() {
        assertThat(matrix.whose(APP, USER)).contains(Whose.HOST);
        assertThat(matrix.whose(APP, NETWORK)).contains(Whose.SHARED);
        assertThat(matrix.whose(APP, MOUNT)).contains(Whose.OWN);
        assertThat(matrix.whose(APP, IPC)).contains(Whose.JOINED);
    }

    @Test
    void whatIsPinnedIsThePodsWithoutAnyContainerToo() {
        NamespaceMatrix alone = new NamespaceMatrix(List.of(POD, HOST), List.of());

        assertThat(alone.whose(POD, NETWORK)).contains(Whose.SHARED);
        assertThat(alone.whose(POD, MOUNT)).isEmpty();
    }

    @Test
    void containersOfOnePodShareWhatIsNotPinnedToo() {
        Row other = new Row(Kind.CONTAINER, "side", "web", 9, Map.of(IPC, 40L));

        assertThat(new NamespaceMatrix(List.of(APP, other, HOST), List.of()).whose(other, IPC))
                .contains(Whose.SHARED);
    }

    @Test
    void aVisitorOfAPodDoesNotShareItAsAMemberDoes() {
        NamespaceMatrix visitors = new NamespaceMatrix(List.of(VISITOR, HOST), List.of(POD, APP));

        assertThat(visitors.whose(VISITOR, NETWORK)).contains(Whose.JOINED);
        assertThat(visitors.others(VISITOR, NETWORK)).containsExactly(POD, APP);
        assertThat(visitors.others(VISITOR, USER)).containsExactly(APP);
    }

    @Test
    void whatIsNotKnownIsNobodys() {
        assertThat(matrix.whose(APP, TIME)).isEmpty();
        assertThat(matrix.others(APP, TIME)).isEmpty();
    }

    @Test
    void visitorsOfTheHostAreNoVisitors() {
        assertThat(matrix.visitors()).isEqualTo(Map.of(NETWORK, List.of(VISITOR), IPC, List.of(VISITOR)));
    }
}
