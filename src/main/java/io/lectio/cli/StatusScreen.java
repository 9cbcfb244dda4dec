package io.lectio.cli;

import io.lectio.control.Status;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.policy.Order.Spell;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The status for people, on one screen.
///
/// @param width the most columns of a line; what is longer ends in `…`
record StatusScreen(Instant now, ZoneId zone, Paint paint, int width) {
    private static final int MOST_INCIDENTS = 6;
    private static final Duration SILENT = Duration.ofSeconds(10);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("MM-dd HH:mm");

    List<String> lines(Status status) {
        List<String> lines = new ArrayList<>();
        String does = status.repairs() ? "repairs" : "only looks";
        String since = does + ", since " + at(status.started()) + " (" + length(Duration.between(status.started(), now))
                + "), process " + status.pid();
        lines.add(paint.in(Paint.BOLD, "Lectio Monitor") + "  " + clipped(since, 16));
        Duration silent = Duration.between(status.turned(), now);
        if (silent.compareTo(SILENT) > 0) {
            lines.add(paint.in(Paint.RED, clipped("it has done nothing for " + length(silent) + ": it hangs", 0)));
        }
        status.degraded().ifPresent(why -> lines.add(paint.in(Paint.RED, clipped("repairs nothing: " + why, 0))));
        status.maintenance().ifPresent(spell -> lines.add(spell("maintenance", spell)));
        status.silence().ifPresent(spell -> lines.add(spell("silence", spell)));
        status.checks().forEach(check -> lines.add(check(check)));
        status.incidents().stream().limit(MOST_INCIDENTS).forEach(open -> lines.addAll(incident(open)));
        lines.add("open incidents: " + status.incidents().size() + ", alerts to send: " + status.alertsPending());
        status.notDelivered()
                .ifPresent(why -> lines.add(paint.in(Paint.RED, clipped("the last was not delivered: " + why, 0))));
        return lines;
    }

    private String spell(String what, Spell spell) {
        String rest = " until " + at(spell.until()) + " by " + spell.by()
                + (spell.why().isEmpty() ? "" : ": " + spell.why());
        return paint.in(Paint.BOLD, what) + clipped(rest, what.length());
    }

    private String check(Status.Check check) {
        String health = "%-10s".formatted(check.health());
        String shown = switch (check.health()) {
            case HEALTHY -> paint.in(Paint.GREEN, health);
            case UNHEALTHY -> paint.in(Paint.RED, health);
            case PENDING -> health;
        };
        String since = check.health() == CheckHealth.Status.PENDING
                ? ""
                : check.since().map(this::at).orElse("");
        return "%-10s %s ".formatted(check.check(), shown) + clipped("%-11s ".formatted(since) + check.detail(), 22);
    }

    private List<String> incident(Status.Open open) {
        String level = open.level().name();
        String rest = " %s, %s, broken %s, attempts %d"
                .formatted(open.subject(), open.phase(), at(open.broken()), open.attempts());
        String id = "incident " + open.id() + " ";
        return List.of(
                id + paint.level(open.level(), level) + clipped(rest, id.length() + level.length()),
                "  " + clipped(open.detail(), 2));
    }

    /// One line for each thing that is otherwise than before: for pipes.
    List<String> changes(Optional<Status> before, Status status) {
        List<String> known = before.map(StatusScreen::facts).orElse(List.of());
        List<String> facts = facts(status);
        Stream<String> over = known.stream()
                .map(fact -> fact.substring(0, fact.indexOf(':')))
                .filter(what -> facts.stream().noneMatch(fact -> fact.startsWith(what + ":")))
                .map(what -> what + ": over");
        return Stream.concat(facts.stream().filter(fact -> !known.contains(fact)), over)
                .map(line -> TIME.format(now.atZone(zone)) + " " + Paint.harmless(line))
                .toList();
    }

    /// Each as `what: how it is`.
    private static List<String> facts(Status status) {
        List<String> facts = new ArrayList<>();
        status.checks().forEach(check -> facts.add(check.check() + ": " + check.health()));
        status.incidents()
                .forEach(open -> facts.add("incident %d: %s %s, %s: %s"
                        .formatted(open.id(), open.level(), open.subject(), open.phase(), open.detail())));
        status.maintenance().ifPresent(spell -> facts.add("maintenance: " + spell.inWords()));
        status.silence().ifPresent(spell -> facts.add("silence: " + spell.inWords()));
        status.degraded().ifPresent(why -> facts.add("degraded: " + why));
        status.notDelivered().ifPresent(why -> facts.add("alert not delivered: " + why));
        return facts;
    }

    String at(Instant time) {
        boolean today = time.atZone(zone).toLocalDate().equals(now.atZone(zone).toLocalDate());
        return (today ? TIME : DAY).format(time.atZone(zone));
    }

    /// The two greatest units.
    static String length(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0 ? time.toMinutes() + " min" : Math.max(0, time.toSeconds()) + " s";
    }

    private String clipped(String raw, int before) {
        String text = Paint.harmless(raw);
        int room = Math.max(1, width - before);
        return text.codePointCount(0, text.length()) <= room
                ? text
                : text.substring(0, text.offsetByCodePoints(0, room - 1)) + "…";
    }
}
