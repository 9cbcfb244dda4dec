package io.lectio.core;

import io.lectio.core.health.CheckHealth;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All that the core remembers.
///
/// @param durable what must outlive the guard
/// @param looking checks whose look is under way; `true` when another one must follow it
/// @param sending whether a parcel is on its way: one at a time keeps the order
/// @param settle the burst of file events that is waiting for quiet
/// @param lastChange the last file event
public record GuardState(
        Durable durable,
        Map<CheckId, CheckHealth> health,
        Map<CheckId, Boolean> looking,
        Set<Long> sending,
        Optional<Settle> settle,
        Instant lastChange,
        Instant nextRound) {

    /// @param ledgers what each remedy has spent, by its id
    public record Durable(long nextId, Optional<Incident> incident, Map<String, Ledger> ledgers, Outbox outbox) {
        public static final Durable EMPTY = new Durable(1, Optional.empty(), Map.of(), Outbox.EMPTY);

        public Durable {
            ledgers = Map.copyOf(ledgers);
        }
    }

    public record Settle(Instant first, Instant last) {}

    public GuardState {
        health = Map.copyOf(health);
        looking = Map.copyOf(looking);
        sending = Set.copyOf(sending);
    }

    public static GuardState begin(Durable durable) {
        return new GuardState(durable, Map.of(), Map.of(), Set.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH);
    }
}
