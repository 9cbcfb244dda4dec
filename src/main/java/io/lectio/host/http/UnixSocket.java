package io.lectio.host.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// A unix socket in the shape of a [Socket], as far as an exchange needs it. It has no read timeout of its own: the
/// [Deadline] that watches it closes it.
final class UnixSocket extends Socket {
    private final SocketChannel channel;

    private UnixSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /// @throws HttpFailure where nobody listens there
    static Socket connect(Path path, Deadline deadline) throws IOException {
        try {
            UnixSocket socket = new UnixSocket(SocketChannel.open(UnixDomainSocketAddress.of(path)));
            deadline.watch(socket);
            return socket;
        } catch (IOException e) {
            throw new HttpFailure(HttpFailure.Kind.CONNECT, "no connection to " + path + ": " + e.getMessage());
        }
    }

    @Override
    public InputStream getInputStream() {
        return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public void setSoTimeout(int millis) {
        // see above
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
