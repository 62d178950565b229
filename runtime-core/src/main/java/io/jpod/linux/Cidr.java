package io.jpod.linux;

import java.math.BigInteger;

/** An address and the length of its network's prefix: {@code 10.89.0.2/24}. */
public record Cidr(Ip address, int prefix) {
    public Cidr {
        if (prefix < 0 || prefix > address.bits()) {
            throw new IllegalArgumentException("not a prefix length: " + prefix);
        }
    }

    /** @throws IllegalArgumentException if it is not ADDRESS/PREFIX */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("not ADDRESS/PREFIX: " + text);
        }
        return new Cidr(Ip.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** The same prefix with all bits after it 0. */
    public Cidr network() {
        return new Cidr(new Ip(address.isV6(), masked(address)), prefix);
    }

    /** The last address of the network, in IPv4 its broadcast address. */
    public Ip last() {
        BigInteger size = BigInteger.ONE.shiftLeft(address.bits() - prefix);
        return new Ip(address.isV6(), masked(address).add(size).subtract(BigInteger.ONE));
    }

    public boolean contains(Ip other) {
        return other.isV6() == address.isV6() && masked(other).equals(masked(address));
    }

    public boolean overlaps(Cidr other) {
        return prefix <= other.prefix ? contains(other.address) : other.contains(address);
    }

    private BigInteger masked(Ip ip) {
        int host = ip.bits() - prefix;
        return ip.number().shiftRight(host).shiftLeft(host);
    }

    @Override
    public String toString() {
        return address + "/" + prefix;
    }
}
