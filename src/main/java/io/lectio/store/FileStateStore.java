package io.lectio.store;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.Policy;
import io.lectio.engine.EventLog;
import io.lectio.engine.StateStore;
import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The durable state as one JSON file that a person can read: written beside, synced, renamed over the old one, the
/// folder synced.
///
/// A file that cannot be read is kept under another name, which is logged, and what it said of the budget is taken
/// as spent: a damaged state must not refill it.
public final class FileStateStore implements StateStore {
    private static final long LARGEST = 4_000_000;

    private final Path file;
    private final Policy policy;
    private final InstantSource clock;
    private final EventLog log;

    public FileStateStore(Path folder, Policy policy, InstantSource clock, EventLog log) {
        file = folder.resolve("state.json");
        this.policy = policy;
        this.clock = clock;
        this.log = log;
    }

    @Override
    public Durable load() throws IOException {
        try {
            return read();
        } catch (IOException e) {
            Path aside = file.resolveSibling(
                    "state.json.unreadable-" + clock.instant().toEpochMilli());
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            log.health(
                    Level.WARNING,
                    "the state cannot be read (" + e.getMessage() + "): it is kept as " + aside
                            + ", and its repairs count as spent");
            Ledger spent = new Ledger(
                    List.of(),
                    policy.limits().attemptsInRow(),
                    Optional.of(clock.instant().plus(policy.limits().cooldown())),
                    Optional.empty());
            Map<String, Ledger> ledgers =
                    policy.remedies().stream().collect(Collectors.toMap(remedy -> remedy, _ -> spent));
            return new Durable(
                    clock.instant().toEpochMilli(),
                    List.of(),
                    ledgers,
                    Outbox.EMPTY,
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /// The state as it is; what cannot be read is left as it is, too.
    public Durable read() throws IOException {
        if (!Files.exists(file)) {
            return Durable.EMPTY;
        }
        if (Files.size(file) > LARGEST) {
            throw new IOException("it has " + Files.size(file) + " bytes");
        }
        return JsonCodec.read(Files.readString(file), Durable.class);
    }

    @Override
    public void save(Durable durable) throws IOException {
        write(file, JsonCodec.write(durable));
    }

    /// So that a power cut leaves the old file or the new one; nobody else may read it.
    public static void write(Path file, String content) throws IOException {
        byte[] text = content.getBytes(StandardCharsets.UTF_8);
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        try (FileChannel channel = FileChannel.open(
                beside,
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
