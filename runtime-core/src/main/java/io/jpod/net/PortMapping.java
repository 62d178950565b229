package io.jpod.net;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import io.jpod.linux.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A port of the host that leads to one of a pod.
 *
 * @param hostIp null: all addresses of the host
 * @param hostPort 0: a free one is chosen when the pod is attached
 */
public record PortMapping(@Nullable Ip hostIp, int hostPort, int containerPort, Protocol protocol) {
    private static final int LAST_PORT = 65535;
    private static final Pattern FORM =
            Pattern.compile("(?:(?:(\\[[^]]*]|[0-9.]*):)?([0-9]*(?:-[0-9]+)?):)?([0-9]+(?:-[0-9]+)?)(?:/([A-Za-z]+))?");

    public PortMapping {
        if (hostPort < 0 || hostPort > LAST_PORT || containerPort < 1 || containerPort > LAST_PORT) {
            throw new NetworkFailed("ports go from 1 to 65535");
        }
    }

    /**
     * The form that {@code docker -p} takes: {@code [[IP:][HOSTPORT[-END]]:]CONTAINERPORT[-END][/PROTOCOL]}, an IPv6 address in
     * brackets.
     *
     * @return one for each port of a range
     * @throws NetworkFailed if it has another form, or the ranges differ in length
     */
    public static List<PortMapping> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw wrong(text, "must be [[IP:][HOSTPORT]:]CONTAINERPORT[/tcp|/udp]");
        }
        Protocol protocol = form.group(4) == null ? Protocol.TCP : Protocol.of(form.group(4));
        int[] inside = range(text, form.group(3));
        boolean isChosen = form.group(2) == null || form.group(2).isEmpty();
        int[] outside = isChosen ? inside : range(text, form.group(2));
        if (outside[1] - outside[0] != inside[1] - inside[0]) {
            throw wrong(text, "the ranges differ in length");
        }
        Ip hostIp = ip(text, form.group(1));
        List<PortMapping> mappings = new ArrayList<>();
        for (int i = 0; i <= inside[1] - inside[0]; i++) {
            mappings.add(new PortMapping(hostIp, isChosen ? 0 : outside[0] + i, inside[0] + i, protocol));
        }
        return mappings;
    }

    private static int[] range(String text, String range) {
        String[] ends = range.split("-", -1);
        int first = port(text, ends[0]);
        int last = ends.length == 1 ? first : port(text, ends[1]);
        if (last < first) {
            throw wrong(text, "a range must not end before it begins");
        }
        return new int[] {first, last};
    }

    private static int port(String text, String digits) {
        int port = digits.isEmpty() || digits.length() > 5 ? 0 : Integer.parseInt(digits);
        if (port < 1 || port > LAST_PORT) {
            throw wrong(text, "ports go from 1 to 65535");
        }
        return port;
    }

    private static @Nullable Ip ip(String text, @Nullable String word) {
        if (word == null || word.isEmpty()) {
            return null;
        }
        try {
            Ip ip = Ip.parse(word.startsWith("[") ? word.substring(1, word.length() - 1) : word);
            return ip.number().signum() == 0 && !ip.isV6() ? null : ip;
        } catch (IllegalArgumentException e) {
            throw wrong(text, e.getMessage());
        }
    }

    private static NetworkFailed wrong(String text, @Nullable String reason) {
        return new NetworkFailed("port " + Json.quote(text) + ": " + reason);
    }

    PortMapping withHostPort(int port) {
        return new PortMapping(hostIp, port, containerPort, protocol);
    }

    /** Whether both cannot be published at once. */
    boolean clashesWith(PortMapping other) {
        return hostPort == other.hostPort
                && protocol == other.protocol
                && (hostIp == null || other.hostIp == null || hostIp.equals(other.hostIp));
    }

    /** The place on the host: {@code 127.0.0.1:8080/tcp}. */
    String host() {
        return (hostIp == null ? "" : text(hostIp) + ":") + hostPort + "/" + protocol.word();
    }

    static String text(Ip ip) {
        return ip.isV6() ? "[" + ip + "]" : ip.toString();
    }

    public void write(JsonWriter json) {
        json.text("hostIp", hostIp == null ? null : hostIp.toString())
                .number("hostPort", hostPort)
                .number("containerPort", containerPort)
                .text("protocol", protocol.word());
    }

    public static PortMapping read(Json json) {
        return new PortMapping(
                json.optional("hostIp", Reading::ip),
                (int) json.needNumber("hostPort", 0, LAST_PORT),
                (int) json.needNumber("containerPort", 1, LAST_PORT),
                Protocol.of(json.need("protocol").string()));
    }

    /** {@code 0.0.0.0:8080->80/tcp}, as podman and docker show it. */
    @Override
    public String toString() {
        return (hostIp == null ? "0.0.0.0" : text(hostIp)) + ":" + hostPort + "->" + containerPort + "/"
                + protocol.word();
    }
}
