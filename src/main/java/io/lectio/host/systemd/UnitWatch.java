package io.lectio.host.systemd;

import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Stop;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// What systemd's signals say of some units: that they may have changed, and whether somebody has asked for their
/// end.
///
/// A job of a moment is gone before its type can be asked for; then the unit is asked: right after a stop that is
/// done, it is inactive, or as failed as it was. (So it is after a `try-restart` of what has failed, which cannot be
/// told apart.) Times are microseconds of the monotonic clock, which is the one behind [System#nanoTime()].
final class UnitWatch {
    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
    private static final String UNIT = "org.freedesktop.systemd1.Unit";
    private static final String JOB = "org.freedesktop.systemd1.Job";

    private final Set<String> units;
    private final Map<String, String> byPath = new ConcurrentHashMap<>();
    private final BlockingQueue<String> toTell = new LinkedBlockingQueue<>();
    private final Map<String, Long> stops = new ConcurrentHashMap<>();
    private final Map<String, Integer> asking = new ConcurrentHashMap<>();
    private final Set<String> typed = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> failed = new ConcurrentHashMap<>();
    private volatile long since = Long.MAX_VALUE;

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
    void connected() {
        asking.clear();
        typed.clear();
        since = now();
        units.forEach(this::tell);
    }

    void lost() {
        since = Long.MAX_VALUE;
        tell("");
    }

    /// Waits for the next unit that may have changed; empty when the connection is lost.
    String next() throws InterruptedException {
        return toTell.take();
    }

    private static long now() {
        return System.nanoTime() / 1_000;
    }

    /// That a unit is loaded or dropped tells nothing of it: each look loads a unit that systemd keeps not.
    void signal(Connection from, Message signal) throws IOException {
        switch (signal.member()) {
            case "PropertiesChanged" -> changed(signal.path());
            case "JobNew" -> job(from, signal, true);
            case "JobRemoved" -> job(from, signal, false);
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

    private void job(Connection from, Message signal, boolean begins) throws IOException {
        String job = signal.text(1);
        String path = UnitName.path(signal.text(2));
        String unit = byPath.get(path);
        if (unit == null) {
            return;
        }
        boolean done = !begins && signal.text(3).equals("done");
        long now = now();
        tell(unit);
        asking.merge(unit, 1, Integer::sum);
        var _ = (begins
                        ? from.send(job, PROPERTIES, "Get", JOB, "JobType")
                        : from.send(path, PROPERTIES, "GetAll", UNIT))
                .thenAccept(answer -> {
                    String type = begins ? word(answer) : "";
                    if (type.equals("stop") || (!begins && !typed.remove(job) && isStopped(unit, done, answer))) {
                        stops.put(unit, now);
                    } else if (type.equals("start") || type.equals("restart")) {
                        stops.remove(unit);
                    }
                    if (!type.isEmpty()) {
                        typed.add(job);
                    }
                    asking.computeIfPresent(unit, (_, count) -> count == 1 ? null : count - 1);
                    tell(unit);
                });
    }

    /// Whether the unit is as a stop leaves it.
    private boolean isStopped(String unit, boolean done, Message answer) {
        try {
            UnitProperties now = UnitProperties.of(answer, unit);
            return switch (now.active()) {
                case INACTIVE -> true;
                case FAILED -> done && Objects.equals(failed.get(unit), now.changed());
                case ACTIVE, RELOADING, ACTIVATING, DEACTIVATING -> false;
            };
        } catch (SystemdException e) {
            return false; // as good as no answer
        }
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

    Stop who(String unit, UnitProperties seen) throws SystemdException {
        if (seen.active() == Active.FAILED && !undecided(unit)) {
            failed.put(unit, seen.changed());
        }
        if (stops.getOrDefault(unit, 0L) > seen.started()) {
            return Stop.ASKED;
        }
        return units.contains(unit) && !undecided(unit) && since < Math.max(seen.started(), seen.left())
                ? Stop.NOT_ASKED
                : Stop.UNKNOWN;
    }
}
