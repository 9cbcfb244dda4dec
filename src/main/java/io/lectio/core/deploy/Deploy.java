package io.lectio.core.deploy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
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
        List<Taken> taken) {
    private static final int MOST_UNDONE = 3;

    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /// A name for what comes at this time.
    public static String id(Instant now) {
        return ID.format(now);
    }

    public enum Kind {
        /// A build that was handed in.
        NEW,
        /// A build that is only to be examined.
        TRIAL,
        /// What lies in the live folder.
        ADOPTED,
        /// A release that was live before.
        BACK
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
    }

    /// What is to be made live, as it is handed in.
    public static Deploy offer(
            String id, Kind kind, String release, String content, int files, long bytes, String by, boolean force) {
        Phase phase = new Doing(Step.STAGE, Instant.EPOCH);
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
                phase,
                List.of());
    }

    public Optional<Step> step() {
        return phase instanceof Doing(Step step, var _) ? Optional.of(step) : Optional.empty();
    }

    public Optional<Ended> ended() {
        return phase instanceof Ended ended ? Optional.of(ended) : Optional.empty();
    }

    Deploy begun(Optional<String> live, Instant now) {
        boolean first = kind == Kind.NEW && live.isEmpty(); // what is live is kept, to go back to
        Step step = kind == Kind.ADOPTED || first ? Step.ADOPT : Step.STAGE;
        return new Deploy(
                id, kind, release, content, files, bytes, by, force, now, live, 0, new Doing(step, now), List.of());
    }

    Deploy in(Phase next) {
        return new Deploy(id, kind, release, content, files, bytes, by, force, began, before, starts, next, taken);
    }

    /// The id under which what is live is stored, where that is due.
    public String adopted() {
        return kind == Kind.ADOPTED ? release : release + "-before";
    }

    Deploy after(String kept) {
        return new Deploy(
                id, kind, release, content, files, bytes, by, force, began, Optional.of(kept), starts, phase, taken);
    }

    Deploy begunAnew() {
        return new Deploy(id, kind, release, content, files, bytes, by, force, began, before, starts + 1, phase, taken);
    }

    Deploy ended(Outcome outcome, String why, Instant now) {
        return in(new Ended(outcome, now, why));
    }

    /// The step that was under way has ended, and the next one is due.
    Deploy after(Step step, StepResult result, Instant now) {
        Instant since = phase instanceof Doing(var _, Instant at) && at.isBefore(now) ? at : now;
        boolean well = result instanceof StepResult.Done || result instanceof StepResult.Stored;
        List<Taken> all = new ArrayList<>(taken);
        all.add(new Taken(step, Duration.between(since, now), well, result.said()));
        Deploy next =
                new Deploy(id, kind, release, content, files, bytes, by, force, began, before, starts, phase, all);
        return next.in(next.phaseAfter(step, well, result, now));
    }

    private Phase phaseAfter(Step step, boolean well, StepResult result, Instant now) {
        Outcome untouched = result instanceof StepResult.Refused ? Outcome.REFUSED : Outcome.FAILED;
        return switch (step) {
            case ADOPT ->
                kind == Kind.ADOPTED
                        ? new Ended(well ? Outcome.DEPLOYED : untouched, now, result.said())
                        : well || force
                                ? new Doing(Step.STAGE, now)
                                : new Ended(
                                        untouched,
                                        now,
                                        "what is live cannot be kept to go back to (" + result.said()
                                                + "); --force deploys all the same");
            case STAGE ->
                well
                        ? new Doing(kind == Kind.BACK ? Step.SWITCH : Step.EXAMINE, now)
                        : new Ended(untouched, now, result.said());
            case EXAMINE ->
                !well
                        ? new Ended(untouched, now, result.said())
                        : kind == Kind.TRIAL ? new Ended(Outcome.FIT, now, result.said()) : new Doing(Step.SWITCH, now);
            case SWITCH -> new Doing(well ? Step.GATE : Step.UNDO, now);
            case GATE -> well ? new Ended(Outcome.DEPLOYED, now, result.said()) : new Doing(Step.UNDO, now);
            case UNDO ->
                well
                        ? new Ended(Outcome.ROLLED_BACK, now, whyUndone())
                        : undone() < MOST_UNDONE
                                ? new Doing(Step.UNDO, now)
                                : new Ended(Outcome.STUCK, now, result.said() + "; " + whyUndone());
        };
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
        return new Deploy(id, kind, release, content, files, bytes, by, force, begun, before, starts, capped, taken);
    }

    /// One English line for logs and terminals.
    public String inWords() {
        String what = switch (kind) {
            case NEW -> "deploy ";
            case TRIAL -> "examination of ";
            case ADOPTED -> "taking over ";
            case BACK -> "rollback to ";
        };
        return what + release + " by " + by;
    }
}
