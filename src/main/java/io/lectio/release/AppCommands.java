package io.lectio.release;

import io.lectio.host.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// Runs the live project's own commands as its user, in a transient unit with its unit's environment.
public final class AppCommands {
    private static final Duration TO_START = Duration.ofSeconds(8);
    private static final Duration TO_ASK = Duration.ofSeconds(60);
    private static final int MOST_BYTES = 64 << 10;
    private static final int LINES = 4_096;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final String UNITS = "lectio-command-";
    private static final AtomicLong NUMBER = new AtomicLong();

    private final AppUnit app;
    private final Path live;

    /// @param live the folder of its manage.py
    public AppCommands(AppUnit app, Path live) {
        this.app = app;
        this.live = live;
    }

    /// `manage.py` with these arguments.
    ///
    /// @return its exit, and the end of its output; no exit where its time was up, when all of it has been ended
    /// @throws IOException where the unit's command does not tell its Python
    public Child.Result manage(List<String> arguments, Duration within) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(python().toString(), live.resolve("manage.py").toString()));
        command.addAll(arguments);
        return run(command, List.of(), within);
    }

    /// Waits for commands that a guard which has ended left at work.
    void awaitOthers(Duration within) throws IOException, InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (!Child.run(List.of("systemctl", "list-units", "--plain", "--no-legend", UNITS + "*"), TO_START, LINES)
                .text()
                .isBlank()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException(
                        "another command of the project is still at work: systemctl list-units '" + UNITS + "*'");
            }
            Thread.sleep(PAUSE);
        }
    }

    /// The migrations that are applied, as `app.name`. Reads only.
    public Set<String> applied() throws IOException, InterruptedException {
        Child.Result told = run(
                CodeExamination.projectCommand(python(), live, "applied"),
                List.of("--setenv=PYTHONDONTWRITEBYTECODE=1"),
                TO_ASK);
        if (told.exit().orElse(1) != 0) {
            throw new IOException(
                    "its applied migrations: " + (told.timedOut() ? "no answer" : Complaint.in(told.text(), live)));
        }
        return Set.copyOf(Project.of(told.text()).applied());
    }

    private Path python() throws IOException {
        return app.python()
                .orElseThrow(
                        () -> new IOException("the command of " + app.name() + " does not tell which Python runs it"));
    }

    private Child.Result run(List<String> command, List<String> besides, Duration within)
            throws IOException, InterruptedException {
        String unit = UNITS + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        List<String> all =
                new ArrayList<>(List.of("systemd-run", "--unit=" + unit, "--collect", "--quiet", "--pipe", "--wait"));
        all.addAll(List.of("-p", "RuntimeMaxSec=" + within.plus(TO_START).toSeconds()));
        all.addAll(List.of("-p", "TimeoutStopSec=5"));
        all.addAll(List.of("-p", "WorkingDirectory=" + app.workingDirectory()));
        all.addAll(app.properties());
        all.addAll(besides);
        command.forEach(word -> all.add(word.replace("$", "$$")));
        try {
            return Child.run(all, within, MOST_BYTES);
        } finally {
            Child.Result _ = Child.run(List.of("systemctl", "stop", "--quiet", unit), TO_START, LINES);
        }
    }
}
