package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenersTest {
    private static final int OURS = (int) ProcessHandle.current().pid();

    @Test
    void whoListensAtAnAddressIsFoundByIt() throws IOException {
        int port;
        try (ServerSocket near = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                ServerSocket all = new ServerSocket(0, 1, InetAddress.ofLiteral("0.0.0.0"))) {
            port = near.getLocalPort();
            assertThat(Listeners.at("127.0.0.1:" + port)).containsExactly(OURS);
            assertThat(Listeners.at("127.0.0.2:" + port)).isEmpty();
            assertThat(Listeners.at("127.0.0.1:" + all.getLocalPort())).containsExactly(OURS);
            assertThat(Listeners.of(OURS)).contains("127.0.0.1:" + near.getLocalPort());
            assertThat(Listeners.on(port))
                    .hasValueSatisfying(who -> assertThat(who).endsWith("(" + OURS + ")"));
        }
        assertThat(Listeners.at("127.0.0.1:" + port)).isEmpty();
    }

    @Test
    void whoListensAtASocketIsFoundByItsPath(@TempDir Path folder) throws IOException {
        Path socket = folder.resolve("app.sock");
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(socket));
            assertThat(Listeners.at(socket.toString())).containsExactly(OURS);
            assertThat(Listeners.at(socket + "x")).isEmpty();
            assertThat(Listeners.of(OURS)).contains(socket.toString());
        }
    }
}
