package io.lectio.control;

import io.lectio.engine.GuardLoop.Snapshot;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// The daemon's side of the unix socket. A caller connects and is told the status as one JSON text; nothing is read
/// from it, so there is nothing to inject and nothing to wait for.
public final class ControlServer implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ServerSocketChannel channel;
    private final Path socket;

    private ControlServer(ServerSocketChannel channel, Path socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /// The state folder is the guard's own and one guard holds its lock, so an old socket there is a dead one.
    ///
    /// @param snapshots by the label of each site
    public static ControlServer start(Path stateFolder, Supplier<? extends Map<String, Snapshot>> snapshots)
            throws IOException {
        Path socket = stateFolder.resolve(ControlClient.SOCKET);
        Files.deleteIfExists(socket);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        ControlServer server = new ControlServer(channel, socket);
        Thread.ofPlatform().name("control").daemon().start(() -> server.serve(snapshots));
        return server;
    }

    private void serve(Supplier<? extends Map<String, Snapshot>> snapshots) {
        while (true) {
            try (SocketChannel caller = channel.accept()) {
                // a status is smaller than the socket's buffer, so a caller who does not read holds nobody up
                caller.configureBlocking(false);
                caller.write(ByteBuffer.wrap(StatusJson.write(snapshots.get()).getBytes(StandardCharsets.UTF_8)));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // this caller is gone, and the next one is answered; but where no caller can be taken, nothing spins
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(socket);
    }
}
