package io.lectio.host.systemd;

import io.lectio.core.health.UnitState.Stop;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// What systemd's signals say of some units: that they may have changed, and whether somebody has asked for their end.
///
/// A job of a moment is gone before its type can be asked for; then the unit is asked: right after a stop that is
/// done, it is inactive.
final class UnitWatch {
    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
    private static final String UNIT = "org.freedesktop.systemd1.Unit";
    private static final String JOB = "org.freedesktop.systemd1.Job";

    private final Set<String> units;
    private final Map<String, String> byPath = new ConcurrentHashMap<>();
    private final BlockingQueue<String> toTell = new LinkedBlockingQueue<>();
    private final Map<String, Instant> stops = new ConcurrentHashMap<>();
    private final Map<String, Integer> asking = new ConcurrentHashMap<>();
    private final Set<String> typed = ConcurrentHashMap.newKeySet();
    private volatile Instant since = Instant.MAX;

    UnitWatch(Set<String> units) {
        this.units = Set.copyOf(units);
        units.forEach(unit -> lies(unit, UnitName.path(unit)));
    }

    Set<String> units() {
        return units;
    }

    /// A unit's path, which is another unit's where its name is an alias.
    void lies(String unit, String path) {
        byPath.put(path, unit);
    }

    /// No signal is missed from now on.
    void connected(Instant now) {
        asking.clear();
        typed.clear();
        since = now;
        units.forEach(this::tell);
    }

    void lost() {
        since = Instant.MAX;
        tell("");
    }

    /// Waits for the next unit that may have changed; empty when the connection is lost.
    String next() throws InterruptedException {
        return toTell.take();
    }

    void signal(Connection from, Message signal, Instant now) throws IOException {
        switch (signal.member()) {
            case "PropertiesChanged" -> changed(signal.path());
            case "UnitNew", "UnitRemoved" -> changed(signal.text(1));
            case "JobNew" -> job(from, signal, now, true);
            case "JobRemoved" -> job(from, signal, now, false);
            case "Reloading" -> units.forEach(this::tell);
            default -> {} // of no unit
        }
    }

    private void changed(String path) {
        String unit = byPath.get(path);
        if (unit != null) {
            tell(unit);
        }
    }

    private void tell(String unit) {
        if (!toTell.contains(unit)) {
            toTell.add(unit);
        }
    }

    private void job(Connection from, Message signal, Instant now, boolean begins) throws IOException {
        String job = signal.text(1);
        String path = UnitName.path(signal.text(2));
        String unit = byPath.get(path);
        if (unit == null) {
            return;
        }
        tell(unit);
        asking.merge(unit, 1, Integer::sum);
        var _ = (begins
                        ? from.send(job, PROPERTIES, "Get", JOB, "JobType")
                        : from.send(path, PROPERTIES, "Get", UNIT, "ActiveState"))
                .thenAccept(answer -> {
                    String said = word(answer);
                    if (begins ? said.equals("stop") : !typed.remove(job) && said.equals("inactive")) {
                        stops.put(unit, now);
                    } else if (begins && (said.equals("start") || said.equals("restart"))) {
                        stops.remove(unit);
                    }
                    if (begins && !said.isEmpty()) {
                        typed.add(job);
                    }
                    asking.computeIfPresent(unit, (_, count) -> count == 1 ? null : count - 1);
                    tell(unit);
                });
    }

    private static String word(Message answer) {
        try {
            List<Object> values = answer.type() == Message.Type.ANSWER ? answer.values() : List.of();
            return values.isEmpty() ? "" : values.getFirst().toString();
        } catch (SystemdException e) {
            return ""; // as good as no answer
        }
    }

    /// Whether systemd has not yet said what a job of this unit is.
    boolean undecided(String unit) {
        return asking.containsKey(unit);
    }

    /// @param started when it last began to start
    /// @param left when it last left its active state
    Stop who(String unit, Instant started, Instant left) {
        Instant stopped = stops.get(unit);
        if (stopped != null && stopped.isAfter(started)) {
            return Stop.ASKED;
        }
        Instant latest = started.isAfter(left) ? started : left;
        return units.contains(unit) && !undecided(unit) && since.isBefore(latest) ? Stop.NOT_ASKED : Stop.UNKNOWN;
    }
}
