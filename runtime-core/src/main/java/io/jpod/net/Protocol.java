package io.jpod.net;

import io.jpod.abi.Flags;
import java.util.Arrays;
import java.util.Locale;

/** What ports belong to. */
public enum Protocol {
    TCP(Flags.SOCK_STREAM, 6),
    UDP(Flags.SOCK_DGRAM, 17);

    private final long socketType;
    private final int number;

    Protocol(long socketType, int number) {
        this.socketType = socketType;
        this.number = number;
    }

    /** In IP, protocols(5). */
    int number() {
        return number;
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
