package io.jpod.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HexFormat;

/**
 * What marks links and tables as those of a state root, of which a host may have several, and the names that follow from it: the
 * same at every call, so that a name that was recorded finds what was made.
 *
 * @param tag the root, or its hash if it is too long or too odd for nft (128 characters) and ifalias (256)
 */
record Owner(String tag) {
    private static final int LONGEST_TAG = 48;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** Locally administered, unicast. */
    private static final byte[] MAC_PREFIX = {0x6a, 0x70};

    static Owner of(Path root) {
        String text = root.toAbsolutePath().normalize().toString();
        boolean isPlain = text.length() <= LONGEST_TAG && text.matches("[A-Za-z0-9/_.+-]+");
        return new Owner(isPlain ? text : "#" + HexFormat.of().toHexDigits(hash(text)));
    }

    String ofNetwork(String network) {
        return prefix() + "network " + network;
    }

    String ofPod(String pod) {
        return prefix() + "pod " + pod;
    }

    /** What all marks of this root begin with. */
    String prefix() {
        return "jpod " + tag + " ";
    }

    byte[] bridgeMac(String network) {
        return mac(bytes(hash(tag + "\0" + network)));
    }

    /** At most 15 characters (IFNAMSIZ). */
    String hostInterface(String network, String pod, String ifname) {
        long hash = hash(String.join("\0", tag, network, pod, ifname));
        return "jp" + HexFormat.of().toHexDigits(hash).substring(4);
    }

    /** Follows the address, so that a neighbour's ARP cache stays right when an address is used again. */
    static byte[] mac(byte[] source) {
        byte[] mac = new byte[6];
        System.arraycopy(MAC_PREFIX, 0, mac, 0, MAC_PREFIX.length);
        System.arraycopy(source, source.length - 4, mac, MAC_PREFIX.length, 4);
        return mac;
    }

    /** FNV-1a: nobody gains by a collision, and the JDK's digests take long to load. */
    static long hash(String text) {
        long hash = FNV_OFFSET;
        for (byte each : text.getBytes(UTF_8)) {
            hash = (hash ^ (each & 255)) * FNV_PRIME;
        }
        return hash;
    }

    static byte[] bytes(long value) {
        return HexFormat.of().parseHex(HexFormat.of().toHexDigits(value));
    }
}
