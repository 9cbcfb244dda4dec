package io.lectio.host.systemd;

import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.host.Signals;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A unit's properties as a [UnitState]. Source: org.freedesktop.systemd1(5).
record UnitProperties(Map<String, Object> all) {
    static final Set<String> WANTED = Set.of(("LoadState ActiveState SubState Result InvocationID NRestarts MainPID"
                    + " ExecMainCode ExecMainStatus StateChangeTimestamp StateChangeTimestampMonotonic"
                    + " ActiveEnterTimestampMonotonic ActiveExitTimestampMonotonic InactiveExitTimestampMonotonic"
                    + " Restart ControlGroup Job")
            .split(" "));

    private static final Set<String> CRASHES = Set.of("exit-code", "signal", "core-dump");

    /// What `GetAll` answers.
    static UnitProperties of(Message answer, String unit) throws SystemdException {
        if (!answer.signature().equals("a{sv}")) {
            throw SystemdException.malformed("GetAll of " + unit + " answers " + answer.signature());
        }
        return new UnitProperties(new Reader(answer.body()).properties(WANTED));
    }

    UnitState state(String name, Stop stop) throws SystemdException {
        byte[] invocation = all.get("InvocationID") instanceof byte[] id ? id : new byte[0];
        return new UnitState(
                name,
                load(),
                active(),
                text("SubState"),
                result(),
                HexFormat.of().formatHex(invocation),
                number("NRestarts"),
                number("MainPID"),
                exit(),
                time("StateChangeTimestamp"),
                !text("Restart").equals("no") && !text("Restart").isEmpty(),
                stop,
                all.get("Job") instanceof List<?> job && job.getFirst() instanceof Integer id && id != 0,
                text("ControlGroup"));
    }

    /// systemd keeps the first reason, here of the run that ended. That it has refused to start it once more shows by
    /// its not doing what `Restart=` asks for.
    private String result() throws SystemdException {
        boolean gaveUp = active() == Active.FAILED
                && Set.of("always", "on-failure").contains(text("Restart"))
                && number("NRestarts") > 0;
        return gaveUp && CRASHES.contains(text("Result")) ? UnitState.START_LIMIT : text("Result");
    }

    /// When it last began to start, with success or not, in microseconds of the monotonic clock; so are the next two.
    long started() {
        return Math.max(micros("ActiveEnterTimestampMonotonic"), micros("InactiveExitTimestampMonotonic"));
    }

    long left() {
        return micros("ActiveExitTimestampMonotonic");
    }

    long changed() {
        return micros("StateChangeTimestampMonotonic");
    }

    private Load load() {
        return switch (text("LoadState")) {
            case "loaded", "merged", "stub" -> Load.LOADED;
            case "not-found" -> Load.NOT_FOUND;
            case "masked" -> Load.MASKED;
            default -> Load.BROKEN;
        };
    }

    Active active() throws SystemdException {
        return switch (text("ActiveState")) {
            case "active" -> Active.ACTIVE;
            case "reloading", "refreshing" -> Active.RELOADING;
            case "inactive", "maintenance" -> Active.INACTIVE;
            case "failed" -> Active.FAILED;
            case "activating" -> Active.ACTIVATING;
            case "deactivating" -> Active.DEACTIVATING;
            default -> throw SystemdException.malformed("a unit is '" + text("ActiveState") + "'");
        };
    }

    /// The codes are waitid(2)'s.
    private String exit() {
        int status = number("ExecMainStatus");
        return switch (number("ExecMainCode")) {
            case 1 -> UnitState.EXIT_CODE + status;
            case 2, 3 -> Signals.show(status);
            default -> "";
        };
    }

    private String text(String property) {
        return all.get(property) instanceof String text ? text : "";
    }

    private int number(String property) {
        return all.get(property) instanceof Integer number ? number : 0;
    }

    private Instant time(String property) {
        return Instant.EPOCH.plus(micros(property), ChronoUnit.MICROS);
    }

    /// Never is 0.
    private long micros(String property) {
        return all.get(property) instanceof Long micros ? Math.max(0, micros) : 0;
    }
}
