package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.control.Status;
import io.lectio.core.health.ProcessView;
import io.lectio.core.policy.Services;
import io.lectio.drill.Drill;
import io.lectio.drill.Scenario;
import io.lectio.drill.Undo;
import io.lectio.host.systemd.Systemd;
import io.lectio.store.History;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Drills on the site that a guard is at work on, one at a time.
public final class Drills {
    private Drills() {}

    private static Path folder(Home home) {
        return home.state().resolve("drill");
    }

    /// On the demo, where one is guarded.
    ///
    /// @param status what the guard answers
    public static Optional<Drill> demo(Home home, Status status) {
        return Demo.running(home)
                .filter(demo -> status.pid() == demo.guard())
                .map(demo -> new Drill(
                        demo.site(),
                        demo.api(),
                        Optional.empty(),
                        () -> List.of(Integer.valueOf(Files.readString(demo.appPid()))),
                        new History(Demo.state(home).resolve("history")),
                        folder(home)));
    }

    /// On the configured site.
    public static Drill real(Home home, SiteSettings settings) throws IOException {
        Optional<String> unit = settings.services().app().map(Services.App::unit);
        return new Drill(
                Daemon.real(settings.site()),
                settings.services()
                        .app()
                        .map(Services.App::api)
                        .orElse(settings.site().page()),
                unit,
                () -> unit.isPresent() ? processes(unit.get()) : List.of(),
                new History(Sites.state(home.state(), settings.name()).resolve("history")),
                folder(home));
    }

    private static List<Integer> processes(String unit) throws IOException {
        try (Systemd systemd = new Systemd()) {
            return systemd.processes(systemd.unit(unit)).stream()
                    .map(ProcessView::pid)
                    .toList();
        }
    }

    /// @return empty while another drill is at work
    public static Optional<List<Drill.Measured>> run(Home home, Drill drill, List<Scenario> scenarios)
            throws IOException, InterruptedException {
        Files.createDirectories(folder(home));
        Optional<OneGuard> lock = OneGuard.take(folder(home));
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        List<Drill.Measured> measured = new ArrayList<>();
        try (OneGuard _ = lock.get()) {
            for (Scenario scenario : scenarios) {
                measured.add(drill.run(scenario));
            }
        }
        return Optional.of(measured);
    }

    /// What a drill has left broken that was cut off together with what would have put it back.
    static void putBack(Home home) throws IOException, InterruptedException {
        if (Files.isDirectory(folder(home))) {
            Optional<OneGuard> lock = OneGuard.take(folder(home));
            if (lock.isPresent()) {
                try (OneGuard _ = lock.get()) {
                    Undo.carryOut(folder(home));
                }
            }
        }
    }
}
