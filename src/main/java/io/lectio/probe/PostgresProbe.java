package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Undecided;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.engine.Prober;
import io.lectio.host.LastWords;
import io.lectio.host.PostgresServer;
import io.lectio.host.PostgresServer.Answered;
import io.lectio.host.PostgresServer.Away;
import io.lectio.host.PostgresServer.NoDatabase;
import io.lectio.host.PostgresServer.NoneLeft;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Asks a PostgreSQL server as the application does: it connects, answers, and has connections left. While it is
/// well, and the application runs, it is asked every half minute, which is no longer than a hang takes to be one;
/// what lasts only as long as a restart of the server is no fault yet.
public final class PostgresProbe implements Prober {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofSeconds(4);
    private static final Duration AWAY = Duration.ofSeconds(8);
    private static final int FEW = 10;

    private final String address;
    private final Supplier<Optional<WebUser>> application;
    private final Supplier<Optional<WebUser>> usual;
    private final InstantSource clock;
    private Optional<WebUser> user = Optional.empty();
    private Optional<Outcome> last = Optional.empty();
    private Instant asked = Instant.EPOCH;
    private Optional<Instant> awaySince = Optional.empty();

    /// @param application as whom it runs, while it does
    /// @param usual as whom it mostly runs, where it has not been seen to yet
    public PostgresProbe(
            String address,
            Supplier<Optional<WebUser>> application,
            Supplier<Optional<WebUser>> usual,
            InstantSource clock) {
        this.address = address;
        this.application = application;
        this.usual = usual;
        this.clock = clock;
    }

    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        Instant now = clock.instant();
        boolean due = Duration.between(asked, now).abs().compareTo(BETWEEN_QUESTIONS) >= 0;
        Optional<WebUser> runs = application.get();
        if (!due && runs.isPresent() && last.orElse(null) instanceof Passed well) {
            return well;
        }
        user = runs.or(() -> user).or(usual);
        if (user.isEmpty()) {
            return new Unknown("as whom the database is to be asked shows when the application has run");
        }
        asked = now;
        Outcome outcome;
        try {
            outcome = judged(PostgresServer.ask(address, user.get(), DEADLINE), now);
        } catch (IOException e) {
            outcome = new Unknown(String.valueOf(e.getMessage()));
        }
        last = Optional.of(outcome);
        return outcome;
    }

    private Outcome judged(PostgresServer.Word word, Instant now) {
        if (!(word instanceof Away)) {
            awaySince = Optional.empty();
        }
        return switch (word) {
            case Answered(int most, int left) -> {
                Ailment.Count count = new Ailment.Count(About.LEFT, left, most);
                yield left * 100 < most * FEW
                        ? new Failed(ailing(Kind.CONNECTIONS_END, count))
                        : new Passed(
                                new Ailments(List.of(), address + ", " + left + " of " + most + " connections left"));
            }
            case NoneLeft(String says) -> new Failed(ailing(Kind.CONNECTIONS_OUT, said(says)));
            case NoDatabase(String says) -> new Failed(ailing(Kind.DATABASE_MISSING, said(says)));
            case Away(String says) -> {
                Instant since = awaySince.filter(at -> !at.isAfter(now)).orElse(now);
                awaySince = Optional.of(since);
                Ailments away = ailing(Kind.DATABASE_AWAY, said(says));
                yield since.plus(AWAY).isAfter(now) ? new Undecided(away) : new Failed(away);
            }
        };
    }

    private Ailments ailing(Kind kind, Ailment.Fact fact) {
        return new Ailments(List.of(new Ailment(kind, address, List.of(fact))), "");
    }

    private static Ailment.Fact said(String says) {
        return new Ailment.Name(About.SAYS, LastWords.told(says));
    }
}
