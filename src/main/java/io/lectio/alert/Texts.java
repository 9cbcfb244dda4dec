package io.lectio.alert;

import static java.util.stream.Collectors.joining;

import io.lectio.core.diagnosis.Diagnosis.ServiceBad;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Config;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Degraded;
import io.lectio.core.incident.Incident.Held;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Incident.Repairing;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.incident.RepairResult.Changed;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Language;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the owner reads: what was wrong, what was done, how it was proved, and what is left to do. Plain text in the
/// owner's language, never empty, never longer than a message may be.
public final class Texts {
    private static final int LISTED = 20;
    private static final Duration AT_ONCE = Duration.ofSeconds(60);

    private final Wording words;
    private final CauseText causes;
    private final Advice advice;

    /// @param repairs whether the guard may repair at all, or only looks
    public Texts(Language language, ZoneId zone, InstantSource clock, boolean repairs) {
        words = new Wording(language, zone, clock);
        causes = new CauseText(words);
        advice = new Advice(words, repairs);
    }

    public String render(Outbox.Parcel parcel) {
        Alert first = parcel.alerts().getFirst();
        if (first.rejections() > 0) {
            return "Lectio: " + first.level() + words.say(" в ", " at ")
                    + words.time(first.incident().brokenAt())
                    + words.say(", подробности в alerts.log", ", details in alerts.log");
        }
        return PlainText.fit(parcel.digest() ? digest(parcel.alerts(), parcel.merged()) : message(first));
    }

    private String digest(List<Alert> alerts, int merged) {
        List<String> lines = new ArrayList<>();
        Instant first = alerts.stream()
                .map(alert -> alert.incident().brokenAt())
                .min(Instant::compareTo)
                .orElseThrow();
        Instant last = alerts.stream()
                .map(alert -> alert.incident().brokenAt())
                .max(Instant::compareTo)
                .orElseThrow();
        Level loudest = alerts.getFirst().level();
        lines.add(sign(loudest) + " " + loudest + " · Lectio · "
                + (Duration.between(first, last).compareTo(AT_ONCE) <= 0
                        ? words.say("сразу несколько сбоев: ", "several faults at once: ")
                        : words.say(
                                "сообщений, которые не удалось отправить вовремя: ",
                                "alerts that could not be sent in time: "))
                + (alerts.size() + merged));
        alerts.stream().limit(LISTED).forEach(alert -> {
            Incident incident = alert.incident();
            lines.add(sign(alert.level()) + " " + words.time(incident.brokenAt()) + " · " + state(incident) + " · "
                    + causes.of(incident));
        });
        int unlisted = Math.max(0, alerts.size() - LISTED) + merged;
        if (unlisted > 0) {
            lines.add(words.say("и ещё ", "and ") + unlisted + words.say("", " more") + ": health.log");
        }
        lines.add(words.say("Что сейчас: ", "How it is now: ") + "sudo lectio status");
        return String.join("\n", lines);
    }

    private String message(Alert alert) {
        Incident incident = alert.incident();
        Level level =
                incident.phase() instanceof Resolved && alert.level() == Level.CRITICAL ? Level.WARNING : alert.level();
        List<String> lines = new ArrayList<>();
        lines.add(
                sign(level) + " " + level + " · Lectio · " + words.time(incident.brokenAt()) + " · " + state(incident));
        lines.add(causes.of(incident));
        Optional<RepairResult> result = incident.lastAttempt().flatMap(Attempt::result);
        switch (incident.phase()) {
            case CoolingDown(Instant until) -> {
                lines.add(inVain(incident.attempts().size(), result) + " "
                        + words.say("Следующая попытка в ", "The next attempt is at ") + words.time(until) + ".");
                lines.add(advice.on(incident));
            }
            case Degraded _ -> {
                lines.add(words.say(
                                "Lectio не может записать своё состояние и пока ничего не чинит. Что сделать: ",
                                "Lectio cannot save its state and repairs nothing meanwhile. What to do: ")
                        + "df -h /var; df -i /var");
            }
            case Held(Instant until) -> {
                lines.add(words.say(
                                "Идёт установка пакетов, перезапуск ждёт её конца, не дольше чем до ",
                                "A package manager is at work, the restart waits for its end, at most until ")
                        + words.time(until) + ".");
            }
            case Resolved(var _, Answers proof) -> {
                result.map(this::done).ifPresent(lines::add);
                if (!proof.answers().isEmpty()) {
                    lines.add(proved(proof));
                }
            }
            case Repairing _, Proving _ -> result.map(this::done).ifPresent(lines::add);
            case Open _ -> {
                result.map(this::done).ifPresent(lines::add);
                if (!looksAgain(incident)) {
                    lines.add(advice.on(incident));
                }
            }
        }
        return String.join("\n", lines);
    }

    private String state(Incident incident) {
        return switch (incident.phase()) {
            case Resolved(Instant at, var _) ->
                words.say("восстановлено за ", "healed in ") + words.length(Duration.between(incident.brokenAt(), at));
            case Repairing _ -> words.say("восстановление начато", "repair started");
            case Proving _ ->
                incident.lastAttempt().flatMap(Attempt::result).orElse(null) instanceof RepairResult.Failed
                        ? words.say("исправить не удалось, проверяю", "the repair failed, looking again")
                        : words.say("исправлено, проверяю", "repaired, looking again");
            case CoolingDown _ -> words.say("восстановить не удалось, пауза", "not healed, cooling down");
            case Degraded _ -> words.say("починить нельзя", "cannot be repaired");
            case Held _ -> words.say("восстановление ждёт", "the repair waits");
            case Open _
            when incident.diagnosis() instanceof ServiceBad bad && !bad.urgent() -> words.say("наблюдаю", "watching");
            case Open _ ->
                looksAgain(incident)
                        ? words.say("проверяю заново", "looking again")
                        : words.say("нужен человек", "a person is needed");
        };
    }

    /// After an interruption the guard goes on by itself.
    private static boolean looksAgain(Incident incident) {
        return incident.phase() instanceof Open
                && incident.diagnosis().remedy().isPresent()
                && incident.lastAttempt().isPresent();
    }

    private String done(RepairResult result) {
        return switch (result) {
            case Changed changed
            when nothing(changed) ->
                words.say("Исправлять было нечего.", "There was nothing to repair.") + leftAlone(changed);
            case Changed changed ->
                words.say("Исправлено: ", "Repaired: ") + given(changed) + " (" + amount(changed) + ")."
                        + leftAlone(changed);
            case RepairResult.Restarted(String unit, boolean killed, List<String> evidence, var _) ->
                words.say("Сделано: ", "Done: ")
                        + unit
                        + (killed ? words.say(" убит и", " killed and") : "")
                        + words.say(" запущен заново.", " started anew.")
                        + evidence.stream()
                                .findFirst()
                                .map(line -> words.say(" Перед этим: ", " Before it: ") + line)
                                .orElse("");
            case RepairResult.Refused(Config config) ->
                words.say("Перезапуска не было, nginx -t: ", "No restart, nginx -t: ") + config.where() + " "
                        + config.error() + ".";
            case RepairResult.Failed(String reason) ->
                words.say("Исправить не удалось: ", "The repair failed: ") + reason + ".";
            case RepairResult.Interrupted() ->
                words.say(
                        "Исправление было прервано: Lectio перезапущен.",
                        "The repair was interrupted: Lectio restarted.");
        };
    }

    /// Attempts that brought nothing must not read as a success.
    private String inVain(int attempts, Optional<RepairResult> last) {
        String tried = words.say("Исправляли ", "Repaired ") + words.times(attempts);
        return last.map(result -> switch (result) {
                    case Changed changed
                    when nothing(changed) ->
                        words.say(
                                "Исправлять было нечего: причина в другом.",
                                "There was nothing to repair: it is something else.");
                    case Changed changed ->
                        tried + " (" + given(changed) + ": " + amount(changed) + ")"
                                + words.say(", не помогло.", ", in vain.");
                    case RepairResult.Restarted _ ->
                        words.say("Перезапускали ", "Restarted ")
                                + words.times(attempts)
                                + words.say(", не помогло. ", ", in vain. ")
                                + done(result);
                    case RepairResult.Refused _ -> done(result);
                    case RepairResult.Failed _, RepairResult.Interrupted _ -> tried + ". " + done(result);
                })
                .orElse(tried + ".");
    }

    private static boolean nothing(Changed changed) {
        return changed.folders() + changed.files() == 0;
    }

    private String leftAlone(Changed changed) {
        return changed.skipped() > 0
                ? words.say(" Не тронуто (нельзя): ", " Left alone (may not be touched): ") + changed.skipped() + "."
                : "";
    }

    private String amount(Changed changed) {
        List<String> parts = new ArrayList<>();
        if (changed.folders() > 0) {
            parts.add(words.folders(changed.folders()));
        }
        if (changed.files() > 0) {
            parts.add(words.files(changed.files()));
        }
        return String.join(", ", parts);
    }

    /// The owner and the modes that were given: `www-data:www-data 0755` and its like, as one phrase.
    private String given(Changed changed) {
        List<String[]> after = changed.sample().stream()
                .map(change -> change.after().split("[: ]"))
                .toList();
        String and = words.say(" и ", " and ");
        String owners = after.stream().map(parts -> parts[0]).distinct().collect(joining(and));
        String modes = after.stream()
                .map(parts -> parts[parts.length - 1].replaceFirst("^0(?=...)", ""))
                .distinct()
                .collect(joining(and));
        return words.say("владелец ", "owner ") + owners + words.say(", права ", ", mode ") + modes;
    }

    private String proved(Answers proof) {
        int others = (int) proof.answers().stream()
                .skip(1)
                .filter(answer ->
                        answer.status().filter(status -> status == 200).isPresent())
                .count();
        String what = proof.check() == CheckId.API
                ? words.say("API отвечает", "the API answers")
                : others == 0
                        ? words.say("страница отвечает", "the page answers")
                        : words.say("страница и ", "the page and ")
                                + words.filesOfIt(others)
                                + words.say(" отвечают", " answer");
        return words.say("Проверено: ", "Proved: ")
                + what
                + words.say(" 200 за ", " 200 in ")
                + proof.took().toMillis()
                + words.say(" мс.", " ms.");
    }

    private static String sign(Level level) {
        return switch (level) {
            case CRITICAL -> "🚨";
            case WARNING -> "⚠️";
            case INFO -> "ℹ️";
        };
    }
}
