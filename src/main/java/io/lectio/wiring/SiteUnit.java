package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.policy.Services;
import io.lectio.host.Listeners;
import io.lectio.host.Processes;
import io.lectio.host.Signals;
import io.lectio.host.SocketStore;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import io.lectio.host.systemd.ServiceDefinition;
import io.lectio.host.systemd.Systemd;
import io.lectio.release.GunicornCommand;
import io.lectio.release.Told;
import io.lectio.store.SiteLock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// The systemd unit of the application, and what is added to it beside its own file: a [DropIn], and, where it is asked
/// for, a socket unit. All of it is taken back where the application does not answer with it. See ADR 29.
public final class SiteUnit {
    private static final Path WANTED = DropIn.UNITS.resolve("sockets.target.wants");
    private static final Duration TO_CHANGE = Duration.ofSeconds(40);
    private static final Duration TO_ANSWER = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int MOST_BYTES = 1 << 16;
    private static final int WORST = 500;
    private static final String STORED = "NFileDescriptorStore";

    private final String unit;
    private final DropIn dropIn;
    private final HttpClient direct;
    private final URI health;
    private final Processes processes = new Processes();

    private SiteUnit(Home home, SiteSettings site, Services.App app) {
        unit = app.unit();
        direct = Probers.direct(app);
        health = Probers.directly(app, site.site());
        dropIn = new DropIn(unit, home.folder(), home.state(), health.getRawPath());
    }

    /// @return empty where no application's unit is guarded
    public static Optional<SiteUnit> of(Home home, SiteSettings site) {
        return site.services().app().map(app -> new SiteUnit(home, site, app));
    }

    /// A setting, as it is in force, and as it will be; in systemd's words.
    public record Row(String setting, String now, String then) {}

    /// @param applied whether all is as it should be
    /// @param socket whether a socket unit of ours holds the application's address
    public record Shown(String unit, boolean applied, boolean socket, List<Row> rows) {}

    /// @param done whether it is so now
    /// @param gap how long the application did not answer meanwhile
    public record Outcome(boolean done, String text, Duration gap) {}

    public String name() {
        return unit;
    }

    public Shown show() throws IOException {
        try (Systemd systemd = new Systemd()) {
            Map<String, Object> now = systemd.properties(unit, DropIn.properties());
            List<Row> rows = new ArrayList<>();
            dropIn.settings()
                    .forEach((setting, then) -> rows.add(new Row(setting, DropIn.inForce(setting, now), then)));
            boolean same = rows.stream().allMatch(row -> row.now().equals(row.then()));
            return new Shown(unit, same && dropIn.isLaid(), Files.exists(socketFile()), rows);
        }
    }

    DropIn dropIn() {
        return dropIn;
    }

    private String socket() {
        return unit.replaceFirst("\\.service$", ".socket");
    }

    private Path socketFile() {
        return DropIn.UNITS.resolve(socket());
    }

    private Path enabled() {
        return WANTED.resolve(socket());
    }

    /// Lays the drop-in, has systemd read it, restarts the application, and asks it.
    public Outcome apply(Told told) throws IOException, InterruptedException {
        try (SiteLock _ = SiteLock.ofUnit(unit);
                Systemd systemd = new Systemd()) {
            UnitState before = systemd.unit(unit);
            if (before.load() != UnitState.Load.LOADED) {
                return new Outcome(false, unit + " is " + before.load() + ": nothing is changed", Duration.ZERO);
            }
            if (dropIn.keepsOne(false)) { // of a restart that was cut off
                systemd.reload();
            }
            if (show().applied()) {
                return new Outcome(true, "nothing to do: " + unit + " has it already", Duration.ZERO);
            }
            boolean runs = before.active() == Active.ACTIVE;
            boolean well = runs && answers();
            SequencedMap<Path, Optional<String>> old = DropIn.lay(dropIn.files());
            if (!runs) {
                systemd.reload();
                return new Outcome(true, unit + " does not run: it has this with its next start", Duration.ZERO);
            }
            Optional<Duration> gap = Optional.empty();
            try {
                gap = restarted(systemd, well, true, told);
            } catch (IOException e) {
                told.warning(String.valueOf(e.getMessage()));
            }
            if (gap.isPresent() && isPinged(systemd.unit(unit), true)) {
                return new Outcome(true, unit + " has its watchdog", gap.get());
            }
            DropIn.lay(old);
            return new Outcome(
                    false,
                    "taken back: " + unit + (gap.isEmpty() ? " did not answer with it" : " could not be watched by it")
                            + restartedAgain(systemd, told),
                    Duration.ZERO);
        }
    }

    private String restartedAgain(Systemd systemd, Told told) throws InterruptedException {
        try {
            return restarted(systemd, true, false, told).isPresent()
                    ? "; it answers as before"
                    : "; and it does not answer now, either";
        } catch (IOException e) {
            return "; and it was not started again: " + e.getMessage();
        }
    }

    /// @param keep whether its socket may be kept for the new run
    /// @return how long nobody was answered; empty where that is still so
    private Optional<Duration> restarted(Systemd systemd, boolean well, boolean keep, Told told)
            throws IOException, InterruptedException {
        try (Gap gap = new Gap()) {
            systemd.reload();
            systemd.resetFailed(unit);
            boolean room = keep && hasRoom(systemd, told);
            try {
                told.step("restarting " + unit + ": "
                        + (room && keepsSocket(systemd, told) ? "who asks the API waits" : "the API does not answer")
                        + " for some seconds");
                systemd.restart(unit, TO_CHANGE);
            } finally {
                if (room) {
                    takeRoom(systemd, told);
                }
            }
            return !well || gap.isOver() ? Optional.of(gap.length()) : Optional.empty();
        }
    }

    /// Makes room for its socket, where what it starts is gunicorn, which takes a socket that it is given, where that
    /// is what runs, and nobody else has any sockets there.
    private boolean hasRoom(Systemd systemd, Told told) {
        try {
            ServiceDefinition service = systemd.definition(unit);
            Map<String, Object> now = systemd.properties(unit, Set.of("Type", "TriggeredBy", "FileDescriptorStoreMax"));
            Optional<GunicornCommand> starts = GunicornCommand.of(service.executed());
            Optional<GunicornCommand> runs = GunicornCommand.of(Processes.command(service.mainPid()));
            if (starts.isEmpty()
                    || !starts.map(GunicornCommand::arguments).equals(runs.map(GunicornCommand::arguments))
                    || !Set.of("simple", "exec", "notify").contains(String.valueOf(now.get("Type")))
                    || !List.of().equals(now.get("TriggeredBy"))
                    || !Integer.valueOf(0).equals(now.get("FileDescriptorStoreMax"))) {
                return false;
            }
            dropIn.keepsOne(true);
        } catch (IOException e) {
            told.warning("its socket is not kept: " + e.getMessage());
            return false;
        }
        return true;
    }

    /// With no room for it, systemd forgets what it has kept.
    private void takeRoom(Systemd systemd, Told told) {
        try {
            dropIn.keepsOne(false);
            systemd.reload();
        } catch (IOException e) {
            told.warning("what systemd keeps for " + unit + " was not taken from it: " + e.getMessage());
        }
    }

    private boolean keepsSocket(Systemd systemd, Told told) throws InterruptedException {
        try {
            systemd.reload();
            boolean handed = SocketStore.keep(systemd.unit(unit).mainPid());
            long end = System.nanoTime() + ANSWER.toNanos();
            while (handed && stored(systemd) == 0 && System.nanoTime() - end < 0) {
                Thread.sleep(PAUSE);
            }
            return handed && stored(systemd) > 0;
        } catch (IOException e) {
            told.warning("its socket is not kept: " + e.getMessage());
            return false;
        }
    }

    private int stored(Systemd systemd) throws IOException {
        return systemd.properties(unit, Set.of(STORED)).get(STORED) instanceof Integer stored ? stored : 0;
    }

    /// Takes away the drop-in and the socket unit. Where there is no socket unit, nothing is restarted, as a rule.
    public Outcome remove(Told told) throws IOException, InterruptedException {
        try (SiteLock _ = SiteLock.ofUnit(unit);
                Systemd systemd = new Systemd()) {
            boolean socket = Files.exists(socketFile());
            UnitState before = systemd.unit(unit);
            boolean runs = before.active() == Active.ACTIVE;
            boolean watched = runs && !socket && Files.exists(dropIn.file()) && !isDisarmed(before);
            dropIn.takeAway();
            Duration gap = Duration.ZERO;
            if (socket) {
                told.step("stopping " + socket() + " and " + unit + ", and starting " + unit + " again");
                gap = handOver(systemd, false, runs).orElse(TO_ANSWER);
            } else if (watched) {
                told.step("the watchdog of " + unit + " cannot be called off");
                gap = restarted(systemd, answers(), false, told).orElse(TO_ANSWER);
            } else {
                systemd.reload();
            }
            return new Outcome(true, unit + " is as its own file has it", gap);
        }
    }

    /// A run keeps the watchdog that it began with, also where systemd knows no more of it; its pinger calls it off.
    private boolean isDisarmed(UnitState run) throws IOException, InterruptedException {
        processes.pinger(run.cgroup()).forEach(pid -> Signals.send(pid, Signals.ALRM));
        try (Systemd systemd = new Systemd()) {
            return isPinged(run, false)
                    && DropIn.inForce("WatchdogSec", systemd.properties(unit, DropIn.properties()))
                            .equals("0s");
        }
    }

    /// Waits until its pinger is there, or is not; it begins a moment after its unit, and ends after its window.
    private boolean isPinged(UnitState run, boolean pinged) throws InterruptedException {
        long end = System.nanoTime() + TO_ANSWER.toNanos();
        while (processes.pinger(run.cgroup()).isEmpty() == pinged && System.nanoTime() - end < 0) {
            Thread.sleep(PAUSE);
        }
        return processes.pinger(run.cgroup()).isEmpty() != pinged;
    }

    /// Has a socket unit hold the address at which the application listens now.
    public Outcome takeSocket(Told told) throws IOException, InterruptedException {
        try (SiteLock _ = SiteLock.ofUnit(unit);
                Systemd systemd = new Systemd()) {
            UnitState state = systemd.unit(unit);
            if (Files.exists(socketFile()) || systemd.unit(socket()).load() == UnitState.Load.LOADED) {
                return new Outcome(true, "nothing to do: there is a " + socket() + " already", Duration.ZERO);
            }
            List<String> addresses = state.mainPid() > 0 ? Listeners.of(state.mainPid()) : List.of();
            if (addresses.isEmpty() || !answers()) {
                return new Outcome(
                        false, unit + " is not seen to listen and answer: nothing is changed", Duration.ZERO);
            }
            DropIn.lay(socketFile(), Optional.of(socketText(addresses)));
            told.step("stopping " + unit + " and starting it at " + socket() + ", which listens at "
                    + String.join(", ", addresses));
            Optional<Duration> gap = handOver(systemd, true, true);
            if (gap.isPresent()) {
                return new Outcome(
                        true,
                        socket() + " holds " + String.join(", ", addresses) + "; a stop means both units",
                        gap.get());
            }
            DropIn.lay(socketFile(), Optional.empty());
            boolean back = handOver(systemd, false, true).isPresent();
            return new Outcome(
                    false,
                    "taken back: nobody answered at the socket" + (back ? "" : ", and nobody does now"),
                    TO_ANSWER);
        }
    }

    private String socketText(List<String> addresses) throws IOException {
        StringBuilder text = new StringBuilder(
                "# Laid by `lectio unit apply --socket`.\n[Unit]\nDescription=The listening socket of " + unit
                        + "\n\n[Socket]\nBacklog=2048\n");
        for (String address : addresses) {
            text.append("ListenStream=").append(address).append('\n');
            if (address.startsWith("/")) {
                Map<String, Object> of =
                        Files.readAttributes(Path.of(address), "unix:owner,group,mode", LinkOption.NOFOLLOW_LINKS);
                text.append("SocketUser=%s%nSocketGroup=%s%nSocketMode=%04o%n"
                        .formatted(
                                of.get("owner"),
                                of.get("group"),
                                (int) Objects.requireNonNull(of.get("mode")) & 0xfff));
            }
        }
        return text.append("\n[Install]\nWantedBy=sockets.target\n").toString();
    }

    /// @param to whether the socket unit is to hold the address, or the application itself
    /// @return how long nobody was answered; empty where that is still so
    private Optional<Duration> handOver(Systemd systemd, boolean to, boolean runs)
            throws IOException, InterruptedException {
        try (Gap gap = new Gap()) {
            if (to) {
                systemd.reload();
                Files.createDirectories(WANTED);
                Files.deleteIfExists(enabled());
                Files.createSymbolicLink(enabled(), socketFile());
                systemd.stop(unit, TO_CHANGE);
                systemd.start(socket(), TO_CHANGE);
            } else {
                Files.deleteIfExists(enabled());
                systemd.stop(socket(), TO_CHANGE);
                systemd.stop(unit, TO_CHANGE);
                Files.deleteIfExists(socketFile());
                systemd.reload();
            }
            systemd.resetFailed(unit);
            if (runs) {
                systemd.start(unit, TO_CHANGE);
            }
            return !runs || gap.isOver() ? Optional.of(gap.length()) : Optional.empty();
        } catch (IOException e) {
            if (!to) {
                throw e;
            }
            return Optional.empty(); // what began is taken back
        }
    }

    private boolean answers() {
        try {
            return direct.get(health, MOST_BYTES, ANSWER).status() < WORST;
        } catch (HttpFailure e) {
            return false;
        }
    }

    /// Asks all the time, beside what is done, for how long nobody answers.
    private final class Gap implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile long answered = System.nanoTime();
        private volatile long longest;
        private final Thread asking = Thread.ofVirtual().start(this::ask);

        private void ask() {
            try {
                while (!ended.get()) {
                    if (answers()) {
                        long now = System.nanoTime();
                        longest = Math.max(longest, now - answered);
                        answered = now;
                    }
                    Thread.sleep(PAUSE);
                }
            } catch (InterruptedException e) {
                return; // its answer is not waited for
            }
        }

        /// Whether there is an answer to what is asked from now on.
        boolean isOver() throws InterruptedException {
            long from = System.nanoTime();
            while (answered - from < 0 && System.nanoTime() - from < TO_ANSWER.toNanos()) {
                Thread.sleep(PAUSE);
            }
            return answered - from >= 0;
        }

        Duration length() {
            return Duration.ofNanos(longest);
        }

        @Override
        public void close() {
            ended.set(true);
            asking.interrupt();
        }
    }
}
