package io.lectio.sim;

import io.lectio.core.Action;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.sim.Simulation.Timed;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A page that somebody closes now and then, and that a repair opens again. How alerts fare is the test's.
abstract class PermissionWorld implements Simulation.World {
    static final Instant START = Instant.parse("2026-01-22T00:00:00Z");

    private static final Path WEB = Path.of("/var/www/site/build");
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            WEB,
            "www-data",
            new PrivatePatterns(List.of()));
    static final Policy POLICY = Policies.of(SITE, Services.NONE, true);

    private boolean closed;
    private Instant closedAt = START;

    void close(Instant now) {
        closed = true;
        closedAt = now;
    }

    @Override
    public Timed<Observation.Outcome> look(Action.Look look, Instant now) {
        return new Timed<>(
                Duration.ofMillis(5),
                switch (look.check()) {
                    case FILES -> outcome(access());
                    case PAGE -> outcome(answers());
                    case DISK,
                            MEMORY,
                            NEEDED,
                            DATABASE,
                            APP,
                            PROXY,
                            CONFIG,
                            LEFT_ALONE,
                            RELEASE,
                            API,
                            BESIDE,
                            PUBLIC,
                            CLOCK,
                            COPIES,
                            SETTINGS -> throw new IllegalStateException("not checked here");
                });
    }

    private Observation.Outcome outcome(io.lectio.core.health.Finding finding) {
        return closed ? new Observation.Failed(finding) : new Observation.Passed(finding);
    }

    private Access access() {
        Denial denial = new Denial(
                WEB.resolve("index.html"),
                false,
                0,
                "root:root",
                closedAt,
                START,
                Place.INSIDE,
                Optional.empty(),
                Optional.empty());
        return new Access("www-data", 200, closed ? List.of(denial) : List.of(), closed ? 1 : 0, 0);
    }

    private Answers answers() {
        Answer answer = new Answer(
                SITE.page(),
                Optional.of(closed ? 403 : 200),
                Duration.ofMillis(2),
                closed ? Optional.of(new Fault(Fault.Kind.STATUS, "403 Forbidden")) : Optional.empty());
        return new Answers(CheckId.PAGE, List.of(answer), Duration.ofMillis(2));
    }

    @Override
    public Timed<RepairResult> repair(Action.Repair repair, Instant now) {
        closed = false;
        return new Timed<>(
                Duration.ofMillis(20), new RepairResult.Changed(0, 1, List.of(), 0, Path.of("/journal/1-1.tsv")));
    }
}
