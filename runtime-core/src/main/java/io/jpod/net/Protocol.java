package io.jpod.net;

import io.jpod.abi.Flags;
import java.util.Arrays;
import java.util.Locale;

/** What ports belong to. */
public enum Protocol {
    TCP(Flags.SOCK_STREAM),
    UDP(Flags.SOCK_DGRAM);

    private final long socketType;

    Protocol(long socketType) {
        this.socketType = socketType;
    }

    long socketType() {
        return socketType;
    }

    /** As nft(8) and JSON write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws NetworkFailed if there is no such protocol */
    public static Protocol of(String word) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.word().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new NetworkFailed("unknown protocol " + word + ": must be tcp or udp"));
    }
}
