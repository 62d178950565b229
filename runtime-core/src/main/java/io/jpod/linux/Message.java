package io.jpod.linux;

import java.util.List;

/** One packet of a unix socket and the descriptors beside it (SCM_RIGHTS). Whoever holds a received one closes them. */
public record Message(byte[] bytes, List<Fd> fds) {
    public Message {
        fds = List.copyOf(fds);
    }

    public void closeFds() {
        fds.forEach(Fd::close);
    }
}
