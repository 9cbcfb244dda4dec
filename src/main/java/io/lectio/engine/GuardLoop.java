package io.lectio.engine;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Remark;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Policy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// The loop around the core: one thread owns the state, takes one event at a time, saves what must last, and only
/// then starts the actions. Looks, repairs and sends run beside it, each under a deadline, and come back as events.
public final class GuardLoop implements AutoCloseable {
    private static final Duration LOOK_DEADLINE = Duration.ofSeconds(10);
    private static final Duration REPAIR_DEADLINE = Duration.ofSeconds(60);
    /// Telegram twice and a webhook once may take ten seconds, a mail 25.
    private static final Duration SEND_DEADLINE = Duration.ofSeconds(60);
    /// What a last message may hold up the end.
    public static final Duration FAREWELL = Duration.ofSeconds(2);

    private static final int QUEUE = 1_024;

    /// @param probers one for each check
    public record Ports(
            Map<CheckId, Prober> probers,
            Repairer repairer,
            Deployer deployer,
            Notifier notifier,
            StateStore store,
            PathWatcher paths,
            ServiceWatcher services,
            EventLog log,
            Chronicle chronicle,
            InstantSource clock) {}

    /// What the commands see of the loop.
    ///
    /// @param degraded why nothing is repaired at present, if so
    /// @param turnedAt when the loop last took an event: an old one means that it hangs
    public record Snapshot(
            GuardState state, Policy policy, Optional<String> degraded, Instant startedAt, Instant turnedAt) {}

    private final Ports ports;
    private final Policy policy;
    private final Event.Started started;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicBoolean changeQueued = new AtomicBoolean();
    private final Set<CheckId> servicesQueued = ConcurrentHashMap.newKeySet();
    private final Map<Order, CompletableFuture<Optional<String>>> ordered = new ConcurrentHashMap<>();
    private final Errands errands;
    private volatile Snapshot snapshot;
    private volatile boolean stopping;
    private boolean ending;
    private volatile boolean finishing;
    private Durable saved;

    public GuardLoop(Ports ports, Policy policy) throws IOException {
        this(ports, policy, new Event.Started());
    }

    /// @throws IOException when the state on disk cannot be read
    public GuardLoop(Ports ports, Policy policy, Event.Started started) throws IOException {
        this.ports = ports;
        this.policy = policy;
        this.started = started;
        errands = new Errands(events);
        saved = ports.store().load();
        Instant now = ports.clock().instant();
        snapshot = new Snapshot(GuardState.begin(saved), policy, Optional.empty(), now, now);
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /// Guards until [#end] or [#close] is called or the thread is interrupted.
    public void run() throws InterruptedException {
        ports.paths().start(this::pathsChanged);
        ports.services().start(this::serviceChanged);
        take(started);
        Instant wakeAt = ports.clock().instant();
        while (!stopping && !(finishing && isQuiet())) {
            long wait = Math.clamp(
                    Duration.between(ports.clock().instant(), wakeAt).toMillis() + 1, 1, errands.millisToDeadline());
            Event event = events.poll(wait, TimeUnit.MILLISECONDS);
            errands.giveUpOverdue();
            switch (event) {
                case Event.PathsChanged _ -> changeQueued.set(false);
                case Event.ServiceChanged(CheckId check) -> servicesQueued.remove(check);
                case Event.Stopping _ -> {
                    farewell();
                    return;
                }
                case null -> {}
                case Event.Started _,
                        Event.Observed _,
                        Event.RepairDone _,
                        Event.Delivered _,
                        Event.Ordered _,
                        Event.DeployWanted _,
                        Event.StepDone _,
                        Event.Tick _ -> {}
            }
            wakeAt = take(event == null ? new Event.Tick() : event);
            if (event instanceof Event.Ordered(Order order)) {
                Optional.ofNullable(ordered.remove(order)).ifPresent(taken -> taken.complete(snapshot.degraded()));
            }
        }
    }

    /// Hands over what a person orders.
    ///
    /// @return completed when the loop has taken it: empty when it is saved, or why it holds in memory only
    public CompletableFuture<Optional<String>> order(Order order) {
        CompletableFuture<Optional<String>> taken = ordered.computeIfAbsent(order, _ -> new CompletableFuture<>());
        if (!events.offer(new Event.Ordered(order))) {
            ordered.remove(order); // a full queue takes nothing: whoever waits gives up
        }
        return taken;
    }

    /// Hands over a deploy. Whether it is taken up, the next state tells.
    ///
    /// @return whether the loop has room for it
    public boolean deploy(Deploy wanted) {
        return events.offer(new Event.DeployWanted(wanted));
    }

    /// Tells the owner that it ends, if that is wanted and can be done at once, and ends.
    public void end() {
        if (!events.offer(new Event.Stopping())) {
            close();
        }
    }

    /// From here on it only sends; what else is decided is the next guard's.
    private void farewell() throws InterruptedException {
        ending = true;
        long end = System.nanoTime() + FAREWELL.toNanos();
        Instant wakeAt = take(new Event.Stopping());
        while (!stopping && snapshot.state().durable().outbox().saysFarewell()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            long wait = Duration.between(ports.clock().instant(), wakeAt).toMillis() + 1;
            Event event = events.poll(Math.clamp(wait, 1, left), TimeUnit.MILLISECONDS);
            if (event == null || event instanceof Event.Delivered) {
                wakeAt = take(event == null ? new Event.Tick() : event);
            }
        }
    }

    /// Ends the loop as soon as no repair and no send is under way, so that another one can take its place.
    public void finish() {
        finishing = true;
        boolean _ = events.offer(new Event.Tick()); // as in close
    }

    private boolean isQuiet() {
        GuardState state = snapshot.state();
        return state.sending().isEmpty()
                && !state.stepping()
                && state.durable().incidents().stream().noneMatch(open -> open.phase() instanceof Incident.Repairing);
    }

    @Override
    public void close() {
        stopping = true;
        boolean _ = events.offer(new Event.Tick()); // wakes the loop; a full queue does as well
        ports.paths().close();
        ports.services().close();
    }

    private void pathsChanged() {
        if (changeQueued.compareAndSet(false, true)
                && !events.offer(new Event.PathsChanged(ports.clock().instant()))) {
            changeQueued.set(false); // the queue is full: the rounds look soon enough
        }
    }

    private void serviceChanged(CheckId check) {
        if (servicesQueued.add(check) && !events.offer(new Event.ServiceChanged(check))) {
            servicesQueued.remove(check);
        }
    }

    private Instant take(Event event) throws InterruptedException {
        Instant now = ports.clock().instant();
        GuardState before = snapshot.state();
        Decision decision = Guard.decide(before.degraded(false), event, now, policy);
        Optional<String> degraded = save(decision.next().durable());
        if (degraded.isPresent()) { // what rests on a saved state is decided anew without it
            decision = Guard.decide(before.degraded(true), event, now, policy);
        }
        snapshot = new Snapshot(decision.next(), policy, degraded, snapshot.startedAt(), now);
        ports.chronicle().turn(before, event, decision, now);
        for (Action action : decision.actions()) {
            start(action);
        }
        return decision.wakeAt();
    }

    /// Why it could not be saved, if so.
    private Optional<String> save(Durable durable) {
        if (durable.equals(saved)) {
            return Optional.empty();
        }
        try {
            ports.store().save(durable);
            saved = durable;
            return Optional.empty();
        } catch (IOException e) {
            String reason = "the state cannot be saved: " + e.getMessage();
            if (snapshot.degraded().isEmpty()) {
                ports.log().health(Level.CRITICAL, "degraded, nothing is repaired: " + reason);
            }
            return Optional.of(reason);
        }
    }

    private void start(Action action) {
        if (ending && !(action instanceof Action.Send || action instanceof Action.Log)) {
            return;
        }
        switch (action) {
            case Action.Log(Level level, Remark remark) ->
                ports.log()
                        .write(new EventLog.Line(
                                remark.kind() == Remark.Kind.DEPLOY ? EventLog.Log.DEPLOY : EventLog.Log.HEALTH,
                                level,
                                "",
                                remark));
            case Action.Look look -> {
                Prober prober = ports.probers().get(look.check());
                Instant startedAt = ports.clock().instant();
                errands.send(
                        "look-" + look.check(),
                        LOOK_DEADLINE,
                        () -> observed(
                                look,
                                startedAt,
                                prober == null
                                        ? new Observation.Unknown("no prober for " + look.check())
                                        : prober.look(look.also())),
                        why -> observed(look, startedAt, new Observation.Unknown(why)));
            }
            case Action.Repair repair ->
                errands.send(
                        "repair-" + repair.incident() + "-" + repair.attempt(),
                        REPAIR_DEADLINE,
                        () -> new Event.RepairDone(
                                repair.incident(),
                                ports.repairer().run(repair.remedy(), repair.incident() + "-" + repair.attempt())),
                        why -> new Event.RepairDone(repair.incident(), new RepairResult.Failed(why)));
            case Action.TakeStep(Deploy deploy, Step step) ->
                errands.send(
                        "deploy-" + step,
                        step.deadline(),
                        () -> new Event.StepDone(
                                deploy.id(), step, ports.deployer().take(step, deploy)),
                        why -> new Event.StepDone(deploy.id(), step, new StepResult.Failed(why)));
            case Action.Send(var parcel) ->
                errands.send(
                        "send",
                        SEND_DEADLINE,
                        () -> new Event.Delivered(parcel, ports.notifier().send(parcel)),
                        why -> new Event.Delivered(parcel, new Delivery.Unreachable(why)));
        }
    }

    private static Event observed(Action.Look look, Instant startedAt, Observation.Outcome outcome) {
        return new Event.Observed(new Observation(look.check(), startedAt, outcome));
    }
}
