package io.lectio.sim;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;

/// Runs the core as the engine's loop does, but under a clock that leaps from event to event: a day takes milliseconds,
/// and the same world gives the same course. What has elapsed is one thing, and what the guard's clock shows another:
/// that one can be set.
public final class Simulation {
    private static final long RESTART = 1_000;

    /// The engine's loop waits no longer than this, whatever the core asks for.
    private static final long LONGEST_WAIT = 60_000;

    /// What the actions meet. Every answer says how long it took.
    public interface World {
        Timed<Observation.Outcome> look(Action.Look look, Instant now);

        Timed<RepairResult> repair(Action.Repair repair, Instant now);

        Timed<Delivery> send(Outbox.Parcel parcel, Instant now);

        default Timed<StepResult> take(Step step, Deploy deploy, Instant now) {
            throw new IllegalStateException("nothing is deployed here");
        }

        /// Before each action is started.
        default void starts(Action action) {}

        /// After every turn of the core.
        default void turned(Decision decision, Instant now) {}
    }

    public record Timed<T>(Duration took, T result) {}

    private final Policy policy;
    private final World world;
    private final Instant start;
    private final Timeline timeline = new Timeline();
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private Duration offset = Duration.ZERO;
    private Instant now;
    private long elapsed;
    private long turns;
    private long wake;
    private int life = 1;
    private boolean alive = true;

    public Simulation(Policy policy, World world, Instant start) {
        this.policy = policy;
        this.world = world;
        this.start = start;
        now = start;
        at(0, () -> take(new Event.Started()));
        wake = Long.MAX_VALUE;
    }

    public GuardState state() {
        return state;
    }

    /// What the guard's clock shows.
    public Instant now() {
        return now;
    }

    /// Milliseconds since the start, whatever the clock shows.
    public long elapsed() {
        return elapsed;
    }

    /// How many events the core has taken.
    public long turns() {
        return turns;
    }

    /// Counts the guard's lives: another one knows what was saved only.
    public int life() {
        return life;
    }

    public boolean alive() {
        return alive;
    }

    /// Something that happens whatever becomes of the guard.
    public void at(Instant when, Runnable what) {
        at(Duration.between(start, when).toMillis(), what);
    }

    public void at(long millis, Runnable what) {
        timeline.add(millis, 0, what);
    }

    /// Somebody sets the clock.
    public void jump(Duration by) {
        offset = offset.plus(by);
        turnTo(elapsed);
    }

    /// The file system tells of a change.
    public void pathsChanged() {
        tell(new Event.PathsChanged(now));
    }

    /// Something tells the guard, if it lives.
    public void tell(Event event) {
        if (alive) {
            take(event);
        }
    }

    /// The guard dies here and now; what was saved is all that the next one knows, and what was under way is lost.
    public void kill() {
        kill(RESTART);
    }

    public void kill(long millisToRestart) {
        life++;
        alive = false;
        state = GuardState.begin(state.durable());
        timeline.add(elapsed + millisToRestart, life, () -> {
            alive = true;
            take(new Event.Started());
        });
    }

    public void runUntil(Instant end) {
        runUntil(Duration.between(start, end).toMillis());
    }

    public void runUntil(long end) {
        while (true) {
            long first = timeline.firstAt();
            boolean ticks = alive && wake < first;
            if (Math.min(first, ticks ? wake : first) > end) {
                break;
            }
            if (ticks) {
                turnTo(wake);
                take(new Event.Tick());
            } else {
                int of = timeline.firstLife();
                Runnable what = timeline.removeFirst();
                if (of == 0 || of == life) {
                    turnTo(first);
                    what.run();
                }
            }
        }
        turnTo(end);
    }

    private void turnTo(long millis) {
        elapsed = millis;
        now = start.plusMillis(millis).plus(offset);
    }

    private void take(Event event) {
        turns++;
        int mine = life;
        Decision decision = Guard.decide(state, event, now, policy);
        state = decision.next();
        for (Action action : decision.actions()) {
            world.starts(action);
            if (mine != life) {
                return; // it died of it
            }
            start(action);
        }
        long wait = decision.wakeAt().isAfter(now.plusMillis(LONGEST_WAIT))
                ? LONGEST_WAIT
                : decision.wakeAt().toEpochMilli() - now.toEpochMilli() + 1;
        wake = elapsed + Math.max(1, wait);
        world.turned(decision, now);
    }

    private void start(Action action) {
        switch (action) {
            case Action.Log _ -> {}
            case Action.Look look -> {
                Instant began = now;
                var seen = world.look(look, now);
                later(seen.took(), () -> take(new Event.Observed(new Observation(look.check(), began, seen.result()))));
            }
            case Action.Repair repair -> {
                var done = world.repair(repair, now);
                later(done.took(), () -> take(new Event.RepairDone(repair.incident(), done.result())));
            }
            case Action.TakeStep(Deploy deploy, Step step) -> {
                var done = world.take(step, deploy, now);
                later(done.took(), () -> take(new Event.StepDone(deploy.id(), step, done.result())));
            }
            case Action.Send(Outbox.Parcel parcel) -> {
                var sent = world.send(parcel, now);
                later(sent.took(), () -> take(new Event.Delivered(parcel, sent.result())));
            }
        }
    }

    /// Something that the guard waits for, and that dies with it.
    private void later(Duration took, Runnable what) {
        timeline.add(elapsed + took.toMillis(), life, what);
    }
}
