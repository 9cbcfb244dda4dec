package io.lectio.drill;

import io.lectio.core.policy.Site;
import io.lectio.host.Pinned;
import io.lectio.host.Signals;
import io.lectio.host.http.HttpAnswer;
import io.lectio.store.Episode;
import io.lectio.store.History;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Breaks one thing of a guarded site and measures what follows: by the guard's own history, and as a visitor sees it.
///
/// @param unit the application's unit where systemd keeps it
/// @param history where the guard writes what it sees and does
/// @param folder the drills' own
public record Drill(Site site, URI api, Optional<String> unit, Processes app, History history, Path folder) {
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
                boolean _ = await(at, Drill::isTold, TO_NOTICE);
                Undo.carryOut(folder);
            }
            boolean proved = await(at, seen -> seen.proved().isPresent(), TO_NOTICE.plus(TO_NOTICE));
            long end = System.nanoTime() + (proved ? TO_TELL : Duration.ZERO).toNanos();
            while (System.nanoTime() < end && !(visitor.isWell(since, QUIET) && user.isWell(since, QUIET))) {
                Thread.sleep(QUIET.dividedBy(10));
            }
            boolean _ = await(at, Drill::isTold, proved ? TO_TELL : Duration.ZERO);
            return measured(scenario, seen(at), at, visitor.outage(since), user.outage(since), proved);
        } finally {
            Undo.carryOut(folder);
            watcher.getOutputStream().close();
            boolean _ = watcher.waitFor(TO_TELL);
        }
    }

    /// The first fault since the break.
    private Optional<Episode> seen(Instant broken) throws IOException {
        return history.incidents(broken, Instant.now()).stream()
                .filter(episode -> !episode.brokenAt().plus(episode.found()).isBefore(broken.minusMillis(1)))
                .findFirst();
    }

    private static boolean isTold(Episode episode) {
        return episode.told().isPresent();
    }

    /// @return whether it was so within that time
    private boolean await(Instant broken, Predicate<Episode> wanted, Duration within)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (seen(broken).filter(wanted).isEmpty()) {
            if (System.nanoTime() >= end) {
                return false;
            }
            Thread.sleep(QUIET.dividedBy(10));
        }
        return true;
    }

    private static Measured measured(
            Scenario scenario, Optional<Episode> seen, Instant at, Duration page, Duration api, boolean proved) {
        Duration outage = page.compareTo(api) > 0 ? page : api;
        Duration late =
                seen.map(episode -> Duration.between(at, episode.brokenAt())).orElse(Duration.ZERO);
        Optional<Duration> found = seen.map(Episode::found).map(late::plus);
        return new Measured(
                scenario,
                found,
                seen.flatMap(Episode::repaired).map(late::plus),
                seen.flatMap(Episode::proved).map(late::plus),
                outage,
                seen.flatMap(Episode::told).map(late::plus),
                proved && found.filter(time -> scenario.isKept(time, outage)).isPresent());
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
