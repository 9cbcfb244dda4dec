package io.lectio.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Whether this machine can speak to itself at all. Where it cannot, an unanswered question says nothing about the
/// site.
final class Loopback {
    private static final int DEADLINE_MILLIS = 500;

    private Loopback() {}

    static boolean carries() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket()) {
            client.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), DEADLINE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
