package io.lectio.host.systemd;

import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.host.Child;
import io.lectio.host.Processes;
import io.lectio.host.Supervisor;
import io.lectio.host.systemd.SystemdException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// systemd, asked as `systemctl` asks it when it is root: peer to peer at its private socket. A lost connection
/// (`daemon-reexec` drops it) is opened anew by the next call, and by itself while units are watched.
///
/// Every call has a deadline. What fails is a [SystemdException] that says what and on what; an interrupted thread
/// gets an [java.io.InterruptedIOException].
public final class Systemd implements Supervisor {
    /// Another one is the training's alone (lay.sh).
    private static final Path RUN = Path.of(System.getProperty("lectio.systemd", "/run/systemd"));
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long SHORTEST_PAUSE = 50; // ms
    private static final long LONGEST_PAUSE = 5_000;
    private static final Duration TO_RELOAD = Duration.ofSeconds(25);
    private static final int MOST_LOOKS = 3;
    private static final Duration JOURNAL_DEADLINE = Duration.ofSeconds(5);
    private static final int JOURNAL_LINES = 20;
    private static final int JOURNAL_BYTES = 32_768;

    private static final String MANAGER = "/org/freedesktop/systemd1";
    private static final String MANAGER_INTERFACE = "org.freedesktop.systemd1.Manager";

    private final Path socket;
    private final Duration patience;
    private final Processes processes = new Processes();
    private final Set<BlockingQueue<Removed>> restarts = ConcurrentHashMap.newKeySet();
    private Optional<Connection> current = Optional.empty();
    private Optional<Thread> telling = Optional.empty();
    private volatile Optional<UnitWatch> watched = Optional.empty();
    private boolean connected;
    private volatile boolean closed;

    /// A job that has ended, or with no path a connection.
    private record Removed(String job, String result) {}

    public Systemd() {
        this(RUN.resolve("private"));
    }

    /// @param socket another than the usual one
    public Systemd(Path socket) {
        this(socket, PATIENCE);
    }

    Systemd(Path socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /// Whether systemd is this machine's, as sd_booted(3) asks.
    public static boolean runsHere() {
        return Files.isDirectory(RUN.resolve("system"));
    }

    @Override
    public UnitState unit(String name) throws IOException {
        String path = call("LoadUnit", UnitName.check(name)).text(0);
        UnitProperties properties = properties(name, path);
        for (int looks = 1; looks < MOST_LOOKS && undecided(name); looks++) {
            properties = properties(name, path);
        }
        return properties.state(name, watched.isPresent() ? watched.get().who(name, properties) : Stop.UNKNOWN);
    }

    /// How a service is defined, and which process is its main one now.
    ///
    /// @throws SystemdException also where there is no such service
    public ServiceDefinition definition(String service) throws IOException {
        String path = call("LoadUnit", UnitName.check(service)).text(0);
        return ServiceDefinition.of(all(path), service);
    }

    @Override
    public List<ProcessView> processes(UnitState unit) throws IOException {
        return processes.of(unit.cgroup());
    }

    @Override
    public Set<Integer> stopped(UnitState unit) {
        return processes.stopped(unit.cgroup());
    }

    @Override
    public boolean updating() throws IOException {
        return processes.packageManagerWorks();
    }

    @Override
    public List<String> journal(UnitState run) throws IOException, InterruptedException {
        return run.invocation().isEmpty() ? List.of() : journal(run.invocation());
    }

    /// The last lines that a run has left, by its id.
    public List<String> journal(String invocation) throws IOException, InterruptedException {
        Child.Result journal = Child.run(
                List.of(
                        "journalctl",
                        "--quiet",
                        "--no-pager",
                        "--output=short-iso",
                        "--lines=" + JOURNAL_LINES,
                        "_SYSTEMD_INVOCATION_ID=" + invocation,
                        "+",
                        "INVOCATION_ID=" + invocation),
                JOURNAL_DEADLINE,
                JOURNAL_BYTES);
        return journal.text().lines().toList();
    }

    private boolean undecided(String unit) {
        return watched.filter(watch -> watch.undecided(unit)).isPresent();
    }

    /// Those of all its interfaces at once, so that they fit together.
    private UnitProperties properties(String name, String path) throws IOException {
        return UnitProperties.of(all(path), name);
    }

    private Message all(String path) throws IOException {
        return connection().call(patience, path, "org.freedesktop.DBus.Properties", "GetAll", "");
    }

    @Override
    public void restart(String unit, Duration within) throws IOException, InterruptedException {
        job("RestartUnit", unit, within);
    }

    /// Returns when it is started.
    public void start(String unit, Duration within) throws IOException, InterruptedException {
        job("StartUnit", unit, within);
    }

    /// Returns when it is stopped.
    public void stop(String unit, Duration within) throws IOException, InterruptedException {
        job("StopUnit", unit, within);
    }

    /// Has it read its files anew.
    public void reload() throws IOException {
        Message _ = connection().call(TO_RELOAD, MANAGER, MANAGER_INTERFACE, "Reload");
    }

    /// Some properties of a unit, as it has loaded them; arrays as lists.
    public Map<String, Object> properties(String unit, Set<String> wanted) throws IOException {
        return new Reader(all(call("LoadUnit", UnitName.check(unit)).text(0)).body(), true).properties(wanted);
    }

    /// Its own version, as 252.
    public int version() throws IOException {
        Object said = new Reader(all(MANAGER).body(), true)
                .properties(Set.of("Version"))
                .getOrDefault("Version", "");
        String number = String.valueOf(said).replaceFirst("^(\\d{1,6}).*", "$1");
        if (!number.matches("\\d+")) {
            throw SystemdException.malformed("its version is '" + said + "'");
        }
        return Integer.parseInt(number);
    }

    private void job(String member, String unit, Duration within) throws IOException, InterruptedException {
        String what = member + " " + UnitName.check(unit);
        long end = System.nanoTime() + within.toNanos();
        BlockingQueue<Removed> removed = new LinkedBlockingQueue<>();
        restarts.add(removed); // before the call: the job may end before its answer is read
        try {
            String job = connection()
                    .call(within, MANAGER, MANAGER_INTERFACE, member, unit, "fail")
                    .text(0);
            while (true) {
                Removed each = removed.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (each == null) {
                    throw new SystemdException(
                            Kind.TIMEOUT, what + ": not done within " + within.toMillis() / 1000.0 + " s");
                }
                if (each.job().isEmpty()) {
                    throw new SystemdException(Kind.LOST, what + ": the connection to systemd was lost meanwhile");
                }
                if (each.job().equals(job)) {
                    if (each.result().equals("done")) {
                        return;
                    }
                    throw new SystemdException(Kind.NOT_DONE, what + ": " + each.result());
                }
            }
        } finally {
            restarts.remove(removed);
        }
    }

    @Override
    public void kill(String unit, int signal) throws IOException {
        Message _ = call("KillUnit", UnitName.check(unit), "all-fail", signal);
    }

    @Override
    public void signalMain(String unit, int signal) throws IOException {
        Message _ = call("KillUnit", UnitName.check(unit), "main-fail", signal);
    }

    @Override
    public void resetFailed(String unit) throws IOException {
        try {
            Message _ = call("ResetFailedUnit", UnitName.check(unit));
        } catch (SystemdException e) {
            if (!String.valueOf(e.getMessage()).contains("org.freedesktop.systemd1.NoSuchUnit")) {
                throw e;
            }
        }
    }

    @Override
    public synchronized void watch(Set<String> units, Consumer<String> changed) {
        if (watched.isPresent()) {
            throw new IllegalStateException("units are watched already");
        }
        units.forEach(UnitName::check);
        UnitWatch watch = new UnitWatch(units);
        if (connected) {
            watch.connected();
        }
        watched = Optional.of(watch);
        telling = Optional.of(Thread.ofVirtual().name("systemd-watch").start(() -> tell(watch, changed)));
    }

    private void tell(UnitWatch watch, Consumer<String> changed) {
        long pause = SHORTEST_PAUSE;
        try {
            while (!closed) {
                try {
                    for (String unit : watch.units()) {
                        watch.lies(unit, call("LoadUnit", unit).text(0));
                    }
                    pause = SHORTEST_PAUSE;
                    for (String unit = watch.next(); !unit.isEmpty(); unit = watch.next()) {
                        changed.accept(unit);
                    }
                } catch (IOException e) {
                    Thread.sleep(pause); // whoever looks meanwhile is told why it cannot
                    pause = Math.min(2 * pause, LONGEST_PAUSE);
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private Message call(String member, Object... arguments) throws IOException {
        return connection().call(patience, MANAGER, MANAGER_INTERFACE, member, arguments);
    }

    private synchronized Connection connection() throws IOException {
        if (closed) {
            throw new SystemdException(Kind.LOST, "this connection to systemd has been closed");
        }
        if (current.filter(Connection::isOpen).isEmpty()) {
            current = Optional.of(new Connection(socket, this));
        }
        return current.get();
    }

    private synchronized void connected(Connection connection, boolean now) {
        if (current.filter(latest -> latest == connection).isPresent()) {
            connected = now;
            watched.ifPresent(now ? UnitWatch::connected : UnitWatch::lost);
        }
    }

    /// This and the next two are called by the connection's reading thread, so they must not wait for answers.
    void opened(Connection connection) {
        // systemd tells a peer unasked; should that change, this asks, and who refuses it is asked nothing more
        var _ = connection.send(MANAGER, MANAGER_INTERFACE, "Subscribe");
        connected(connection, true);
    }

    void signal(Connection from, Message signal) throws IOException {
        if (signal.member().equals("JobRemoved")) {
            Removed removed = new Removed(signal.text(1), signal.text(3));
            restarts.forEach(restart -> restart.add(removed));
        }
        if (watched.isPresent()) {
            watched.get().signal(from, signal);
        }
    }

    void lost(Connection connection) {
        restarts.forEach(restart -> restart.add(new Removed("", "")));
        connected(connection, false);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        telling.ifPresent(Thread::interrupt);
        if (current.isPresent()) {
            current.get().close();
        }
    }
}
