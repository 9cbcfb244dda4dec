package io.lectio.core.health;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is to be thought of a service.
public sealed interface Condition {
    /// Runs, and answers where it is asked.
    record Well() implements Condition {}

    /// On its way up, or silent for a short while: too early to say.
    record Waiting() implements Condition {}

    /// On its way up, or down, for so long that it may never arrive.
    ///
    /// @param step where it is, in systemd's word: `start-pre`, `start`, `stop-sigterm` …
    record Starting(String step, Duration since) implements Condition {
        public boolean isEnding() {
            return step.startsWith("stop") || step.startsWith("final");
        }
    }

    /// It ended, and nobody asked for that.
    ///
    /// @param exit how, such as `signal 9`
    /// @param result in systemd's word
    record Ended(String exit, String result) implements Condition {}

    /// It ended, and what it said of it is no matter of a start: it would end again.
    ///
    /// @param words its own, without secrets
    record Unfit(Reason reason, String words) implements Condition {}

    /// Why a start brings nothing, in the words that an alert calls it by.
    enum Reason {
        IMPORT_ERROR("import error"),
        ENVIRONMENT("missing environment"),
        PORT_TAKEN("port taken");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /// It ended, and systemd has started it again by itself.
    record Crashed(String exit, int restarts) implements Condition {}

    /// Somebody has stopped its processes (SIGSTOP): all that could answer.
    record Paused(List<Integer> pids, Duration since) implements Condition {
        public Paused {
            pids = List.copyOf(pids);
        }
    }

    /// No answer and no progress.
    ///
    /// @param exhausted the process that can open no more files, as `nginx (71), 10 of 10`, if one is such
    record Hung(Duration silent, Optional<String> exhausted) implements Condition {}

    /// No answer, but it works: overload, or something slow behind it.
    ///
    /// @param silent how long it has not answered
    record Busy(Duration silent) implements Condition {}

    /// Its workers end as soon as they have begun.
    record BootLoop() implements Condition {}

    /// It runs, and at the address where it is asked nothing has ever listened in this run.
    record Deaf(String why) implements Condition {}

    /// It was ended by command, or its start is forbidden: a person's will, or what a person has arranged.
    ///
    /// @param since when it ended; 1970 where it has not run since the machine started
    record ByHand(boolean masked, Instant since) implements Condition {}

    /// systemd knows no such unit, or cannot read its file.
    record Missing() implements Condition {}

    /// One English phrase that follows the unit's name.
    default String inWords() {
        return switch (this) {
            case Well _ -> "is well";
            case Waiting _ -> "has not answered yet";
            case Starting starting ->
                "has been " + (starting.isEnding() ? "stopping" : "starting") + " for "
                        + starting.since().toSeconds() + " s (" + starting.step() + ")";
            case Ended(String exit, String result) -> "ended: " + (exit.isEmpty() ? result : exit + ", " + result);
            case Unfit(Reason reason, String words) -> "cannot start, " + reason.words() + ": " + words;
            case Crashed(String exit, int restarts) ->
                "ended (" + exit + ") and was restarted by systemd, " + restarts + " times now";
            case Paused(List<Integer> pids, var _) ->
                "has stopped processes: " + pids.stream().map(String::valueOf).collect(Collectors.joining(", "));
            case Hung(Duration silent, Optional<String> exhausted) ->
                "hangs: no answer and no progress for " + silent.toSeconds() + " s"
                        + exhausted
                                .map(process -> ", descriptors out: " + process)
                                .orElse("");
            case Busy(Duration silent) -> "is busy: no answer for " + silent.toSeconds() + " s, but it makes progress";
            case BootLoop _ -> "starts its workers again and again";
            case Deaf(String why) -> "runs, but does not answer: " + why;
            case ByHand(boolean masked, var _) -> masked ? "is masked" : "was stopped by command";
            case Missing _ -> "is not known to systemd";
        };
    }
}
