package io.lectio.host.systemd;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Listens where systemd would, and says what a test tells it to.
final class FakeSystemd implements AutoCloseable {
    private final ServerSocketChannel listening;
    private final Talk talk;
    private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();

    /// One connection, which is closed after it.
    interface Talk {
        void with(Peer peer) throws IOException, InterruptedException;
    }

    FakeSystemd(Path socket, Talk talk) throws IOException {
        this.talk = talk;
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().name("fake-systemd").start(this::acceptAll);
    }

    private void acceptAll() {
        while (true) {
            try {
                SocketChannel channel = listening.accept();
                open.add(channel);
                Thread.ofPlatform().daemon().name("fake-systemd").start(() -> converse(channel));
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    private void converse(SocketChannel channel) {
        try (channel) {
            talk.with(new Peer(channel, new BufferedInputStream(Channels.newInputStream(channel))));
        } catch (IOException e) {
            return; // the other side has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    record Peer(SocketChannel channel, InputStream in) {
        void logIn() throws IOException {
            String login = line();
            if (!login.startsWith("\0AUTH EXTERNAL 3")) {
                throw new IOException(login);
            }
            say("OK 0123456789abcdef0123456789abcdef\r\n");
            String _ = line();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            while (line.indexOf("\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("gone");
                }
                line.append((char) next);
            }
            return line.toString();
        }

        void say(String text) throws IOException {
            write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        }

        void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        /// The next call to one of these, everything else unanswered.
        Message awaitCall(String member) throws IOException {
            while (true) {
                Message call = Message.read(in);
                if (call.member().equals(member)) {
                    return call;
                }
            }
        }

        void answer(Message call, String signature, Writer body) throws IOException {
            write(new Message(Message.Type.ANSWER, 1, call.serial(), "", "", "", "", signature, body.written())
                    .encode());
        }

        void refuse(Message call, String error, String why) throws IOException {
            write(new Message(
                            Message.Type.ERROR,
                            1,
                            call.serial(),
                            "",
                            "",
                            "",
                            error,
                            "s",
                            new Writer().put('s', why).written())
                    .encode());
        }

        void removed(String job, String unit, String result) throws IOException {
            Writer body = new Writer().put('u', 1).put('o', job).put('s', unit).put('s', result);
            write(new Message(
                            Message.Type.SIGNAL,
                            2,
                            0,
                            "/org/freedesktop/systemd1",
                            "org.freedesktop.systemd1.Manager",
                            "JobRemoved",
                            "",
                            "uoss",
                            body.written())
                    .encode());
        }

        /// Takes all that is sent and says nothing.
        void listen() throws IOException {
            long _ = in.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }
}
