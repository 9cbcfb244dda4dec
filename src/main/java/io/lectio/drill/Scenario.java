package io.lectio.drill;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What is broken, with what the plan promises for it.
public enum Scenario {
    PERMISSIONS("chmod 000 on the page", Duration.ofMinutes(1), Duration.ofSeconds(10)),
    APP_KILL("kill -9 of the application", Duration.ZERO, Duration.ofSeconds(5)),
    APP_HANG("kill -STOP of the application", Duration.ofSeconds(60), Duration.ofSeconds(15)),
    /// Put back when the guard has told it: where no release is known, nothing repairs it.
    PAGE(
            "the page overwritten with \"broken\"; told, and put back by the drill",
            Duration.ZERO,
            Duration.ofSeconds(30));

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final String what;
    private final Duration found;
    private final Duration back;

    Scenario(String what, Duration found, Duration back) {
        this.what = what;
        this.found = found;
        this.back = back;
    }

    public static Optional<Scenario> of(String name) {
        return Arrays.stream(values()).filter(each -> each.word().equals(name)).findFirst();
    }

    /// What the plan promises for a fault that no drill has made. It promises nothing for what no repair may touch, nor
    /// for the API's own answers.
    ///
    /// @param kind the cause, as the history names it
    /// @param subject the check, in small letters
    public static Optional<Scenario> like(String kind, String subject) {
        if (subject.equals("left_alone") || subject.equals("api")) {
            return Optional.empty();
        }
        return switch (kind) {
            case "PathsClosed" -> Optional.of(PERMISSIONS);
            case "Ended", "Crashed" -> Optional.of(APP_KILL);
            case "Paused", "Hung" -> Optional.of(APP_HANG);
            case "AnswerBad", "Drifted" -> Optional.of(PAGE);
            default -> Optional.empty();
        };
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public String what() {
        return what;
    }

    /// Found within, back within.
    public String promise() {
        return (found.isZero() ? "at once" : found.toSeconds() + " s") + " / " + back.toSeconds() + " s";
    }

    /// Whether the plan's promise was kept: each of its two times, or where it says "at once", both together.
    ///
    /// @param detected from the break on, as `over`
    public boolean isKept(Duration detected, Duration over) {
        return found.isZero()
                ? over.compareTo(longest()) <= 0
                : detected.compareTo(found) <= 0 && over.minus(detected).compareTo(back) <= 0;
    }

    /// Found and back, from the break on.
    public Duration longest() {
        return (found.isZero() ? AT_ONCE : found).plus(back);
    }

    boolean repaired() {
        return this != PAGE;
    }
}
