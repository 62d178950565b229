package io.jpod.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContainerUseTest {
    @Test
    void trafficIsThatOfAllInterfacesButLoopback() {
        assertThat(ContainerUse.net("""
                        Inter-|   Receive                            |  Transmit
                         face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
                            lo:  100 1 0 0 0 0 0 0  100 1 0 0 0 0 0 0
                          eth0:  10 1 0 0 0 0 0 0  20 1 0 0 0 0 0 0
                          eth1:5 1 0 0 0 0 0 0  6 1 0 0 0 0 0 0
                        """)).isEqualTo(new ContainerUse.Traffic(15, 26));
    }
}
