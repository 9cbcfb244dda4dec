package io.lectio.core;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Releases;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.CheckHealth.Status;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Remark;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Remedy;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The releases in one [Turn]: the deploy that is under way goes on by a step, and what it has made live is watched.
final class Deploys {
    /// What a release is seen by.
    private static final Set<CheckId> SERVED =
            EnumSet.of(CheckId.FILES, CheckId.LEFT_ALONE, CheckId.RELEASE, CheckId.PAGE);

    /// What the application's code is seen by.
    private static final Set<CheckId> ANSWERING = EnumSet.of(CheckId.APP, CheckId.API);

    private final Turn turn;
    private final boolean degraded;
    private Releases releases;
    private boolean stepping;

    /// @param turn whose incidents and health are seen here as it goes on changing them
    Deploys(Turn turn, GuardState state) {
        this.turn = turn;
        degraded = state.degraded();
        releases = state.durable().releases();
        stepping = state.stepping();
    }

    Optional<Releases> left() {
        return Optional.of(releases).filter(known -> !known.equals(Releases.NONE));
    }

    boolean stepping() {
        return stepping;
    }

    boolean isWatching() {
        return releases.watch().isPresent();
    }

    Optional<Instant> wakeAt() {
        return releases.wakeAt().filter(until -> until.isAfter(turn.now));
    }

    void clockWasSetBack() {
        releases = releases.notAfter(turn.now, turn.policy.patience().watch());
    }

    void begunAnew() {
        releases = releases.begunAnew(turn.policy.patience().watch(), turn.now);
    }

    void prune(int keep) {
        releases = releases.pruned(keep);
    }

    /// What is live, and where it could go back to.
    Optional<Diagnosis.Live> live(Instant pageWellAt) {
        Optional<Diagnosis.Back> back =
                releases.rollBackTo(turn.now).map(to -> new Diagnosis.Back(to, releases.differing(to)));
        return releases.live().map(id -> new Diagnosis.Live(id, releases.stored(Part.PAGES), back, pageWellAt));
    }

    /// A repair has taken the live release back in its watch.
    void rolledBack(RepairResult.RolledBack repair) {
        releases = releases.rolledBack(repair.from(), repair.to());
        say(Level.WARNING, repair.from() + " taken back in its watch, live is " + repair.to());
    }

    /// Whether a look at the release is about one that is not live. It may tell what became of a rollback that was cut
    /// off.
    boolean isOfAnother(Outcome outcome) {
        String seen = outcome.verdict().orElse(null) instanceof Finding.Drift drift ? drift.release() : "";
        boolean another = !seen.isEmpty() && !releases.stored(Part.PAGES).equals(Optional.of(seen));
        Optional<String> back = another ? wasToGoBackTo(seen) : Optional.empty();
        back.ifPresent(release -> {
            say(Level.WARNING, "live is " + release + ": its rollback was done before it was cut off");
            releases = releases.rolledBack(releases.live().orElse(""), release);
        });
        return another && back.isEmpty();
    }

    /// The release with these pages, if a rollback to it has begun that changes nothing else, and nobody knows its
    /// end.
    private Optional<String> wasToGoBackTo(String pages) {
        return turn.incidents.stream()
                .filter(open -> open.lastAttempt()
                        .flatMap(Attempt::result)
                        .filter(Deploys::isOpen)
                        .isPresent())
                .flatMap(open -> open.diagnosis().remedy().stream())
                .filter(Remedy.RollBack.class::isInstance)
                .map(remedy -> ((Remedy.RollBack) remedy).to())
                .filter(to -> releases.find(to)
                                .flatMap(release -> release.stored(Part.PAGES))
                                .equals(Optional.of(pages))
                        && !releases.differing(to).contains(Part.CODE))
                .findFirst();
    }

    private static boolean isOpen(RepairResult result) {
        return result instanceof RepairResult.Interrupted || result instanceof RepairResult.Failed;
    }

    /// What the gate alone judges, while a step is at work that visitors may meet; one that has not begun yet keeps
    /// nothing back.
    Set<CheckId> judgedByGate() {
        boolean switching = releases.switching()
                && (stepping || !releases.current().flatMap(Deploy::step).equals(Optional.of(Step.SWITCH)));
        return switching ? servedAnew() : Set.of();
    }

    void offered(Deploy wanted) {
        Optional<String> ill = degraded ? Optional.of("its state cannot be saved") : ill();
        Releases others = releases.current().filter(wanted::equals).isPresent() ? releases.withoutCurrent() : releases;
        releases = others.offered(wanted, ill, turn.now, degraded);
        Deploy begun = releases.deploy(wanted.id()).orElseThrow();
        tellOwner(begun);
        String why = begun.ended()
                .map(end -> " refused: " + end.why())
                .or(() -> ill.map(what -> ", though " + what))
                .orElse("");
        say(begun.ended().isEmpty() ? Level.INFO : Level.WARNING, wanted.inWords() + why);
    }

    /// What is wrong with the site, as a deploy would find it; a page that nobody has looked at yet is not.
    private Optional<String> ill() {
        return turn.incidents.stream()
                .filter(open -> !(open.phase() instanceof Incident.Resolved)
                        && open.diagnosis().urgent())
                .map(open -> open.diagnosis().inWords())
                .findFirst()
                .or(() -> Optional.of("the page is not known to be well").filter(_ -> !isPageWell() && !isLookDue()));
    }

    /// After a start, and after what was live has changed.
    private boolean isLookDue() {
        return turn.policy.checks().contains(CheckId.PAGE) && !turn.isLookedAt(CheckId.PAGE);
    }

    private boolean isPageWell() {
        CheckHealth page = turn.health.get(CheckId.PAGE);
        return page != null && page.status() == Status.HEALTHY && page.streak() == 0;
    }

    void stepped(String deploy, Step step, StepResult result) {
        if (!stepping
                || releases.current().filter(each -> each.id().equals(deploy)).isEmpty()) {
            return; // its deadline has answered for it
        }
        stepping = false;
        Set<CheckId> served = servedAnew();
        Instant began = releases.current().orElseThrow().began();
        boolean wasWell = turn.incidents.stream()
                .noneMatch(open -> served.contains(open.subject())
                        && !(open.phase() instanceof Incident.Resolved(Instant at, var _) && !at.isAfter(began)));
        releases = releases.after(step, result, wasWell, turn.policy.patience().watch(), turn.now);
        say(Level.INFO, deploy + " " + step + ": " + result.said());
        Deploy after = releases.deploy(deploy).orElseThrow();
        after.ended().ifPresent(end -> say(Level.of(end.outcome()), deploy + " " + end.outcome() + ": " + end.why()));
        tellOwner(after);
        if (step.isLive()) {
            turn.lookAnew(served);
        }
    }

    /// What a person has begun is told to the owner, too.
    private void tellOwner(Deploy deploy) {
        boolean told = deploy.kind() != Deploy.Kind.TRIAL && deploy.kind() != Deploy.Kind.ADOPTED;
        boolean loud = deploy.ended()
                .filter(end -> end.outcome() == Deploy.Outcome.STUCK)
                .isPresent();
        if (told) {
            turn.tell(deploy, loud);
        }
    }

    private void say(Level level, String text) {
        turn.record(level, new Remark(0, Remark.Kind.DEPLOY, text));
    }

    void watch() {
        if (releases.watch().isEmpty()) {
            return;
        }
        boolean well = isPageWell()
                && turn.incidents.stream()
                        .noneMatch(open -> (SERVED.contains(open.subject()) || ANSWERING.contains(open.subject()))
                                && open.diagnosis().urgent()
                                && !(open.phase() instanceof Incident.Resolved));
        Releases before = releases;
        releases = releases.watched(well, turn.now);
        if (!releases.equals(before)) {
            String live = before.live().orElse("");
            say(
                    Level.INFO,
                    live + (well ? " was well throughout its watch" : ": its watch is over, and it is not well"));
        }
    }

    void takeStep() {
        Optional<Deploy> unbegun = releases.current().filter(_ -> !stepping).filter(Deploy::awaitsHealth);
        if (unbegun.isPresent() && isLookDue()) {
            return;
        }
        unbegun.filter(_ -> ill().isPresent()).ifPresent(this::offered);
        releases.current()
                .flatMap(Deploy::step)
                .filter(step -> !stepping && (!degraded || step == Step.GATE || step == Step.UNDO))
                .filter(step -> step != Step.SWITCH || !isServedRepaired())
                .ifPresent(step -> {
                    stepping = true;
                    turn.act(new Action.TakeStep(releases.current().orElseThrow(), step));
                });
    }

    /// What the deploy that is under way is seen by.
    private Set<CheckId> servedAnew() {
        Set<CheckId> checks = EnumSet.noneOf(CheckId.class);
        for (Change change : releases.current().map(Deploy::changes).orElse(List.of())) {
            checks.addAll(change.part() == Part.PAGES ? SERVED : ANSWERING);
        }
        return checks;
    }

    /// Whether a repair is at work on what is served.
    private boolean isServedRepaired() {
        return turn.incidents.stream()
                .anyMatch(open -> servedAnew().contains(open.subject()) && open.phase() instanceof Incident.Repairing);
    }
}
