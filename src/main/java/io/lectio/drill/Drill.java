package io.lectio.drill;

import io.lectio.core.policy.Site;
import io.lectio.host.Pinned;
import io.lectio.host.Signals;
import io.lectio.host.http.HttpAnswer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Breaks one thing of a guarded site and measures what follows: by the guard's own log, and as a visitor sees it.
///
/// @param unit the application's unit where systemd keeps it
/// @param logs where the guard writes
/// @param folder the drills' own
public record Drill(Site site, URI api, Optional<String> unit, Processes app, Path logs, Path folder) {
    private static final Duration QUIET = Duration.ofMillis(500);
    private static final Duration TO_TELL = Duration.ofSeconds(10);
    private static final Duration TO_NOTICE = Duration.ofSeconds(60);

    /// The application's processes.
    public interface Processes {
        List<Integer> now() throws IOException;
    }

    /// Each from the break on; empty where it was not seen.
    ///
    /// @param outage to the last bad answer that a visitor got
    /// @param kept whether the promise was
    public record Measured(
            Scenario scenario,
            Optional<Duration> found,
            Optional<Duration> repaired,
            Optional<Duration> proved,
            Duration outage,
            Optional<Duration> told,
            boolean kept) {}

    /// @throws IOException when nothing was broken because something was already, or cannot be
    public Measured run(Scenario scenario) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Undo.carryOut(folder);
        Optional<HttpAnswer> page = Visitor.once(site.server(), site.page());
        boolean well = page.filter(answer -> answer.status() == 200).isPresent()
                && Visitor.once(site.server(), api)
                        .filter(answer -> answer.status() == 200)
                        .isPresent();
        if (!well) {
            throw new IOException("the site is not well, so nothing is broken besides");
        }
        byte[] body = page.get().body();
        Undo undo = new Undo(folder);
        List<Integer> pids = app.now();
        note(scenario, undo, pids);
        Process watcher = Undo.watch(folder);
        GuardsLog log = new GuardsLog(logs);
        try (Visitor visitor = new Visitor(
                        site.server(),
                        site.page(),
                        answer -> answer.status() == 200 && Arrays.equals(body, answer.body()));
                Visitor user = new Visitor(site.server(), api, answer -> answer.status() == 200)) {
            undo.save();
            Instant at = Instant.now();
            long since = System.nanoTime();
            breakIt(scenario, pids);
            if (!scenario.repaired()) {
                log.await(at, GuardsLog::told, TO_NOTICE);
                Undo.carryOut(folder);
            }
            boolean proved = log.await(at, seen -> seen.proved().isPresent(), TO_NOTICE.plus(TO_NOTICE));
            long end = System.nanoTime() + (proved ? TO_TELL : Duration.ZERO).toNanos();
            while (System.nanoTime() < end && !(visitor.isWell(since, QUIET) && user.isWell(since, QUIET))) {
                Thread.sleep(QUIET.dividedBy(10));
            }
            log.await(at, GuardsLog::told, proved ? TO_TELL : Duration.ZERO);
            return measured(scenario, log, at, visitor.outage(since), user.outage(since), proved);
        } finally {
            Undo.carryOut(folder);
            watcher.getOutputStream().close();
            boolean _ = watcher.waitFor(TO_TELL);
        }
    }

    private static Measured measured(
            Scenario scenario, GuardsLog log, Instant at, Duration page, Duration api, boolean proved) {
        Duration outage = page.compareTo(api) > 0 ? page : api;
        return new Measured(
                scenario,
                log.found().map(found -> Duration.between(at, found)),
                log.repaired().map(repaired -> Duration.between(at, repaired)),
                log.proved().map(healed -> Duration.between(at, healed)),
                outage,
                log.toldAt().map(told -> Duration.between(at, told)),
                proved && outage.compareTo(scenario.longest()) <= 0);
    }

    private Path index() {
        return site.webRoot().resolve("index.html");
    }

    private void note(Scenario scenario, Undo undo, List<Integer> pids) throws IOException {
        switch (scenario) {
            case PERMISSIONS -> undo.keep(index(), false);
            case PAGE -> undo.keep(index(), true);
            case APP_HANG -> pids.forEach(undo::keep);
            case APP_KILL -> unit.ifPresent(undo::keep);
        }
        if (pids.isEmpty() && (scenario == Scenario.APP_HANG || scenario == Scenario.APP_KILL)) {
            throw new IOException("the application has no process that could be signalled");
        }
    }

    private void breakIt(Scenario scenario, List<Integer> pids) throws IOException {
        switch (scenario) {
            case PERMISSIONS, PAGE -> {
                try (Pinned page = Pinned.of(index())) {
                    if (scenario == Scenario.PERMISSIONS) {
                        Files.setAttribute(page.path(), "unix:mode", 0);
                    } else {
                        Files.writeString(page.path(), Undo.BROKEN);
                    }
                }
            }
            case APP_HANG, APP_KILL -> {
                for (int pid : pids) {
                    boolean _ = Signals.send(pid, scenario == Scenario.APP_HANG ? Signals.STOP : Signals.KILL);
                }
            }
        }
    }
}
