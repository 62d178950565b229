package io.jpod.net;

import io.jpod.abi.Flags;
import io.jpod.abi.Sys;
import io.jpod.linux.Fd;
import io.jpod.linux.Ip;
import io.jpod.linux.Kernel;
import io.jpod.linux.Linux;
import io.jpod.linux.Netlink;
import io.jpod.linux.NetworkNamespace;
import io.jpod.linux.ThrowAwayThread;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;

/** A network namespace that plays the host, so that no test touches the real one's network. */
final class Host {
    private Host() {}

    interface Body {
        void run() throws Exception;
    }

    /** Runs a test on a thread whose namespace is a new host. */
    static void with(Body body) throws Exception {
        ThrowAwayThread.onThread(() -> {
            unshare();
            // Who says nothing for 30 s would be forgotten.
            sh("echo 100000 >/proc/sys/net/netfilter/nf_conntrack_udp_timeout");
            body.run();
            return null;
        });
    }

    private static void unshare() {
        if (Kernel.get().syscall(Sys.UNSHARE, Flags.CLONE_NEWNET) != 0) {
            throw new IllegalStateException("unshare");
        }
        try (Netlink own = Netlink.open()) {
            own.setUp("lo");
        }
    }

    /** A new namespace with loopback, which lives as long as its descriptor. */
    static Fd namespace() throws Exception {
        return ThrowAwayThread.onThread(() -> {
            unshare();
            return Linux.open("/proc/thread-self/ns/net", Flags.O_RDONLY, 0);
        });
    }

    static <T> T in(Fd namespace, Callable<T> work) {
        return NetworkNamespace.call(namespace, () -> {
            try {
                return work.call();
            } catch (Exception e) {
                throw new IllegalStateException(e.toString(), e);
            }
        });
    }

    /** Runs a command in the calling thread's namespace. */
    static String sh(String command) throws IOException {
        Process process = new ProcessBuilder(List.of("sh", "-ec", command))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + ": " + output);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return output;
    }

    /** A TCP server that tells every caller its name and what address it sees. */
    static ServerSocket serve(String name, int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(port));
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try (Socket caller = server.accept()) {
                    String peer = caller.getInetAddress().getHostAddress();
                    caller.getOutputStream().write((name + " " + peer).getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    /** What {@link #serve} answers; an IOException if nobody does. */
    static String call(String address, int port) throws IOException {
        return call(address, port, 0);
    }

    /** The same where nobody should answer: not for ever. */
    static String callInVain(String address, int port) throws IOException {
        return call(address, port, 2000);
    }

    private static String call(String address, int port, int milliseconds) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(literal(address), port), milliseconds);
            socket.setSoTimeout(milliseconds);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A UDP server that sends back what it gets, after its name. */
    static DatagramSocket echo(String name, int port) throws IOException {
        DatagramSocket server = new DatagramSocket(port);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                try {
                    server.receive(packet);
                    String said = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
                    packet.setData((name + " " + said).getBytes(StandardCharsets.UTF_8));
                    server.send(packet);
                } catch (IOException e) {
                    return;
                }
            }
        });
        return server;
    }

    static String say(String address, int port, String words) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            byte[] bytes = words.getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(bytes, bytes.length, literal(address), port));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        }
    }

    private static InetAddress literal(String address) throws IOException {
        return InetAddress.getByAddress(Ip.parse(address).bytes());
    }
}
