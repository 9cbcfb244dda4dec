package io.lectio.alert;

import io.lectio.core.health.CheckHealth;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.Secret;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Tells an outside watcher, after each finished round, that this guard lives; who hears nothing for a while calls
/// the owner. It has a thread of its own and holds up nothing. Source: healthchecks.io/docs/http_api, `/start` and
/// `/fail`.
public final class Heartbeat implements Closeable {
    private static final Duration BETWEEN = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_COMPLAINTS = Duration.ofHours(1);
    private static final int MOST_BYTES = 1_024;

    private final Secret url;
    private final Supplier<? extends Collection<Snapshot>> sites;
    private final EventLog log;
    private final InstantSource clock;
    private final HttpClient http = new HttpClient(new Dialer.ByName(), true);
    private Optional<Instant> last = Optional.empty();
    private Optional<Instant> complained = Optional.empty();
    private volatile boolean ended;

    Heartbeat(Secret url, Supplier<? extends Collection<Snapshot>> sites, EventLog log, InstantSource clock) {
        this.url = url;
        this.sites = sites;
        this.log = log;
        this.clock = clock;
    }

    /// @param url a secret: whoever knows it can say that all is well
    public static Heartbeat start(
            Secret url, Supplier<? extends Collection<Snapshot>> sites, EventLog log, InstantSource clock) {
        Heartbeat heartbeat = new Heartbeat(url, sites, log, clock);
        Thread.ofPlatform().name("heartbeat").daemon().start(() -> {
            while (!heartbeat.ended) {
                heartbeat.beat();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        });
        return heartbeat;
    }

    /// Pings, if it is time to.
    void beat() {
        Instant now = clock.instant();
        if (last.isEmpty()) {
            ping("/start", now);
            return;
        }
        Instant before = last.get();
        Collection<Snapshot> seen = sites.get();
        if (now.isBefore(before)) { // the clock was set back
            last = Optional.of(now);
            return;
        }
        boolean soon = now.isBefore(before.plus(BETWEEN));
        if (!soon && seen.stream().allMatch(site -> isLookedAt(site, before))) {
            ping(seen.stream().allMatch(Heartbeat::isWell) ? "" : "/fail", now);
        }
    }

    /// Some have a slower round of their own.
    private static boolean isLookedAt(Snapshot site, Instant since) {
        return site.policy().checks().stream()
                .filter(check -> !check.isSeldom())
                .allMatch(check -> {
                    CheckHealth health = site.state().health().get(check);
                    return health != null
                            && (health.undecided()
                                    || health.unknowns() > 0
                                    || health.known()
                                            .filter(look -> look.startedAt().isAfter(since))
                                            .isPresent());
                });
    }

    private static boolean isWell(Snapshot seen) {
        return seen.degraded().isEmpty()
                && seen.state().durable().incidents().stream()
                        .noneMatch(
                                open -> open.worst() == Level.CRITICAL && !(open.phase() instanceof Incident.Resolved));
    }

    private void ping(String what, Instant now) {
        last = Optional.of(now);
        try {
            HttpAnswer answer = http.get(address(what), MOST_BYTES, DEADLINE);
            if (answer.status() / 100 != 2) {
                complain("status " + answer.status(), now);
            }
        } catch (HttpFailure e) {
            complain(url.redact(e.kind() + ": " + e.getMessage()), now);
        }
    }

    private URI address(String what) {
        URI base = URI.create(url.value());
        String query = base.getRawQuery() == null ? "" : "?" + base.getRawQuery();
        return base.resolve(base.getRawPath().replaceFirst("/+$", "") + what + query);
    }

    private void complain(String why, Instant now) {
        if (complained.filter(at -> now.isBefore(at.plus(BETWEEN_COMPLAINTS))).isEmpty()) {
            complained = Optional.of(now);
            log.health(Level.WARNING, "the heartbeat (LECTIO_HEARTBEAT_URL) does not arrive: " + why);
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
