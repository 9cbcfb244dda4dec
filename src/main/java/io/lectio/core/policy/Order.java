package io.lectio.core.policy;

import java.time.Duration;
import java.time.Instant;

/// What a person orders the guard to do: mostly to leave something undone for a while. That outlives the guard, and it
/// ends by itself: nothing is silenced for ever.
public sealed interface Order {
    /// Nothing is sent; repairs go on. What has gathered is told at its end, together.
    record Silence(Spell spell) implements Order {
        public Silence {
            spell.requireAtMost(Duration.ofHours(24));
        }
    }

    /// Nothing is repaired, and what begins meanwhile is not told. At its end all is judged afresh.
    record Maintenance(Spell spell) implements Order {
        public Maintenance {
            spell.requireAtMost(Duration.ofDays(7));
        }
    }

    record EndSilence(String by) implements Order {}

    record EndMaintenance(String by) implements Order {}

    /// Only the newest releases stay, and those that a rollback may need.
    ///
    /// @param keep how many, at least one
    record Prune(int keep, String by) implements Order {
        public Prune {
            if (keep < 1) {
                throw new IllegalArgumentException("at least one release is kept");
            }
        }
    }

    /// News that a unit has failed, from systemd: told unless the guard tells of it anyway.
    record Failure(UnitFailure what) implements Order {}

    default String inWords() {
        return switch (this) {
            case Silence(Spell spell) -> "silence " + spell.inWords();
            case Maintenance(Spell spell) -> "maintenance " + spell.inWords();
            case EndSilence(String by) -> "silence ended by " + by;
            case EndMaintenance(String by) -> "maintenance ended by " + by;
            case Failure(UnitFailure what) -> what.inWords();
            case Prune(int keep, String by) -> "releases pruned to " + keep + " by " + by;
        };
    }

    /// @param by the name of who has ordered it
    /// @param why empty where no reason was given
    record Spell(Instant since, Instant until, String by, String why) {
        private void requireAtMost(Duration longest) {
            if (!until.isAfter(since) || until.isAfter(since.plus(longest))) {
                throw new IllegalArgumentException("it may last up to " + longest.toHours() + " hours");
            }
        }

        /// After the clock was set back it ends no later than it would have, and where nobody knows how far the clock
        /// went, no later than its whole length from now.
        public Spell setBack(Duration span, Instant now) {
            Instant began = since.minus(span).isBefore(now) ? since.minus(span) : now;
            return new Spell(began, began.plus(Duration.between(since, until)), by, why);
        }

        public String inWords() {
            return "until " + until + " by " + by + (why.isEmpty() ? "" : ": " + why);
        }
    }
}
