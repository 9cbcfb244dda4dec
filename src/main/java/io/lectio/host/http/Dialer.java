package io.lectio.host.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/// How a connection to a host comes about.
public sealed interface Dialer {

    /// To this address, whatever the host's name says: what is watched is this machine's own server.
    record Fixed(String address) implements Dialer {}

    /// To a unix socket on this machine.
    record Unix(Path socket) implements Dialer {}

    /// By name, IPv4 first: where IPv6 is announced but filtered, nothing waits for it.
    record ByName() implements Dialer {}

    /// Through a proxy: `http://[user:password@]host:port` by CONNECT, `socks5://…` with the name resolved there.
    record Through(URI proxy) implements Dialer {
        public Through {
            if (proxy.getHost() == null
                    || proxy.getPort() < 0
                    || !List.of("http", "socks5").contains(String.valueOf(proxy.getScheme()))) {
                throw new IllegalArgumentException("a proxy is http://host:port or socks5://host:port");
            }
        }

        @Override
        public String toString() {
            return "Through[" + proxy.getHost() + ":" + proxy.getPort() + "]";
        }
    }

    default Socket dial(String host, int port, Deadline deadline) throws IOException {
        return switch (this) {
            case Fixed(String address) -> connect(resolve(address), port, deadline);
            case Unix(Path socket) -> UnixSocket.connect(socket, deadline);
            case ByName() -> connect(resolve(host), port, deadline);
            case Through(URI proxy) -> {
                Socket socket = connect(resolve(proxy.getHost()), proxy.getPort(), deadline);
                try {
                    socket.setSoTimeout(deadline.left());
                    if (proxy.getScheme().equals("http")) {
                        connectTunnel(socket, proxy, host, port);
                    } else {
                        socks5(socket, proxy, host, port);
                    }
                } catch (SocketTimeoutException e) {
                    socket.close();
                    throw new HttpFailure(HttpFailure.Kind.PROXY, "the proxy does not answer");
                } catch (IOException | RuntimeException e) {
                    socket.close();
                    throw e;
                }
                yield socket;
            }
        };
    }

    private static InetAddress[] resolve(String host) throws HttpFailure {
        try {
            InetAddress[] found = InetAddress.getAllByName(host);
            Arrays.sort(found, Comparator.comparing(address -> !(address instanceof Inet4Address)));
            return found;
        } catch (UnknownHostException e) {
            throw new HttpFailure(HttpFailure.Kind.DNS, "no address for " + host);
        }
    }

    private static Socket connect(InetAddress[] addresses, int port, Deadline deadline) throws IOException {
        IOException last = new HttpFailure(HttpFailure.Kind.CONNECT, "no address");
        for (int i = 0; i < addresses.length; i++) {
            Socket socket = new Socket();
            try {
                deadline.watch(socket);
                socket.setTcpNoDelay(true);
                int left = deadline.left();
                socket.connect(
                        new InetSocketAddress(addresses[i], port),
                        i + 1 < addresses.length ? Math.max(1, left / 3) : left);
                return socket;
            } catch (SocketTimeoutException e) {
                socket.close();
                last = new HttpFailure(HttpFailure.Kind.TIMEOUT, "no connection to " + shown(addresses[i], port));
            } catch (java.net.SocketException e) {
                socket.close();
                last = new HttpFailure(
                        HttpFailure.Kind.CONNECT,
                        "no connection to " + shown(addresses[i], port) + ": " + e.getMessage());
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }
        throw last;
    }

    private static String shown(InetAddress address, int port) {
        String host = address.getHostAddress();
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
    }

    private static void connectTunnel(Socket socket, URI proxy, String host, int port) throws IOException {
        String credentials = proxy.getUserInfo() == null
                ? ""
                : "Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString(proxy.getUserInfo().getBytes(StandardCharsets.UTF_8))
                        + "\r\n";
        String target = host + ":" + port;
        socket.getOutputStream()
                .write(("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + credentials + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        AnswerReader reader = new AnswerReader(socket.getInputStream(), () -> {});
        int status = reader.head().status();
        if (status != 200) {
            throw new HttpFailure(HttpFailure.Kind.PROXY, "the proxy answers " + status);
        }
    }

    /// Sources: RFC 1928, RFC 1929.
    private static void socks5(Socket socket, URI proxy, String host, int port) throws IOException {
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        boolean named = proxy.getUserInfo() != null;
        out.write(new byte[] {5, 1, (byte) (named ? 2 : 0)});
        byte[] method = in.readNBytes(2);
        if (method.length < 2 || method[0] != 5 || method[1] != (named ? 2 : 0)) {
            throw new HttpFailure(HttpFailure.Kind.PROXY, "the proxy refuses our way of logging in");
        }
        if (named) {
            String[] parts = proxy.getUserInfo().split(":", 2);
            out.write(1);
            for (String part : new String[] {parts[0], parts.length > 1 ? parts[1] : ""}) {
                writeShort(out, part);
            }
            byte[] granted = in.readNBytes(2);
            if (granted.length < 2 || granted[1] != 0) {
                throw new HttpFailure(HttpFailure.Kind.PROXY, "the proxy refuses user and password");
            }
        }
        out.write(new byte[] {5, 1, 0, 3});
        writeShort(out, host);
        out.write(new byte[] {(byte) (port >> 8), (byte) port});
        byte[] head = in.readNBytes(4);
        if (head.length < 4 || head[1] != 0) {
            throw new HttpFailure(
                    HttpFailure.Kind.PROXY, "the proxy cannot connect" + (head.length > 1 ? ", code " + head[1] : ""));
        }
        int address = switch (head[3]) {
            case 1 -> 4;
            case 4 -> 16;
            default -> in.read();
        };
        in.readNBytes(address + 2);
    }

    private static void writeShort(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new HttpFailure(HttpFailure.Kind.PROXY, "a name too long for SOCKS");
        }
        out.write(bytes.length);
        out.write(bytes);
    }
}
