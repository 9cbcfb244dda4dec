package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.host.Supervisor;
import io.lectio.host.systemd.Systemd;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.function.Supplier;

/// What there is around the site.
///
/// @param supervisor one for each site, which ends it with its guard
/// @param state the folder for what must last
/// @param logs the folder of the guard's own logs
/// @param appLog the application's own error log
/// @param demo whether the terminal is told the story of each fault, in place of the log's lines
/// @param inPlace whether it is but a round in the place of the guard, which tells nothing of itself
/// @param end what is closed after the guard
record Surroundings(
        Supplier<? extends Supervisor> supervisor,
        Path state,
        Path logs,
        Path appLog,
        boolean demo,
        boolean inPlace,
        Closeable end) {
    private static final Path APP_LOG = Path.of("/var/log/teaching_panel/error.log");

    static Surroundings host(Home home) {
        return host(home, false);
    }

    static Surroundings host(Home home, boolean inPlace) {
        return new Surroundings(Systemd::new, home.state(), home.logs(), APP_LOG, false, inPlace, () -> {});
    }
}
