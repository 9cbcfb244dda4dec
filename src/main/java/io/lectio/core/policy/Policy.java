package io.lectio.core.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Everything that the decisions depend on besides state, event and time.
///
/// @param repairs false means looking only: what would be repaired is told, nothing is touched
/// @param checks what is checked, the deepest first
/// @param thresholds of checks that are sampled; one sight is enough for any other
/// @param withheld ids of remedies that the owner keeps for himself
/// @param others ids of remedies that the guard of another site has: one unit is one guard's to start
/// @param windows when a person works on the site, by the clock of `zone`
/// @param notices what the guard tells of itself, if anything
/// @param bounds from where on the machine is not well
public record Policy(
        Site site,
        Services services,
        Set<CheckId> checks,
        boolean repairs,
        Limits limits,
        Timing timing,
        Patience patience,
        Map<CheckId, Threshold> thresholds,
        Set<String> withheld,
        Set<String> others,
        List<Window> windows,
        ZoneId zone,
        Optional<Notices> notices,
        Bounds bounds) {
    /// An answer is a sample, and an application under load gives some of both kinds; so is a name server's.
    public static final Map<CheckId, Threshold> THRESHOLDS = Map.of(
            CheckId.PAGE,
            new Threshold(3, 1),
            CheckId.API,
            new Threshold(3, 3),
            CheckId.PUBLIC,
            new Threshold(3, 1),
            CheckId.CLOCK,
            new Threshold(2, 1));

    private static final Threshold ONE_SIGHT = new Threshold(1, 1);
    private static final int WELL_AFTER_OVERLOAD = 5;

    public Policy {
        checks = Collections.unmodifiableSet(EnumSet.copyOf(checks));
        thresholds = Map.copyOf(thresholds);
        withheld = Set.copyOf(withheld);
        others = Set.copyOf(others);
        windows = List.copyOf(windows);
    }

    /// As it can be followed on this machine.
    ///
    /// @param present the services that there are
    /// @param also checks of what does not belong to the site
    /// @param ofItself what the guard tells of itself, if anything
    public Policy here(Site real, Services present, boolean mayRepair, Set<CheckId> also, Optional<Notices> ofItself) {
        Set<CheckId> left = EnumSet.copyOf(checks);
        left.removeIf(
                check -> services.checks().contains(check) && !present.checks().contains(check));
        left.addAll(also);
        return new Policy(
                real,
                present,
                left,
                mayRepair,
                limits,
                timing,
                patience,
                thresholds,
                withheld,
                others,
                windows,
                zone,
                ofItself,
                bounds);
    }

    public boolean allows(Remedy remedy) {
        return repairs && !withheld.contains(remedy.id()) && !others.contains(remedy.id());
    }

    /// Whether somebody carries it out without being asked: this guard, or that of another site.
    public boolean isCarriedOut(Remedy remedy) {
        return allows(remedy) || (repairs && others.contains(remedy.id()));
    }

    /// Whether a person works on the site then.
    public boolean rests(Instant then) {
        return !windows.isEmpty() && windows.stream().anyMatch(window -> window.covers(then, zone));
    }

    /// In what nothing is repaired then, and nothing new is told, if a person works on the site.
    public Optional<String> rest(Optional<Order.Spell> maintenance, Instant then) {
        return maintenance
                .map(spell -> "maintenance " + spell.inWords())
                .or(() -> Optional.of("the maintenance window").filter(_ -> rests(then)));
    }

    /// The names under which this policy's remedies keep their budgets.
    public Set<String> remedies() {
        Set<String> all = new TreeSet<>(Set.of(Remedy.OpenPaths.ID, Remedy.Restore.ID, Remedy.RollBack.ID));
        services.units().keySet().forEach(unit -> all.add(Remedy.Restart.id(unit)));
        return all;
    }

    /// @param busy whether the service was overloaded: an answer now and then does not end that
    public Threshold threshold(CheckId check, boolean busy) {
        Threshold own = thresholds.getOrDefault(check, ONE_SIGHT);
        return busy ? new Threshold(own.failures(), WELL_AFTER_OVERLOAD) : own;
    }

    /// @param round the second line of sight, behind the events
    /// @param slowRound the round of what costs a child process
    /// @param settle how long file events must be quiet before a look, and at most
    /// @param quiet how long after the last file event a copy counts as finished
    /// @param quietAtMost how long a page may fail while files go on arriving, before it is a fault of its own
    /// @param telling how long after the fault the alert of a beginning repair waits for its end, so that a quick
    ///     one is one message; half as long after the guard is sure, at the least
    /// @param unknownAfter looks without a result in a row before the owner is told
    public record Timing(
            Duration round,
            Duration slowRound,
            Duration settle,
            Duration settleAtMost,
            Duration quiet,
            Duration quietAtMost,
            Duration telling,
            int unknownAfter) {
        public static final Timing DEFAULT = new Timing(
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofMillis(100),
                Duration.ofMillis(300),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                6);
    }

    /// How long the guard waits before it calls something a fault, or a repair in vain.
    ///
    /// @param hung no answer and no progress for so long is a hang; more where answers are slow, up to `hungAtMost`
    /// @param paused stopped processes (SIGSTOP) for so long are a fault
    /// @param busy progress that goes on for so long after the last answer is told as overload
    /// @param start what a service may take from its start to its first answer
    /// @param proof how often a repaired service is asked again until it answers
    /// @param steady how long a service must stay well after a fault before another one is an incident of its own
    /// @param packages how long a restart waits for a package manager that works
    /// @param escalate an incident that lasts longer than this needs a person
    /// @param watch so long after a deploy a fault of the page that has no other cause is the release's
    /// @param grace so long after the machine's boot services may come up by themselves
    public record Patience(
            Duration hung,
            Duration hungAtMost,
            Duration paused,
            Duration busy,
            Duration start,
            Duration proof,
            Duration steady,
            Duration packages,
            Duration escalate,
            Duration watch,
            Duration grace) {
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofMillis(500),
                Duration.ofSeconds(15),
                Duration.ofSeconds(20),
                Duration.ofMillis(150),
                Duration.ofSeconds(60),
                Duration.ofMinutes(10),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(2));
    }
}
