package io.lectio.core.deploy;

import io.lectio.core.policy.Part;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One deploy, from what is handed in to its end.
///
/// @param id its own, by which who waits for it finds it
/// @param release what it makes live
/// @param before what was live when it began
/// @param force whether it goes on though the site is not well, or its content was taken back once
/// @param starts how often a guard has begun with it under way
/// @param taken the steps that have ended
/// @param changes the parts that it makes others
/// @param migrating what it does to the database, once that is known
public record Deploy(
        String id,
        Kind kind,
        String release,
        String content,
        int files,
        long bytes,
        String by,
        boolean force,
        Instant began,
        Optional<String> before,
        int starts,
        Phase phase,
        List<Taken> taken,
        List<Change> changes,
        Optional<Migrating> migrating) {
    private static final int MOST_UNDONE = 3;

    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /// A name for what comes at this time.
    public static String id(Instant now) {
        return ID.format(now);
    }

    public enum Kind {
        /// What was handed in.
        NEW,
        /// What was handed in, and is only to be examined.
        TRIAL,
        /// What lies in the live folders.
        ADOPTED,
        /// A release that was live before.
        BACK,
        /// The code as it lies in the live folder, for workers that still run what was there before.
        IN_PLACE
    }

    public sealed interface Phase {}

    public record Doing(Step step, Instant since) implements Phase {}

    public record Ended(Outcome outcome, Instant at, String why) implements Phase {}

    public enum Outcome {
        /// The release is live.
        DEPLOYED,
        /// It is fit to be served, and was not to be.
        FIT,
        /// Nothing was touched: it was not fit, or its time was not.
        REFUSED,
        /// Nothing was touched: a step could not do its work.
        FAILED,
        /// It was live for a moment, and the one before is so again.
        ROLLED_BACK,
        /// Neither is sure to be live: a person is needed.
        STUCK
    }

    /// A step that has ended.
    public record Taken(Step step, Duration took, boolean well, String said) {}

    public Deploy {
        taken = List.copyOf(taken);
        changes = changes.isEmpty()
                ? List.of(new Change(Part.PAGES, release, before)) // of a guard that knew pages only
                : List.copyOf(changes);
    }

    /// What is to be made live, as it is handed in.
    ///
    /// @param parts what it has of a site; for [Kind#BACK] the releases tell
    public static Deploy offer(
            String id,
            Kind kind,
            Collection<Part> parts,
            String release,
            String content,
            int files,
            long bytes,
            String by,
            boolean force) {
        List<Change> changes = parts.stream()
                .sorted()
                .map(part -> new Change(part, release, Optional.empty()))
                .toList();
        return new Deploy(
                id,
                kind,
                release,
                content,
                files,
                bytes,
                by,
                force,
                Instant.EPOCH,
                Optional.empty(),
                0,
                new Doing(Step.STAGE, Instant.EPOCH),
                List.of(),
                changes,
                Optional.empty());
    }

    public Optional<Step> step() {
        return phase instanceof Doing(Step step, var _) ? Optional.of(step) : Optional.empty();
    }

    /// Whether it has done nothing yet, and will only on a site that is well.
    public boolean awaitsHealth() {
        return ended().isEmpty() && taken.isEmpty() && !force && kind != Kind.BACK;
    }

    public Optional<Ended> ended() {
        return phase instanceof Ended ended ? Optional.of(ended) : Optional.empty();
    }

    public Optional<Change> change(Part part) {
        return changes.stream().filter(each -> each.part() == part).findFirst();
    }

    /// Whether this step is taken for a part: what is live is stored where it is not yet, and is not what is deployed.
    public boolean isFor(Step step, Change change) {
        boolean lies = kind == Kind.IN_PLACE && change.part() == Part.CODE;
        return step != Step.ADOPT || kind == Kind.ADOPTED || (change.from().isEmpty() && !lies);
    }

    Deploy begun(Optional<Release> live, Optional<Release> target, Instant now) {
        List<Change> all = kind == Kind.BACK && target.isPresent()
                ? back(target.get(), live)
                : changes.stream()
                        .map(each -> new Change(
                                each.part(), each.to(), live.flatMap(release -> release.stored(each.part()))))
                        .toList();
        boolean first =
                kind == Kind.NEW && all.stream().anyMatch(each -> each.from().isEmpty());
        Step step = kind == Kind.ADOPTED || first ? Step.ADOPT : Step.STAGE; // what is live is kept, to go back to
        return with(now, live.map(Release::id), 0, new Doing(step, now), List.of(), all, Optional.empty());
    }

    private static List<Change> back(Release target, Optional<Release> live) {
        List<Change> all = new ArrayList<>();
        for (Part part : Part.values()) {
            Optional<String> from = live.flatMap(release -> release.stored(part));
            target.stored(part).ifPresent(to -> all.add(new Change(part, to, from)));
        }
        boolean same = all.stream().allMatch(each -> each.from().equals(Optional.of(each.to())));
        all.removeIf(each -> !same && each.from().equals(Optional.of(each.to())));
        return all;
    }

    private Deploy with(
            Instant since,
            Optional<String> old,
            int begun,
            Phase next,
            List<Taken> steps,
            List<Change> parts,
            Optional<Migrating> migrations) {
        return new Deploy(
                id, kind, release, content, files, bytes, by, force, since, old, begun, next, steps, parts, migrations);
    }

    private Deploy in(Phase next) {
        return with(began, before, starts, next, taken, changes, migrating);
    }

    /// The id under which what is live is stored, where that is due.
    public String adopted() {
        return kind == Kind.ADOPTED ? release : release + "-before";
    }

    /// What was live is stored by now.
    Deploy after(String kept) {
        List<Change> known = changes.stream()
                .map(each -> isFor(Step.ADOPT, each) ? new Change(each.part(), each.to(), Optional.of(kept)) : each)
                .toList();
        return with(began, Optional.of(kept), starts, phase, taken, known, migrating);
    }

    Deploy begunAnew() {
        return with(began, before, starts + 1, phase, taken, changes, migrating);
    }

    Deploy ended(Outcome outcome, String why, Instant now) {
        return in(new Ended(outcome, now, why));
    }

    /// The step that was under way has ended, and the next one is due.
    Deploy after(Step step, StepResult result, Instant now) {
        Instant since = phase instanceof Doing(var _, Instant at) && at.isBefore(now) ? at : now;
        boolean well = switch (result) {
            case StepResult.Done _, StepResult.Stored _, StepResult.Fit _ -> true;
            case StepResult.Refused _, StepResult.Failed _ -> false;
        };
        List<Taken> all = new ArrayList<>(taken);
        all.add(new Taken(step, Duration.between(since, now), well, result.said()));
        Optional<Migrating> migrations = result instanceof StepResult.Fit(var _, Migrating found)
                ? Optional.of(found).filter(each -> !each.names().isEmpty())
                : migrating;
        Deploy next = with(began, before, starts, phase, all, changes, migrations);
        return next.in(next.phaseAfter(step, well, result, now));
    }

    private Phase phaseAfter(Step step, boolean well, StepResult result, Instant now) {
        return switch (step) {
            case ADOPT -> {
                if (kind == Kind.ADOPTED) {
                    yield well
                            ? new Ended(Outcome.DEPLOYED, now, result.said())
                            : untouched(step, result, result.said(), now);
                }
                yield well || force
                        ? new Doing(Step.STAGE, now)
                        : untouched(
                                step,
                                result,
                                "what is live cannot be kept to go back to (" + result.said()
                                        + "); --force deploys all the same",
                                now);
            }
            case STAGE, EXAMINE, BACK_UP ->
                well ? onTheWay(step, result, now) : untouched(step, result, result.said(), now);
            case SWITCH, MIGRATE, RELOAD -> well ? new Doing(next(step), now) : notLive(step, result, now);
            case GATE -> well ? new Ended(Outcome.DEPLOYED, now, result.said()) : notLive(step, result, now);
            case UNDO ->
                well
                        ? new Ended(Outcome.ROLLED_BACK, now, whyUndone())
                        : undone() < MOST_UNDONE
                                ? new Doing(Step.UNDO, now)
                                : new Ended(Outcome.STUCK, now, result.said() + "; " + whyUndone());
        };
    }

    private Phase onTheWay(Step step, StepResult result, Instant now) {
        return step == Step.EXAMINE && kind == Kind.TRIAL
                ? new Ended(Outcome.FIT, now, result.said())
                : new Doing(next(step), now);
    }

    private Step next(Step step) {
        boolean code = change(Part.CODE).isPresent();
        return switch (step) {
            case ADOPT -> Step.STAGE;
            case STAGE -> kind == Kind.BACK ? Step.SWITCH : Step.EXAMINE;
            case EXAMINE -> migrating.isPresent() ? Step.BACK_UP : Step.SWITCH;
            case BACK_UP -> Step.SWITCH;
            case SWITCH -> migrating.isPresent() ? Step.MIGRATE : code ? Step.RELOAD : Step.GATE;
            case MIGRATE -> Step.RELOAD;
            case RELOAD, GATE, UNDO -> Step.GATE;
        };
    }

    /// Code that lies in the live folder may be loaded at any time, so it does not stay there when it has been refused.
    private Phase untouched(Step step, StepResult result, String why, Instant now) {
        boolean lies = kind == Kind.IN_PLACE
                && step.compareTo(Step.STAGE) > 0 // before that somebody may be at work there
                && change(Part.CODE).flatMap(Change::from).isPresent();
        return lies
                ? new Doing(Step.UNDO, now)
                : new Ended(result instanceof StepResult.Refused ? Outcome.REFUSED : Outcome.FAILED, now, why);
    }

    /// Back to what was live before, where that works with the database as it is by now.
    private Phase notLive(Step step, StepResult result, Instant now) {
        boolean migrated =
                step.compareTo(Step.MIGRATE) > 0 || (step == Step.MIGRATE && !(result instanceof StepResult.Refused));
        return migrated && lasting().isPresent()
                ? new Ended(Outcome.STUCK, now, result.said() + "; " + lasting().get())
                : new Doing(Step.UNDO, now);
    }

    /// Why nothing goes back behind this release by itself, once it has changed the database.
    Optional<String> lasting() {
        return migrating
                .filter(each -> !each.oldRuns())
                .map(each -> "the database has been changed (" + String.join(", ", each.names())
                        + ") so that the code before does not work with it: to go back, sudo lectio restore the copy"
                        + " made before it, which loses what was written since, then sudo lectio rollback --force");
    }

    private String whyUndone() {
        return taken.stream()
                .filter(each -> each.step() != Step.UNDO && !each.well())
                .findFirst()
                .map(Taken::said)
                .orElse("");
    }

    private long undone() {
        return taken.stream().filter(each -> each.step() == Step.UNDO).count();
    }

    /// With no time that lies ahead.
    Deploy notAfter(Instant now) {
        Phase capped =
                phase instanceof Doing(Step step, Instant since) && since.isAfter(now) ? new Doing(step, now) : phase;
        Instant begun = began.isAfter(now) ? now : began;
        return with(begun, before, starts, capped, taken, changes, migrating);
    }

    /// One English line for logs and terminals.
    public String inWords() {
        String what = switch (kind) {
            case NEW, IN_PLACE -> "deploy ";
            case TRIAL -> "examination of ";
            case ADOPTED -> "taking over ";
            case BACK -> "rollback to ";
        };
        boolean code = change(Part.CODE).isPresent();
        String parts = !code ? "" : change(Part.PAGES).isPresent() ? " (pages and code)" : " (code)";
        return what + release + parts + " by " + by;
    }
}
