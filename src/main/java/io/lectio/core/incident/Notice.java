package io.lectio.core.incident;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.policy.UnitFailure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// News of the guard itself, or of a deploy: told when no alert is to be told.
///
/// @param at when it was, or will be
/// @param told kept a while after: one that starts again and again does not say so each time
/// @param message the channel's message to edit, of what goes on after it was told
public record Notice(long id, Instant at, boolean told, News news, Optional<Long> message) {
    /// What came to be told no sooner than this is stale.
    private static final Duration LONGEST = Duration.ofHours(6);
    /// At most one start is told in so long.
    private static final Duration BETWEEN_STARTS = Duration.ofHours(1);
    /// A start lets the alerts of what it finds go first.
    private static final Duration AFTER_ALERTS = Duration.ofSeconds(10);

    public sealed interface News {}

    public record Started(URI page, int checks, boolean repairs) implements News {}

    /// By a person or by the machine's own end, not by a crash.
    public record Stopped() implements News {}

    /// The daily sign of life, which counts from the last one on until it is due.
    ///
    /// @param down how long visitors missed the page or the API, in incidents that are over
    /// @param well how many of the checks are well when it is told
    public record Alive(int incidents, Duration down, int well, int checks) implements News {
        public static final Alive EMPTY = new Alive(0, Duration.ZERO, 0, 0);
    }

    /// A deploy that a person has begun: one message from its start to its end.
    public record Deployed(Deploy deploy) implements News {
        /// Whether there is no more to come.
        boolean over() {
            return deploy.ended().isPresent();
        }
    }

    /// Told where no incident tells of it.
    public record Failed(UnitFailure what) implements News {}

    public Notice(long id, Instant at, boolean told, News news) {
        this(id, at, told, news, Optional.empty());
    }

    Instant dueAt() {
        return switch (news) {
            case Started _ -> told ? Instant.MAX : at.plus(AFTER_ALERTS);
            case Alive alive -> alive.checks() > 0 ? at : Instant.MAX; // it has not looked around yet
            case Stopped _ -> at;
            case Failed _ -> told ? Instant.MAX : at.plus(AFTER_ALERTS); // the guard may come to see it
            case Deployed _ -> told ? Instant.MAX : at;
        };
    }

    boolean isOver(Instant now) {
        return at.plus(news instanceof Started && told ? BETWEEN_STARTS : LONGEST)
                .isBefore(now);
    }

    Notice asTold() {
        return new Notice(id, at, true, news, message);
    }

    /// After a send of it: what has changed meanwhile is still to be told, in the same message.
    ///
    /// @param as the message that carries it now
    Notice sent(Notice what, boolean arrived, Optional<Long> as) {
        return new Notice(id, at, arrived && what.news().equals(news), news, as);
    }

    boolean goesOn() {
        return news instanceof Started || (news instanceof Deployed deployed && !(told && deployed.over()));
    }

    /// A sign of life that counts these, too.
    Notice counting(int incidents, Duration down) {
        return news instanceof Alive sum && !told
                ? new Notice(
                        id,
                        at,
                        false,
                        new Alive(sum.incidents() + incidents, sum.down().plus(down), sum.well(), sum.checks()))
                : this;
    }

    /// Of two clocks the earlier counts; a sign of life stays where it was meant to be.
    Notice notAfter(Instant now) {
        return at.isAfter(now) && !(news instanceof Alive) ? new Notice(id, now, told, news) : this;
    }
}
