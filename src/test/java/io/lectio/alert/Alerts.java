package io.lectio.alert;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Alerts to send in tests: a file was closed and has been opened.
final class Alerts {
    private static final Instant AT = Instant.parse("2026-01-22T03:12:01Z");

    private Alerts() {}

    static Alert healed(long id, String file, Optional<Long> message) {
        Path path = Path.of("/var/www/teaching_panel/frontend/build").resolve(file);
        Denial denial = new Denial(path, false, 0, "root:root", AT, Place.INSIDE, Optional.empty());
        Access access = new Access("www-data", 200, List.of(denial), 0, 1);
        Answer well =
                new Answer(URI.create("http://localhost/"), Optional.of(200), Duration.ofMillis(2), Optional.empty());
        RepairResult changed = new RepairResult.Changed(
                0, 1, List.of(new RepairResult.Change(path, "root:root 0000", "www-data:www-data 0644")), 0, path);
        Incident incident = new Incident(
                id,
                AT,
                AT,
                new Diagnosis.PathsClosed(access, Optional.empty()),
                Optional.empty(),
                List.of(),
                List.of(new Attempt(1, AT, List.of(), 1, Optional.of(changed))),
                new Incident.Resolved(AT.plusMillis(300), new Answers(List.of(well), Duration.ofMillis(12))),
                Level.WARNING);
        return new Alert(id, Level.WARNING, incident, AT, 1, 0, message, 0);
    }

    static Outbox.Parcel parcel(Alert... alerts) {
        return new Outbox.Parcel(List.of(alerts), Optional.empty(), false);
    }

    static Outbox.Parcel afterFailure(Alert... alerts) {
        return new Outbox.Parcel(List.of(alerts), Optional.empty(), true);
    }
}
