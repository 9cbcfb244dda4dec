package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.core.policy.Services;
import io.lectio.engine.EventLog;
import io.lectio.host.Supervisor;
import io.lectio.host.systemd.Systemd;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.function.BiFunction;

/// What there is around the site.
///
/// @param services which of those named there really are
/// @param state the folder for what must last
/// @param appLog the application's own error log
/// @param demo whether the terminal is told the story of each fault, in place of the log's lines
/// @param end what is closed after the guard
record Surroundings(
        Supervisor supervisor,
        BiFunction<Services, EventLog, Services> services,
        Path state,
        Path appLog,
        boolean demo,
        Closeable end) {
    private static final Path APP_LOG = Path.of("/var/log/teaching_panel/error.log");

    static Surroundings host(Home home) {
        Systemd systemd = new Systemd();
        return new Surroundings(
                systemd, (named, log) -> Daemon.present(named, systemd, log), home.state(), APP_LOG, false, () -> {});
    }
}
