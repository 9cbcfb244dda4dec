package io.lectio.doctor;

import static io.lectio.doctor.UnitFacts.shown;

import io.lectio.doctor.Point.Group;
import io.lectio.doctor.Verdict.Advised;
import io.lectio.doctor.Verdict.Well;
import io.lectio.doctor.Verdict.Wrong;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whether a unit does what its settings seem to promise, on this version of systemd. Sources: systemd.service(5),
/// systemd.unit(5), and what was measured on 252 and 257 (ADR 29).
public final class UnitRules {
    /// What a run takes that ends at its start.
    private static final Duration ENDS = Duration.ofSeconds(1);
    /// The plan's figures: a service that ended is back in 5 s, one that hung is seen within 60 s and back 15 s later.
    private static final Duration RESTART = Duration.ofSeconds(5);

    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final Duration BACK = Duration.ofSeconds(15);

    /// From here on `OnFailure=` fires at each restart, and restarts may come slower and slower.
    private static final int EACH_RESTART = 254;
    /// Before, it does not tell a restart from a failure.
    private static final int NO_RESTART = 239;

    private final UnitFacts unit;
    private final Mend apply;

    private UnitRules(UnitFacts unit) {
        this.unit = unit;
        apply = Mend.typed("sudo lectio unit apply (what overrides it: systemctl cat " + unit.unit() + ")");
    }

    /// The points of the application's unit.
    public static List<Point> of(String site, UnitFacts unit) {
        Sheet sheet = new Sheet(site, Group.UNIT);
        UnitRules rules = new UnitRules(unit);
        if (!unit.text("LoadState").equals("loaded")) {
            sheet.note("loaded", rules.notLoaded());
            return sheet.points();
        }
        sheet.note("active", active(unit));
        sheet.note("enabled", rules.enabled());
        sheet.note("files", files(unit));
        sheet.note("watchdog", rules.watchdog());
        sheet.note("stop", rules.stop());
        sheet.note("restart", rules.restart());
        sheet.note("start-limit", rules.startLimit());
        sheet.note("on-failure", rules.onFailure());
        sheet.note("kill-mode", rules.killMode());
        sheet.note("socket", rules.socket());
        return sheet.points();
    }

    private Verdict notLoaded() {
        String name = unit.unit();
        return unit.text("LoadState").equals("masked")
                ? new Wrong(
                        name + " is masked: nobody can start it",
                        Mend.typed("sudo systemctl unmask " + name + " && sudo systemctl start " + name))
                : new Wrong(
                        "systemd has no " + name + " (" + unit.text("LoadState") + ")",
                        Mend.typed("sudo lectio init, which finds it; or name it: LECTIO_APP_UNIT, in lectio.yaml"
                                + " app.unit"));
    }

    public static Verdict active(UnitFacts unit) {
        String name = unit.unit();
        String state = unit.text("ActiveState");
        String result = unit.text("Result");
        return Set.of("active", "reloading", "activating").contains(state)
                ? new Well(name + " is " + state)
                : new Wrong(
                        name + " is " + state + (Set.of("", "success").contains(result) ? "" : " (" + result + ")"),
                        Mend.typed("sudo systemctl reset-failed " + name + "; sudo systemctl start " + name
                                + "; why it ended: sudo journalctl -u " + name + " -n 50"));
    }

    private Verdict enabled() {
        boolean bySocket = unit.socket()
                .filter(socket -> "enabled".equals(socket.get("UnitFileState")))
                .isPresent();
        return bySocket ? new Well("started by its socket unit") : enabled(unit);
    }

    /// Whether it comes with the machine's boot.
    public static Verdict enabled(UnitFacts unit) {
        String state = unit.text("UnitFileState");
        if (Set.of("enabled", "alias", "generated", "enabled-runtime").contains(state)) {
            return new Well(unit.unit() + " is started at boot");
        }
        return state.equals("disabled")
                ? new Wrong(
                        unit.unit() + " is disabled: after a boot it is not there",
                        Mend.safe("systemctl", "enable", unit.unit()))
                : new Advised(
                        "whether " + unit.unit() + " is started at boot is not plain (" + state + ")",
                        Mend.typed("systemctl list-dependencies --reverse " + unit.unit()));
    }

    /// Whether systemd has read what lies on the disk.
    public static Verdict files(UnitFacts unit) {
        return unit.isSet("NeedDaemonReload")
                ? new Wrong(
                        "files of " + unit.unit() + " have changed, and systemd has not read them since",
                        Mend.safe("systemctl", "daemon-reload"))
                : new Well("loaded as its files are");
    }

    /// gunicorn itself sends no WATCHDOG=1 (its issue 2726). systemd begins to count when the unit has started, so a
    /// later time is that of a ping.
    private Verdict watchdog() {
        Duration watchdog = unit.span("WatchdogUSec");
        if (watchdog.isZero() || watchdog.equals(UnitFacts.FOREVER)) {
            return new Advised("no watchdog: where the guard does not run either, nobody restarts what hangs", apply);
        }
        String set = "WatchdogSec=" + shown(watchdog);
        if (unit.pinged() && !unit.text("NotifyAccess").equals("all")) {
            return new Wrong(
                    set + ", and NotifyAccess=" + unit.text("NotifyAccess") + " refuses the pings of its pinger:"
                            + " systemd kills a healthy application each time",
                    apply);
        }
        boolean heard = unit.micros("WatchdogTimestampMonotonic") > unit.micros("ActiveEnterTimestampMonotonic");
        if (!unit.pinged() && !heard) {
            return new Wrong(
                    set + ", and nobody pings: systemd kills a healthy application after that time, again and again",
                    apply);
        }
        return watchdog.compareTo(WATCHDOG) > 0
                ? new Advised(set + " is kept alive; a hang is seen later than the plan has it", apply)
                : new Well(set + ", kept alive");
    }

    private Verdict stop() {
        Duration abort = unit.span("TimeoutAbortUSec");
        Duration stop = unit.span("TimeoutStopUSec");
        boolean watched = !unit.span("WatchdogUSec").isZero();
        String set = "TimeoutAbortSec=" + shown(abort) + ", TimeoutStopSec=" + shown(stop);
        if (watched && abort.compareTo(BACK) > 0) {
            return new Wrong(
                    set + ": after its watchdog's time a hang lasts for that long again, as SIGABRT does not end it",
                    apply);
        }
        return stop.compareTo(BACK) > 0
                ? new Advised(set + ": a restart of what hangs waits for that long", apply)
                : new Well(set);
    }

    private Verdict restart() {
        String restart = unit.text("Restart");
        Duration delay = unit.span("RestartUSec");
        String set = "Restart=" + restart + ", RestartSec=" + shown(delay);
        if (!restart.equals("always")) {
            String which = restart.equals("no") ? "no end" : "not each end (an end by SIGTERM is none)";
            return new Wrong(set + ": systemd restarts it after " + which, apply);
        }
        return delay.compareTo(RESTART) > 0 ? new Wrong(set + ": the plan promises 5 s", apply) : new Well(set);
    }

    /// It is reached where the interval is longer than the burst's runs and waits together.
    private Verdict startLimit() {
        Duration interval = unit.span("StartLimitIntervalUSec");
        int burst = unit.number("StartLimitBurst");
        String set = "StartLimitIntervalSec=" + shown(interval) + ", StartLimitBurst=" + burst;
        if (interval.isZero() || burst == 0) {
            return new Advised(
                    "no start limit: what ends at each start is started for ever, and told by nobody", apply);
        }
        Duration needed = untilLimit(burst);
        return interval.compareTo(needed) > 0
                ? new Well(set)
                : new Wrong(
                        set + " can never be reached: " + burst + " starts that fail take some " + shown(needed)
                                + ", so what ends at each start is started for ever",
                        apply);
    }

    private boolean isLimited() {
        return startLimit() instanceof Well;
    }

    private Duration untilLimit(int burst) {
        Duration sum = Duration.ZERO;
        for (int restart = 0; restart < burst && sum.compareTo(UnitFacts.FOREVER) < 0; restart++) {
            sum = sum.plus(delay(restart)).plus(ENDS);
        }
        return sum;
    }

    /// @param restart from 0
    private Duration delay(int restart) {
        Duration first = unit.span("RestartUSec");
        Duration last = unit.span("RestartMaxDelayUSec");
        int steps = unit.number("RestartSteps");
        boolean grows = unit.systemd() >= EACH_RESTART
                && steps > 0
                && !first.isZero()
                && last.compareTo(first) > 0
                && last.compareTo(UnitFacts.FOREVER) < 0;
        if (!grows) {
            return first;
        }
        double share = Math.min(1, restart / (double) steps);
        return Duration.ofMillis(
                (long) (first.toMillis() * Math.pow(last.toMillis() / (double) first.toMillis(), share)));
    }

    private Verdict onFailure() {
        List<String> named = unit.texts("OnFailure");
        if (named.isEmpty()) {
            return new Advised("no OnFailure=: where the guard does not run, nobody tells of a failure", apply);
        }
        String set = "OnFailure=" + String.join(" ", named);
        if (!unit.notified()) {
            return new Wrong(set + " is no unit that systemd knows", apply);
        }
        boolean each = unit.systemd() < NO_RESTART
                || (unit.systemd() >= EACH_RESTART && !unit.text("RestartMode").equals("direct"));
        if (each) {
            return new Well(set + ", at each failure");
        }
        String why = unit.systemd() < EACH_RESTART ? "systemd " + unit.systemd() : "RestartMode=direct";
        return unit.text("Restart").equals("always") && !isLimited()
                ? new Wrong(
                        set + " never fires: with " + why + " only when no restart follows, and one always does", apply)
                : new Well(set + ", with " + why + " only when no restart follows");
    }

    private Verdict killMode() {
        String mode = unit.text("KillMode");
        return Set.of("control-group", "mixed").contains(mode)
                ? new Well("KillMode=" + mode)
                : new Wrong(
                        "KillMode=" + mode + ": workers outlive a stop and keep the port",
                        Mend.typed("sudo systemctl edit " + unit.unit() + ", with these two lines: [Service] and"
                                + " KillMode=mixed"));
    }

    private Verdict socket() {
        if (unit.socket().isEmpty()) {
            return new Advised(
                    "no socket unit: a restart refuses visitors meanwhile",
                    Mend.typed("sudo lectio unit apply --socket"));
        }
        Map<String, Object> socket = unit.socket().get();
        String name = unit.unit().replaceFirst("\\.service$", ".socket");
        if (!"active".equals(socket.get("ActiveState"))) {
            return new Wrong(
                    name + " is " + socket.get("ActiveState") + ", so " + unit.unit() + " listens by itself",
                    Mend.typed("sudo systemctl stop " + unit.unit() + " && sudo systemctl start " + name + " "
                            + unit.unit()));
        }
        return "enabled".equals(socket.get("UnitFileState"))
                ? new Well(name + " holds the address; a stop means both units")
                : new Wrong(name + " is not started at boot", Mend.safe("systemctl", "enable", name));
    }
}
