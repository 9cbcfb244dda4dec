package io.lectio.control;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Finding;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Order.Spell;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.UnitFailure;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/// The daemon's side of the unix socket: a line of JSON asks, the answer is a line of JSON. Whoever reaches the
/// socket in the guard's folder may ask; only root and the guard's own user may change anything.
public final class ControlServer implements AutoCloseable {
    private static final int MOST_CALLERS = 16;
    /// Fewer, so that the others are answered always.
    private static final int MOST_WATCHERS = 8;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final long BETWEEN_LINES = Duration.ofMillis(100).toNanos();
    private static final long AT_LEAST_EACH = Duration.ofSeconds(1).toNanos();
    private static final long BETWEEN_STEPS = Duration.ofMillis(5).toNanos();
    private static final Duration TO_KNOW_THE_PAGE = Duration.ofSeconds(10);
    private static final Duration LONGEST_DEPLOY = Duration.ofHours(1);
    /// What is to be mended by who has sent it.
    public static final String UNFIT = "refused: ";

    /// A repair may take a minute, and is waited for.
    public static final Duration TO_RELOAD = Duration.ofSeconds(80);

    private static final Duration TO_BE_TAKEN = Duration.ofSeconds(2);

    private final ServerSocketChannel channel;
    private final Path socket;
    private final Supplier<Snapshot> guard;
    private final Function<Order, CompletableFuture<Optional<String>>> orders;
    private final Deploys deploys;
    private final Supplier<CompletableFuture<Finding.Config>> reload;
    private final EventLog log;
    private final InstantSource clock;
    private final Semaphore callers = new Semaphore(MOST_CALLERS);
    /// One build is received at a time: each may be large.
    private final Semaphore receiving = new Semaphore(1);

    private final Semaphore watchers = new Semaphore(MOST_WATCHERS);

    private ControlServer(
            ServerSocketChannel channel,
            Path socket,
            Supplier<Snapshot> guard,
            Function<Order, CompletableFuture<Optional<String>>> orders,
            Deploys deploys,
            Supplier<CompletableFuture<Finding.Config>> reload,
            EventLog log,
            InstantSource clock) {
        this.channel = channel;
        this.reload = reload;
        this.deploys = deploys;
        this.socket = socket;
        this.guard = guard;
        this.orders = orders;
        this.log = log;
        this.clock = clock;
    }

    /// The state folder is the guard's own and one guard holds its lock, so an old socket there is a dead one.
    ///
    /// @param orders see [io.lectio.engine.GuardLoop#order]
    /// @param reload has the configuration read, and tells what is wrong with it
    public static ControlServer start(
            Path stateFolder,
            Supplier<Snapshot> guard,
            Function<Order, CompletableFuture<Optional<String>>> orders,
            Deploys deploys,
            Supplier<CompletableFuture<Finding.Config>> reload,
            EventLog log,
            InstantSource clock)
            throws IOException {
        Path socket = stateFolder.resolve(ControlClient.SOCKET);
        Files.deleteIfExists(socket);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        ControlServer server = new ControlServer(channel, socket, guard, orders, deploys, reload, log, clock);
        Thread.ofPlatform().name("control").daemon().start(server::serve);
        return server;
    }

    private void serve() {
        while (true) {
            callers.acquireUninterruptibly();
            try {
                SocketChannel caller = channel.accept();
                Thread.ofPlatform().name("caller").daemon().start(() -> meet(caller));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                callers.release();
                // where no caller can be taken, nothing spins
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void meet(SocketChannel channel) {
        try (channel;
                Caller caller = new Caller(channel)) {
            answer(caller);
        } catch (IOException e) {
            return; // it is gone, or does not read
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            callers.release();
        }
    }

    private void answer(Caller caller) throws IOException, InterruptedException {
        Optional<String> line = caller.request();
        if (line.isEmpty()) {
            refuse(caller, "a request is one line of at most " + Caller.LONGEST_REQUEST + " bytes, within 2 s");
            return;
        }
        Request request;
        try {
            request = JsonCodec.read(line.get(), Request.class);
        } catch (IOException e) {
            refuse(caller, "not a request: " + e.getMessage());
            return;
        }
        switch (request.ask()) {
            case STATUS -> caller.tell(JsonCodec.writeLine(Status.of(guard.get())));
            case WATCH -> watch(caller);
            case PLAN -> {
                Snapshot seen = guard.get();
                caller.tell(
                        Plan.of(seen.state(), clock.instant(), seen.policy()).toJson());
            }
            case RELEASES ->
                caller.tell(JsonCodec.writeLine(guard.get().state().durable().releases()));
            case SILENCE, END_SILENCE, MAINTENANCE, END_MAINTENANCE, RELOAD, DEPLOY, ROLLBACK, ADOPT, PRUNE, FAILURE ->
                change(caller, request);
        }
    }

    private static void refuse(Caller caller, String why) throws IOException {
        caller.tell(JsonCodec.writeLine(new Answer(false, why)));
    }

    private void watch(Caller caller) throws IOException {
        if (!watchers.tryAcquire()) {
            refuse(caller, MOST_WATCHERS + " others watch already");
            return;
        }
        try {
            Optional<Instant> told = Optional.empty();
            long due = System.nanoTime();
            while (channel.isOpen()) {
                Snapshot now = guard.get();
                if (!told.equals(Optional.of(now.turnedAt())) || System.nanoTime() - due >= 0) {
                    caller.tell(JsonCodec.writeLine(Status.of(now)));
                    told = Optional.of(now.turnedAt());
                    due = System.nanoTime() + AT_LEAST_EACH;
                }
                LockSupport.parkNanos(BETWEEN_LINES);
            }
        } finally {
            watchers.release();
        }
    }

    private void change(Caller caller, Request request) throws IOException, InterruptedException {
        if (!caller.mayChange()) {
            String why =
                    "refused: " + request.ask() + " is for root and the guard's own user, not for " + caller.name();
            log.health(Level.WARNING, why);
            refuse(caller, why);
            return;
        }
        switch (request.ask()) {
            case DEPLOY -> receive(caller, request);
            case RELOAD -> caller.tell(JsonCodec.writeLine(reloaded()));
            case ROLLBACK, ADOPT -> {
                try {
                    boolean force = request.options().contains(Request.FORCE);
                    String release = request.release().orElse("");
                    follow(
                            caller,
                            request.ask() == Request.Ask.ADOPT
                                    ? deploys.adoption(caller.name(request.by()))
                                    : deploys.back(release, caller.name(request.by()), force));
                } catch (Deploys.Unfit e) {
                    refuse(caller, String.valueOf(e.getMessage()));
                }
            }
            case STATUS, WATCH, PLAN, RELEASES, SILENCE, END_SILENCE, MAINTENANCE, END_MAINTENANCE, PRUNE, FAILURE ->
                order(caller, request);
        }
    }

    private void order(Caller caller, Request request) throws IOException, InterruptedException {
        Order order;
        try {
            order = order(request, caller.name(request.by()), clock.instant());
        } catch (IllegalArgumentException e) {
            refuse(caller, String.valueOf(e.getMessage()));
            return;
        }
        Answer answer = given(order);
        if (order instanceof Order.Prune && answer.done()) {
            answer = new Answer(true, answer.text() + ", " + (deploys.forget() >> 10) + " KiB free again");
        }
        caller.tell(JsonCodec.writeLine(answer));
    }

    private static int number(String text) {
        if (!text.matches("[0-9]{1,4}")) {
            throw new IllegalArgumentException("'" + text + "' is no number of releases");
        }
        return Integer.parseInt(text);
    }

    private void receive(Caller caller, Request request) throws IOException {
        if (!receiving.tryAcquire()) {
            refuse(caller, "another build is just being received: try again later");
            return;
        }
        Deploy deploy;
        try {
            caller.tell(JsonCodec.writeLine(new Answer(true, "send")));
            List<String> options = request.options();
            deploy = deploys.receive(
                    parts(options, caller.body()),
                    options.contains(Request.IN_PLACE),
                    caller.name(request.by()),
                    options.contains(Request.FORCE),
                    options.contains(Request.TRIAL));
        } catch (Deploys.Unfit e) {
            caller.drain();
            refuse(caller, UNFIT + e.getMessage());
            return;
        } catch (IOException e) {
            log.health(
                    Level.WARNING,
                    "a build that " + caller.name(request.by()) + " sent was not received: " + e.getMessage());
            refuse(caller, "the build was not received: " + e.getMessage());
            return;
        } finally {
            receiving.release();
        }
        follow(caller, deploy);
    }

    /// What follows a request, by what it is.
    private static SequencedMap<Part, InputStream> parts(List<String> options, InputStream body) {
        boolean code = options.contains(Request.CODE);
        boolean pages = options.contains(Request.PAGES) || !(code || options.contains(Request.IN_PLACE));
        SequencedMap<Part, InputStream> parts = new LinkedHashMap<>();
        if (pages && code) {
            Chunks.In first = new Chunks.In(body, Optional.empty());
            parts.put(Part.PAGES, first);
            parts.put(Part.CODE, new Chunks.In(body, Optional.of(first)));
        } else if (pages || code) {
            parts.put(pages ? Part.PAGES : Part.CODE, body);
        }
        return parts;
    }

    /// Tells each change of a deploy until it has ended. It goes on also where nobody listens.
    private void follow(Caller caller, Deploy offered) throws IOException {
        long end = System.nanoTime() + TO_KNOW_THE_PAGE.toNanos();
        while (!isPageKnown() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(BETWEEN_STEPS); // it has just begun, or undone another deploy
        }
        if (!deploys.offer(offered)) {
            deploys.discard(offered);
            refuse(caller, "the guard does not take it: lectio status");
            return;
        }
        Optional<Deploy> told = Optional.empty();
        long last = System.nanoTime() + LONGEST_DEPLOY.toNanos();
        while (channel.isOpen() && System.nanoTime() - last < 0) {
            Optional<Deploy> now = guard.get().state().durable().releases().deploy(offered.id());
            if (now.isPresent() && !now.equals(told)) {
                told = now;
                if (now.get().ended().isPresent()) {
                    deploys.discard(offered);
                }
                caller.tell(JsonCodec.writeLine(now.get()));
                if (now.get().ended().isPresent()) {
                    return;
                }
            }
            LockSupport.parkNanos(BETWEEN_STEPS);
        }
    }

    private boolean isPageKnown() {
        Optional<CheckHealth> page =
                Optional.ofNullable(guard.get().state().health().get(CheckId.PAGE));
        return page.filter(seen -> seen.status() == CheckHealth.Status.UNHEALTHY
                        || (seen.status() == CheckHealth.Status.HEALTHY && seen.streak() == 0))
                .isPresent();
    }

    private Answer given(Order order) throws InterruptedException {
        try {
            return orders.apply(order)
                    .get(TO_BE_TAKEN.toMillis(), TimeUnit.MILLISECONDS)
                    .map(why -> new Answer(false, "in force until the guard ends only: " + why))
                    .orElseGet(() -> new Answer(true, order.inWords()));
        } catch (ExecutionException | TimeoutException e) {
            return new Answer(false, "the guard has not taken it within " + TO_BE_TAKEN.toSeconds() + " s: see status");
        }
    }

    private Answer reloaded() throws InterruptedException {
        try {
            Finding.Config read = reload.get().get(TO_RELOAD.toMillis(), TimeUnit.MILLISECONDS);
            return read.error().isEmpty()
                    ? new Answer(true, "the configuration is in force")
                    : new Answer(
                            false,
                            (read.where().isEmpty() ? "" : read.where() + ": ") + read.error()
                                    + "; what was in force stays so");
        } catch (ExecutionException | TimeoutException e) {
            return new Answer(
                    false,
                    "not read within " + TO_RELOAD.toSeconds() + " s, for a repair is at work: lectio status tells,"
                            + " and it is read after that");
        }
    }

    /// @param by the name of who asks
    /// @throws IllegalArgumentException with the reason, where this is not to be had
    public static Order order(Request request, String by, Instant now) {
        return switch (request.ask()) {
            case SILENCE -> new Order.Silence(spell(request, by, now));
            case MAINTENANCE -> new Order.Maintenance(spell(request, by, now));
            case END_SILENCE -> new Order.EndSilence(by);
            case END_MAINTENANCE -> new Order.EndMaintenance(by);
            case PRUNE -> new Order.Prune(number(request.release().orElse("")), by);
            case FAILURE -> new Order.Failure(failure(request, now));
            case STATUS, WATCH, PLAN, RELEASES, RELOAD, DEPLOY, ROLLBACK, ADOPT ->
                throw new IllegalArgumentException(request.ask() + " is no order");
        };
    }

    /// `options` are systemd's result, how it ended, whether it runs again, how often it failed, and its last lines.
    private static UnitFailure failure(Request request, Instant now) {
        List<String> told = request.options();
        if (told.size() < 4 || request.release().isEmpty() || !told.get(3).matches("[1-9][0-9]{0,4}")) {
            throw new IllegalArgumentException("not what is known of a failed unit");
        }
        return new UnitFailure(
                request.release().get(),
                now.minus(request.length().orElse(Duration.ZERO)),
                told.getFirst(),
                told.get(1),
                told.subList(4, told.size()),
                told.get(2).equals(Request.UP),
                Integer.parseInt(told.get(3)));
    }

    private static Spell spell(Request request, String by, Instant now) {
        Duration length = request.length().orElseThrow(() -> new IllegalArgumentException("no length is given"));
        Instant since = now.truncatedTo(ChronoUnit.SECONDS);
        return new Spell(since, since.plus(length), by, request.why().orElse(""));
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(socket);
    }
}
