package io.lectio.sim;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Runs the core as the engine's loop does, but under a clock that leaps from event to event: a day takes milliseconds,
/// and the same world gives the same course.
public final class Simulation {
    private static final Duration RESTART = Duration.ofSeconds(1);

    /// What the actions meet. Every answer says how long it took.
    public interface World {
        Timed<Observation.Outcome> look(Action.Look look, Instant now);

        Timed<RepairResult> repair(Action.Repair repair, Instant now);

        Timed<Delivery> send(Outbox.Parcel parcel, Instant now);

        /// After every turn of the core.
        default void turned(Decision decision, Instant now) {}
    }

    public record Timed<T>(Duration took, T result) {}

    private record Due(Instant at, long order, int life, Runnable what) {}

    private final Policy policy;
    private final World world;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
    private Instant now;
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private long orders;
    private long turns;
    private long tick;
    private int life;

    public Simulation(Policy policy, World world, Instant start) {
        this.policy = policy;
        this.world = world;
        now = start;
        take(new Event.Started());
    }

    public GuardState state() {
        return state;
    }

    public Instant now() {
        return now;
    }

    /// How many events the core has taken.
    public long turns() {
        return turns;
    }

    /// Something that happens whatever becomes of the guard.
    public void at(Instant when, Runnable what) {
        queue.add(new Due(when, orders++, 0, what));
    }

    /// The file system tells of a change.
    public void pathsChanged() {
        take(new Event.PathsChanged(now));
    }

    /// The guard dies here and now; what was saved is all that the next one knows, and what was under way is lost.
    public void kill() {
        life++;
        state = GuardState.begin(state.durable());
        at(now.plus(RESTART), () -> take(new Event.Started()));
    }

    public void runUntil(Instant end) {
        while (!queue.isEmpty() && !queue.peek().at().isAfter(end)) {
            Due due = queue.remove();
            if (due.life() == 0 || due.life() == life + 1) {
                now = due.at();
                due.what().run();
            }
        }
        now = end;
    }

    private void take(Event event) {
        turns++;
        Decision decision = Guard.decide(state, event, now, policy);
        state = decision.next();
        for (Action action : decision.actions()) {
            start(action);
        }
        long mine = ++tick;
        later(decision.wakeAt().isAfter(now) ? decision.wakeAt() : now.plusMillis(1), () -> {
            if (tick == mine) {
                take(new Event.Tick());
            }
        });
        world.turned(decision, now);
    }

    private void start(Action action) {
        switch (action) {
            case Action.Log _ -> {}
            case Action.Look look -> {
                Instant began = now;
                var seen = world.look(look, now);
                later(
                        now.plus(seen.took()),
                        () -> take(new Event.Observed(new Observation(look.check(), began, seen.result()))));
            }
            case Action.Repair repair -> {
                var done = world.repair(repair, now);
                later(now.plus(done.took()), () -> take(new Event.RepairDone(repair.incident(), done.result())));
            }
            case Action.Send(Outbox.Parcel parcel) -> {
                var sent = world.send(parcel, now);
                later(now.plus(sent.took()), () -> take(new Event.Delivered(parcel, sent.result())));
            }
        }
    }

    /// Something that the guard waits for, and that dies with it.
    private void later(Instant when, Runnable what) {
        queue.add(new Due(when, orders++, life + 1, what));
    }
}
