package io.lectio.wiring;

import io.lectio.core.policy.Policy.Patience;
import io.lectio.host.Processes;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// Whether services may still be coming up by themselves: for the first guard after a boot alone. One that is started
/// anew later finds a machine that is up, and acts from its first round on.
final class Boot {
    /// On a file system that a boot empties.
    private static final Path BEGUN = Path.of("/run/lectio-monitor/begun");

    private Boot() {}

    /// @return until when nothing is repaired; empty for any but the first
    static Optional<Instant> graceUntil() throws IOException {
        if (Files.exists(BEGUN)) {
            return Optional.empty();
        }
        return new Processes()
                .of(Set.of(1)).stream() // a container is booted when its own process 1 begins
                        .map(first -> first.started().plus(Patience.DEFAULT.grace()))
                        .filter(Instant.now()::isBefore)
                        .findFirst();
    }

    /// Says to those who come later that a guard has begun.
    static void begun() throws IOException {
        try {
            Files.createFile(BEGUN);
        } catch (FileAlreadyExistsException e) {
            return; // as it is meant
        }
    }
}
