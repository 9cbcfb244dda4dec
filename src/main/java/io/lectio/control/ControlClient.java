package io.lectio.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
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
    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final int LARGEST = 1_000_000;

    private ControlClient() {}

    /// The daemon's status as JSON; empty where no daemon answers within three seconds.
    public static Optional<String> status(Path stateFolder) throws InterruptedException {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("ask").start(() -> {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(stateFolder.resolve(SOCKET)))) {
                ByteBuffer bytes = ByteBuffer.allocate(LARGEST);
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
                answer.complete(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return Optional.of(answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS))
                    .filter(text -> !text.isEmpty());
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }
}
