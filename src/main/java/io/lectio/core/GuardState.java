package io.lectio.core;

import io.lectio.core.deploy.Releases;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.ServiceTrack;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order.Spell;
import io.lectio.core.policy.Policy;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All that the core remembers. Whoever makes one gives its maps away: a copy at each turn is a tenth of a turn's
/// time.
///
/// @param durable what must outlive the guard
/// @param tracks of each unit, by its name
/// @param sending whether a parcel is on its way: one at a time keeps the order
/// @param undelivered what became of the last send, if it did not arrive
/// @param lastChange the last file event
/// @param pageWellAt when the look began that found the page well last
/// @param packagesSince when a package manager began to work, if one does
/// @param graceUntil until when nothing is repaired after a boot, if so
/// @param turnedAt when the state was made
/// @param stepping whether a step of the deploy is at work
/// @param degraded whether it cannot be saved
public record GuardState(
        Durable durable,
        Map<CheckId, CheckHealth> health,
        Map<String, ServiceTrack> tracks,
        Schedule looks,
        Set<Long> sending,
        Optional<Delivery> undelivered,
        Instant lastChange,
        Optional<Instant> pageWellAt,
        Optional<Instant> packagesSince,
        Optional<Instant> graceUntil,
        Instant turnedAt,
        boolean stepping,
        boolean degraded) {

    /// @param incidents the open ones, each of another subject, the oldest first
    /// @param ledgers what each remedy has spent, by its id
    /// @param filesOfPage how many files the page named when it was last well: a page that names none any more is
    ///     another
    /// @param silence while nothing is sent, if so
    /// @param maintenance while nothing is repaired, if so
    /// @param deploys what has been deployed; empty while nothing is known to be
    public record Durable(
            long nextId,
            List<Incident> incidents,
            Map<String, Ledger> ledgers,
            Outbox outbox,
            int filesOfPage,
            Optional<Spell> silence,
            Optional<Spell> maintenance,
            Optional<Releases> deploys) {
        public static final Durable EMPTY = new Durable(
                1, List.of(), Map.of(), Outbox.EMPTY, 0, Optional.empty(), Optional.empty(), Optional.empty());

        public Durable {
            incidents = List.copyOf(incidents);
            ledgers = Map.copyOf(ledgers);
        }

        public Durable with(Outbox next) {
            return new Durable(nextId, incidents, ledgers, next, filesOfPage, silence, maintenance, deploys);
        }

        public Releases releases() {
            return deploys.orElse(Releases.NONE);
        }
    }

    /// What is looked at next.
    ///
    /// @param looking checks whose look is under way; `true` when another one must follow it
    /// @param burst the file events that are waiting for quiet
    /// @param nextProof when what is on its way up is asked again, if something is
    /// @param filesRestUntil before this, changed files are not walked again
    public record Schedule(
            Map<CheckId, Boolean> looking,
            Optional<Burst> burst,
            Instant nextRound,
            Instant nextProof,
            Instant filesRestUntil) {}

    public record Burst(Instant first, Instant last) {}

    public GuardState {
        sending = Set.copyOf(sending);
    }

    public static GuardState begin(Durable durable) {
        return new GuardState(
                durable,
                new EnumMap<>(CheckId.class),
                new HashMap<>(),
                new Schedule(new EnumMap<>(CheckId.class), Optional.empty(), Instant.EPOCH, Instant.MAX, Instant.EPOCH),
                Set.of(),
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Instant.MIN,
                false,
                false);
    }

    /// In what nothing is repaired then, if so.
    public Optional<String> rest(Policy policy, Instant then) {
        return rest(policy, durable.maintenance(), graceUntil, then);
    }

    static Optional<String> rest(
            Policy policy, Optional<Spell> maintenance, Optional<Instant> graceUntil, Instant then) {
        return policy.rest(maintenance, then)
                .or(() -> graceUntil.filter(then::isBefore).map(_ -> "the grace after the machine's boot"));
    }

    public GuardState degraded(boolean now) {
        return now == degraded
                ? this
                : new GuardState(
                        durable,
                        health,
                        tracks,
                        looks,
                        sending,
                        undelivered,
                        lastChange,
                        pageWellAt,
                        packagesSince,
                        graceUntil,
                        turnedAt,
                        stepping,
                        now);
    }
}
