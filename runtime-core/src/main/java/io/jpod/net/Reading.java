package io.jpod.net;

import io.jpod.json.Json;
import io.jpod.linux.Cidr;
import io.jpod.linux.Ip;

/** Values in JSON that have a form. */
public final class Reading {
    private Reading() {}

    static Ip ip(Json json) {
        try {
            return Ip.parse(json.string());
        } catch (IllegalArgumentException e) {
            throw json.wrong("must be an IP address");
        }
    }

    public static Cidr cidr(Json json) {
        try {
            return Cidr.parse(json.string());
        } catch (IllegalArgumentException e) {
            throw json.wrong("must be ADDRESS/PREFIX");
        }
    }
}
