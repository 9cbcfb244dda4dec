package io.lectio.control;

import io.lectio.json.JsonCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A command's side of the unix socket.
public final class ControlClient {
    static final String SOCKET = "control.sock";
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private ControlClient() {}

    /// The daemon's answer, one line of JSON; empty where no daemon answers within five seconds.
    ///
    /// @throws AccessDeniedException where the socket is not for this user
    public static Optional<String> ask(Path stateFolder, Request request)
            throws AccessDeniedException, InterruptedException {
        return ask(stateFolder, request, DEADLINE);
    }

    /// The same, for what takes longer.
    public static Optional<String> ask(Path stateFolder, Request request, Duration within)
            throws AccessDeniedException, InterruptedException {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("ask").start(() -> {
            try (BufferedReader lines = open(stateFolder, request)) {
                answer.complete(Optional.ofNullable(lines.readLine()));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AccessDeniedException denied) {
                throw denied;
            }
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.empty();
        }
    }

    /// The daemon's status; empty where no daemon answers.
    ///
    /// @throws IOException when the answer is not one
    public static Optional<Status> status(Path stateFolder) throws IOException, InterruptedException {
        Optional<String> answer = ask(stateFolder, Request.of(Request.Ask.STATUS));
        return answer.isPresent() ? Optional.of(read(answer.get(), Status.class)) : Optional.empty();
    }

    /// @throws IOException with what the daemon says in place of such an answer
    public static <T extends Record> T read(String answer, Class<T> type) throws IOException {
        try {
            return JsonCodec.read(answer, type);
        } catch (IOException e) {
            String said = answer.contains("\"done\":false")
                    ? JsonCodec.read(answer, Answer.class).text()
                    : "its answer is not understood (" + e.getMessage() + "): is it of another version?";
            throw new IOException("the guard: " + said, e);
        }
    }

    /// What follows a request.
    public interface Body {
        void write(OutputStream out) throws IOException;
    }

    public interface Listener {
        void heard(String line) throws IOException;
    }

    /// Asks, sends what follows where the daemon wants it, and listens to the end.
    ///
    /// @return false where no daemon is there to listen
    /// @throws AccessDeniedException where the socket is not for this user
    public static boolean converse(Path stateFolder, Request request, Optional<Body> body, Listener listener)
            throws IOException {
        SocketChannel channel;
        try {
            channel = connect(stateFolder, request);
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException e) {
            return false;
        }
        try (channel;
                BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            if (body.isPresent()) {
                String first = lines.readLine();
                if (first == null) {
                    return false;
                }
                listener.heard(first);
                if (read(first, Answer.class).done()) {
                    send(channel, body.get());
                }
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                listener.heard(line);
            }
            return true;
        }
    }

    /// What the daemon does not want to the end, it says why in its answer.
    private static void send(SocketChannel channel, Body body) throws IOException {
        OutputStream out = Channels.newOutputStream(channel);
        try {
            body.write(out);
            channel.shutdownOutput();
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("Broken pipe")) {
                throw e;
            }
        }
    }

    /// What the daemon says, line by line, to whoever has the time to wait for it.
    public static BufferedReader open(Path stateFolder, Request request) throws IOException {
        return new BufferedReader(Channels.newReader(connect(stateFolder, request), StandardCharsets.UTF_8));
    }

    private static SocketChannel connect(Path stateFolder, Request request) throws IOException {
        Path socket = stateFolder.resolve(SOCKET);
        String line = JsonCodec.writeLine(request.by(Optional.ofNullable(System.getenv("SUDO_USER"))));
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket)); // the guard waits for what follows, but not for long
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return channel;
        } catch (IOException e) {
            channel.close();
            if (String.valueOf(e.getMessage()).contains("Permission denied")) {
                throw new AccessDeniedException(socket.toString());
            }
            throw e;
        }
    }
}
