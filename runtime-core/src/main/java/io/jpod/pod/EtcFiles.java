package io.jpod.pod;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Errno;
import io.jpod.abi.Flags;
import io.jpod.container.RecordDir;
import io.jpod.linux.Fd;
import io.jpod.linux.Ip;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import io.jpod.net.HostEntry;
import io.jpod.oci.NamespaceType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The texts of hosts(5), hostname(5) and resolv.conf(5) that the containers of a pod have in common. */
final class EtcFiles {
    private static final String HOSTS = "hosts";
    private static final int LONGEST = 1 << 20;

    private EtcFiles() {}

    /**
     * @param own addresses of the pod; empty: none but those of loopback
     * @param neighbours other pods of its networks
     */
    static String hosts(PodSpec spec, List<Ip> own, List<HostEntry> neighbours) {
        List<HostEntry> entries = new ArrayList<>(List.of(
                new HostEntry(Ip.parse("127.0.0.1"), List.of("localhost")),
                new HostEntry(Ip.parse("::1"), List.of("localhost", "ip6-localhost", "ip6-loopback"))));
        List<String> names =
                spec.hostname().equals(spec.name()) ? List.of(spec.name()) : List.of(spec.hostname(), spec.name());
        // As hosts(5) of Debian has it where there is no other address.
        for (Ip address : own.isEmpty() ? List.of(Ip.parse("127.0.1.1")) : own) {
            entries.add(new HostEntry(address, names));
        }
        entries.addAll(spec.hosts());
        entries.addAll(neighbours);
        return entries.stream()
                .map(entry -> entry.address() + "\t" + String.join(" ", entry.names()) + "\n")
                .collect(Collectors.joining());
    }

    static String resolvConf(PodSpec spec) {
        StringBuilder text = new StringBuilder();
        List<String> host = host("/etc/resolv.conf");
        boolean ownNetwork = !spec.host().contains(NamespaceType.NETWORK);
        if (spec.dns().servers().isEmpty()) {
            host.stream()
                    .filter(line -> line.startsWith("nameserver"))
                    // The host's loopback is not the pod's.
                    .filter(line -> !ownNetwork || !line.matches("nameserver\\s+(127\\..*|::1)\\s*"))
                    .forEach(line -> text.append(line).append('\n'));
        }
        spec.dns()
                .servers()
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        line(text, "search", spec.dns().searches(), host);
        line(text, "options", spec.dns().options(), host);
        return text.toString();
    }

    private static void line(StringBuilder text, String key, List<String> values, List<String> host) {
        if (!values.isEmpty()) {
            text.append(key).append(' ').append(String.join(" ", values)).append('\n');
        } else {
            host.stream()
                    .filter(line -> line.startsWith(key + " "))
                    .forEach(line -> text.append(line).append('\n'));
        }
    }

    private static List<String> host(String file) {
        return Files.exists(Path.of(file))
                ? Linux.readText(file, LONGEST).lines().toList()
                : List.of();
    }

    static void write(RecordDir dir, PodSpec spec, List<Ip> own, List<HostEntry> neighbours) {
        dir.write(HOSTS, hosts(spec, own, neighbours));
        dir.write("hostname", spec.hostname() + "\n");
        dir.write("resolv.conf", resolvConf(spec));
    }

    /** In the file that is there, which containers have mounted: another file of that name they would not see. */
    static void rewriteHosts(RecordDir dir, PodSpec spec, List<Ip> own, List<HostEntry> neighbours) {
        byte[] text = hosts(spec, own, neighbours).getBytes(UTF_8);
        try (Fd file = Linux.open(dir.path().resolve(HOSTS).toString(), Flags.O_WRONLY, 0)) {
            Linux.writeFully(file, ByteBuffer.wrap(text));
            Linux.truncate(file, text.length);
        } catch (SyscallException e) {
            // It is not there yet, or not any more.
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
