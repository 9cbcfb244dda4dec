package io.lectio.sim;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Condition;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.incident.Ledger;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Remedy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What must hold at every turn, whatever the seed.
final class Invariants {
    private static final int LINES = 40;
    /// From a true look to the act that it brings.
    private static final long REACTION = 3_000;

    private final SiteWorld world;
    private final long seed;
    private final Deque<String> journal = new ArrayDeque<>();
    private final Map<String, Deque<Long>> spent = new HashMap<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private final Map<Long, Integer> attempts = new HashMap<>();
    private final Map<Long, Long> opened = new HashMap<>();
    private final Map<Long, Long> untold = new HashMap<>();
    private final Map<Long, Long> closed = new HashMap<>();
    private final Set<Long> told = new HashSet<>();
    private Set<Long> resolved = new HashSet<>();
    private List<Incident> before = List.of();
    private long loosenedUntil;
    private long illSince = -1;
    private long spentAt = -1;
    private String lastIll = "";
    private static final int MOST_TURNS = 10_000;
    private int turnsOfMinute;
    private long hash = 17;
    private long wellSince;
    private int repairs;
    private int sends;
    private int messages;
    private final Set<String> violations = new LinkedHashSet<>();
    private boolean collects;
    private boolean prints;
    private boolean repairsForbidden;
    private boolean alertsForbidden;
    private final Set<String> known = new HashSet<>();

    Invariants(SiteWorld world, long seed) {
        this.world = world;
        this.seed = seed;
    }

    /// Violations are kept instead of thrown, one of each name.
    void collect(boolean printing) {
        collects = true;
        prints = printing;
    }

    Set<String> violations() {
        return violations;
    }

    int repairs() {
        return repairs;
    }

    int sends() {
        return sends;
    }

    /// New messages, without their later editions.
    int messages() {
        return messages;
    }

    int incidents() {
        return opened.size();
    }

    void forbidRepairs() {
        repairsForbidden = true;
    }

    void forbidAlerts() {
        alertsForbidden = true;
    }

    /// A bug of the core that waits to be mended must not hide the others.
    void know(String name) {
        known.add(name);
    }

    void journal(String line) {
        if (prints) {
            System.out.println("%10.3f s  %s".formatted(world.at() / 1000.0, line));
        }
        if (journal.size() == LINES) {
            journal.removeFirst();
        }
        journal.addLast("%10.3f s  %s".formatted(world.at() / 1000.0, line));
    }

    void violated(String name, String how) {
        if (known.contains(name)) {
            return;
        }
        if (collects && violations.stream().anyMatch(line -> line.startsWith(name))) {
            return;
        }
        String text = name + ": " + how + "\n  seed " + seed + " after " + Duration.ofMillis(world.at())
                + "; replay: -Dlectio.seed=" + seed + "\n  " + String.join("\n  ", journal);
        if (collects) {
            violations.add(text);
            return;
        }
        throw new AssertionError(text);
    }

    void jumped(Duration by) {
        if (by.isPositive()) {
            loosenedUntil = world.at() + SiteWorld.HOUR;
        }
    }

    long hash() {
        return hash;
    }

    void starts(Action action) {
        hash = hash * 31 + world.at();
        switch (action) {
            case Action.Look(var check, var also) ->
                hash = hash * 31 + check.name().hashCode() + also.size();
            case Action.Log log -> {
                hash = hash * 31
                        + log.remark().inWords().hashCode()
                        + log.level().name().hashCode();
                journal(log.level() + " " + log.remark().inWords());
            }
            case Action.Repair repair -> {
                hash = hash * 31 + repair.toString().hashCode();
                journal("repair " + repair.incident() + "-" + repair.attempt() + " " + repair.remedy());
                repairs++;
                if (repairsForbidden) {
                    violated("nothing is repaired here", repair.toString());
                }
                repair(repair);
            }
            case Action.TakeStep(var deploy, var step) -> {
                hash = hash * 31 + step.name().hashCode();
                journal("step " + deploy.id() + " " + step);
            }
            case Action.Send(var parcel) -> {
                hash = hash * 31 + parcel.alerts().size();
                sends++;
                messages += parcel.alerts().stream().allMatch(alert -> alert.delivered() == 0) ? 1 : 0;
                if (alertsForbidden) {
                    violated("nothing is told here", parcel.toString());
                }
                journal("send of "
                        + parcel.alerts().stream()
                                .map(alert -> alert.incident().id() + " " + alert.level() + " "
                                        + alert.incident().phase().getClass().getSimpleName()
                                        + (alert.delivered() > 0 ? " again" : ""))
                                .toList());
            }
        }
    }

    private void repair(Action.Repair repair) {
        long at = world.at();
        if (!(repair.remedy() instanceof Remedy.Restart)
                && Integer.valueOf(repair.attempt()).equals(attempts.put(repair.incident(), repair.attempt()))) {
            return; // files still arrive: the same attempt
        }
        String id = repair.remedy().id();
        Deque<Long> times = spent.computeIfAbsent(id, _ -> new ArrayDeque<>());
        int row = rows.getOrDefault(id, 0);
        boolean loosened = at < loosenedUntil;
        if (!loosened && row >= 3 && at - times.getLast() < 5 * SiteWorld.MINUTE) {
            violated(
                    "three in a row, then five minutes (6)",
                    "attempt " + (row + 1) + " of " + id + " comes after " + (at - times.getLast()) / 1000 + " s");
        }
        while (!times.isEmpty() && times.getFirst() <= at - SiteWorld.HOUR) {
            times.removeFirst();
        }
        times.addLast(at);
        rows.put(id, row + 1);
        if (!loosened && times.size() > 20) {
            violated("hourly budget (6)", times.size() + " of " + id);
        }
        switch (repair.remedy()) {
            case Remedy.OpenPaths _ -> {
                if (!world.filesClosed && at - world.filesSince > REACTION) {
                    // the repair itself changes filesSince no more: harmless, but not needed
                    violated("a healthy site is never touched", "the files are open");
                }
            }
            case Remedy.Restore _, Remedy.RollBack _ -> violated("nothing is deployed here", repair.toString());
            case Remedy.Restart(String unit, boolean kill, var _) -> {
                SiteUnit meant = world.unit(unit);
                if (kill && meant.check == CheckId.NEEDED) {
                    violated("what keeps data is never killed", unit);
                }
                restart(meant);
            }
        }
    }

    /// What was seen well ends its unit's row, whoever mended it; a crash that systemd healed does not.
    private void rowsEnd(Diagnosis proved) {
        proved.remedy().ifPresent(remedy -> rows.put(remedy.id(), 0));
        boolean crashed = proved instanceof Diagnosis.ServiceBad bad && bad.condition() instanceof Condition.Crashed;
        world.units.stream()
                .filter(unit -> !crashed && unit.check == proved.subject())
                .forEach(unit -> rows.put(Remedy.Restart.id(unit.name), 0));
    }

    private void restart(SiteUnit unit) {
        long at = world.at();
        long since = at - unit.changedAt;
        if (since < REACTION) {
            return;
        }
        if (unit.isWell(at)) {
            violated("a healthy site is never touched", unit.name + " is well for " + since + " ms");
        }
        if (unit.runs() && at < unit.readyAt && !unit.neverStarts) {
            violated("what starts is left alone", unit.name + " starts for " + since + " ms");
        }
        if (unit.byHand()) {
            violated("a person's intent is respected (12)", unit.name + " was ended by hand " + since + " ms ago");
        }
        if (unit.mode == SiteUnit.Mode.OVERLOADED) {
            violated("overload is not down (11)", unit.name + " is overloaded for " + since + " ms");
        }
        if (unit == world.app && (world.diskFull || world.lockedSince >= 0)) {
            violated("what it rests on is no reason to restart it (10)", unit.name + " for " + since + " ms");
        }
        boolean waits = unit.mode == SiteUnit.Mode.HUNG || (!unit.runs() && unit.exit.startsWith("exit code"));
        if ((unit == world.app || unit == world.queue)
                && waits
                && world.lacks()
                && !world.store.byHand() // which is no reason for ever
                && at - world.lackingSince > REACTION) {
            violated("the deepest that has failed is acted on", unit.name + " for " + since + " ms");
        }
        if (unit == world.cache
                && !world.store.runs()
                && !world.store.byHand()
                && at - world.store.changedAt > REACTION) {
            violated("the deepest that has failed is acted on", unit.name + " for " + since + " ms");
        }
        long packages = at - world.packagesSince;
        if (world.packages && packages > 6_000 && packages < 9 * SiteWorld.MINUTE && at >= loosenedUntil) {
            violated("restarts wait for the package manager", "at work for " + packages + " ms");
        }
    }

    void told(long incident) {
        told.add(incident);
    }

    void turned(Decision decision) {
        turnsOfMinute++;
        if (turnsOfMinute == MOST_TURNS) {
            violated(
                    "the guard does not spin",
                    MOST_TURNS + " turns in a minute; clock " + world.simulation.now() + " wakes at "
                            + decision.wakeAt() + " " + decision.next().looks() + " "
                            + decision.next().durable().incidents());
        }
        Durable durable = decision.next().durable();
        List<Incident> now = durable.incidents();
        if (now.isEmpty() && before.isEmpty()) {
            return;
        }
        long at = world.at();
        Set<Long> over = new HashSet<>();
        Set<Long> open = new HashSet<>();
        for (Incident incident : now) {
            open.add(incident.id());
            if (opened.putIfAbsent(incident.id(), at) == null) {
                untold.put(incident.id(), at);
            }
            if (incident.phase() instanceof Incident.Resolved) {
                over.add(incident.id());
                if (!resolved.contains(incident.id())) {
                    rowsEnd(incident.diagnosis());
                }
            }
        }
        for (Incident incident : before) {
            if (!open.contains(incident.id())) {
                closed.put(incident.id(), at);
            }
        }
        resolved = over;
        before = now;
    }

    void eachMinute() {
        turnsOfMinute = 0;
        long at = world.at();
        toldInTime(at);
        healed(at);
        closes(at);
    }

    private void toldInTime(long at) {
        untold.entrySet().removeIf(each -> {
            if (told.contains(each.getKey())) {
                return true;
            }
            Long end = closed.get(each.getKey());
            if (end != null && end - each.getValue() < 2_000) {
                return true;
            }
            boolean hindered = world.telegramAway || world.telegramLimits || !world.simulation.alive();
            long due = Math.max(each.getValue(), world.telegramBack) + 2 * SiteWorld.MINUTE + 5_000;
            if (!hindered && at > due) {
                violated(
                        "every incident is told within two minutes",
                        "incident " + each.getKey() + " of "
                                + each.getValue() / 1000 + " s is not told; outbox "
                                + world.simulation.state().durable().outbox());
                return true;
            }
            return false;
        });
    }

    private void healed(long at) {
        String ill = world.units.stream()
                .filter(this::healable)
                .findFirst()
                .map(unit -> unit.name)
                .orElse("");
        if (ill.isEmpty()) {
            if (world.filesClosed && !world.repairsFail) {
                ill = "files";
            }
        }
        if (ill.isEmpty() || world.loopbackGone) {
            illSince = -1;
            return;
        }
        if (illSince < 0 || !ill.equals(lastIll)) {
            illSince = at;
            lastIll = ill;
        }
        String id = ill.equals("files") ? Remedy.OpenPaths.ID : "restart " + ill;
        Deque<Long> times = spent.getOrDefault(id, new ArrayDeque<>());
        boolean budget = rows.getOrDefault(id, 0) < 3
                && times.stream().filter(t -> t > at - SiteWorld.HOUR).count() < 20;
        Ledger ledger = world.simulation.state().durable().ledgers().getOrDefault(id, Ledger.EMPTY);
        boolean rests = ledger.pause(world.simulation.now(), Limits.DEFAULT)
                .flatMap(CoolingDown::limit)
                .filter(Limit.HARMFUL::equals)
                .isPresent();
        if (rests) { // told, and for a day
            illSince = at;
        }
        if (!budget) { // what it waits for is its own limit, so patience begins when that ends
            spentAt = at;
        }
        boolean late = at - Math.max(illSince, spentAt) > 4 * SiteWorld.MINUTE;
        if (late || at - illSince > 70 * SiteWorld.MINUTE) {
            violated(
                    "every healable fault is healed",
                    ill + " is ill for " + (at - illSince) / 1000
                            + " s; incidents "
                            + world.simulation.state().durable().incidents() + " ledgers "
                            + world.simulation.state().durable().ledgers() + " clock " + world.simulation.now());
            illSince = at;
        }
    }

    private boolean healable(SiteUnit unit) {
        return !unit.answers(world.at())
                && !unit.byHand()
                && !unit.endedUnseen(world.simulation.life())
                && !unit.masked
                && !unit.neverStarts
                && unit.mode != SiteUnit.Mode.OVERLOADED
                && !(unit == world.proxy && world.configBad)
                && !(unit == world.app && (world.diskFull || world.lockedSince >= 0))
                && !(unit.check == CheckId.NEEDED && unit.runs())
                && !((unit == world.app || unit == world.queue) && world.lacks())
                && !world.packages
                && !world.repairsFail
                && !world.repairsSlow;
    }

    private void closes(long at) {
        if (!world.wholeSiteIsWell()) {
            wellSince = at;
            return;
        }
        wellSince = Math.max(wellSince, world.filesSince);
        for (SiteUnit unit : world.units) {
            wellSince = Math.max(wellSince, unit.changedAt);
        }
        long latest = before.stream()
                .mapToLong(open -> opened.getOrDefault(open.id(), wellSince))
                .max()
                .orElse(at);
        if (at - Math.max(wellSince, latest) > 15 * SiteWorld.MINUTE) {
            violated(
                    "an incident ends with its fault",
                    "all is well for " + (at - wellSince) / 1000 + " s; clock " + world.simulation.now() + " open "
                            + before + world.simulation.state().health());
            wellSince = at;
        }
    }
}
