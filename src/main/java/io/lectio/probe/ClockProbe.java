package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.engine.Prober;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/// Compares this machine's clock with another server's, by the `Date` of its answer, which is right to a second and
/// the time of its way. A server that is not reached, or sends a copy (`Age`), is compared with later: it says nothing.
/// Source: RFC 9110, 6.6.1.
public final class ClockProbe implements Prober {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMinutes(10);
    private static final Duration DEADLINE = Duration.ofSeconds(4);
    private static final Duration WRONG = Duration.ofSeconds(30);
    private static final int MOST_BYTES = 1_024;

    private final URI server;
    private final HttpClient http;
    private final InstantSource clock;
    private Optional<Passed> well = Optional.empty();
    /// While it is so, a server that is not reached does not end it.
    private Optional<Outcome> wrong = Optional.empty();

    private Instant asked = Instant.EPOCH;

    /// @param server whose certificate is not judged: by a wrong clock no certificate is right
    /// @param proxy the way out, if there is one
    public ClockProbe(URI server, Optional<URI> proxy, InstantSource clock) {
        this.server = server.resolve("/");
        Dialer dialer = proxy.<Dialer>map(Dialer.Through::new).orElseGet(Dialer.ByName::new);
        http = new HttpClient(dialer, false);
        this.clock = clock;
    }

    @Override
    public Outcome look(List<URI> also) {
        Instant now = clock.instant();
        if (well.isPresent() && Duration.between(asked, now).abs().compareTo(BETWEEN_QUESTIONS) < 0) {
            return well.get();
        }
        asked = now;
        try {
            HttpAnswer answer = http.get(server, MOST_BYTES, DEADLINE);
            Optional<Instant> there = answer.header("Date")
                    .filter(_ -> answer.header("Age").isEmpty())
                    .flatMap(ClockProbe::parsed);
            return there.isPresent() ? compared(there.get(), now, clock.instant()) : notCompared("it tells no time");
        } catch (HttpFailure e) {
            return notCompared(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Instant> parsed(String date) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// @param there some time between these two, cut to a second
    private Outcome compared(Instant there, Instant before, Instant after) {
        Duration ahead = Duration.between(there.plusSeconds(1), before);
        Duration behind = Duration.between(after, there);
        boolean isAhead = ahead.compareTo(WRONG) > 0;
        if (!isAhead && behind.compareTo(WRONG) <= 0) {
            wrong = Optional.empty();
            return passed("goes with " + server.getHost());
        }
        well = Optional.empty();
        Ailment.Span off = new Ailment.Span(isAhead ? About.AHEAD : About.BEHIND, isAhead ? ahead : behind);
        Ailment.Name against = new Ailment.Name(About.AGAINST, server.getHost());
        Outcome failed =
                new Failed(new Ailments(List.of(new Ailment(Kind.CLOCK_WRONG, "", List.of(off, against))), ""));
        wrong = Optional.of(failed);
        return failed;
    }

    private Outcome notCompared(String why) {
        return wrong.orElseGet(() -> passed("not compared with " + server.getHost() + ": " + why));
    }

    private Passed passed(String words) {
        Passed passed = new Passed(new Ailments(List.of(), words));
        well = Optional.of(passed);
        return passed;
    }
}
