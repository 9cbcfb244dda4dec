package io.lectio.alert;

import static java.util.stream.Collectors.joining;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Incident.Repairing;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Language;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the owner reads: what was wrong, what was done, how it was proved, and what is left to do. Plain text in the
/// owner's language, never empty, never longer than a message may be.
public final class Texts {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final int NAMED = 3;
    private static final int LISTED = 20;

    private final Language language;
    private final ZoneId zone;
    private final boolean repairs;

    /// @param repairs whether the guard may repair at all, or only looks
    public Texts(Language language, ZoneId zone, boolean repairs) {
        this.language = language;
        this.zone = zone;
        this.repairs = repairs;
    }

    public String render(Outbox.Parcel parcel) {
        Alert first = parcel.alerts().getFirst();
        if (first.rejections() > 0) {
            return "Lectio: " + first.level() + " at " + time(first.incident().brokenAt()) + ", see alerts.log";
        }
        return PlainText.fit(parcel.digest() ? digest(parcel.alerts()) : message(first));
    }

    private String digest(List<Alert> alerts) {
        List<String> lines = new ArrayList<>();
        lines.add(sign(alerts.getFirst().level()) + " Lectio · "
                + say("сообщений, которые не удалось отправить вовремя: ", "alerts that could not be sent in time: ")
                + alerts.size());
        alerts.stream().limit(LISTED).forEach(alert -> {
            Incident incident = alert.incident();
            lines.add(sign(alert.level()) + " " + time(incident.brokenAt()) + " · " + state(incident) + " · "
                    + cause(incident));
        });
        if (alerts.size() > LISTED) {
            lines.add(say("и ещё ", "and ") + (alerts.size() - LISTED) + say("", " more") + ": alerts.log");
        }
        return String.join("\n", lines);
    }

    private String message(Alert alert) {
        Incident incident = alert.incident();
        List<String> lines = new ArrayList<>();
        lines.add(sign(alert.level()) + " " + alert.level() + " · Lectio · " + time(incident.brokenAt()) + " · "
                + state(incident));
        lines.add(cause(incident));
        incident.lastAttempt().flatMap(Attempt::result).map(this::done).ifPresent(lines::add);
        switch (incident.phase()) {
            case Resolved(var _, Answers proof) -> lines.add(proved(proof));
            case CoolingDown(Instant until) ->
                lines.add(say("Попыток: ", "Attempts: ") + incident.attempts().size()
                        + say(". Следующая в ", ". The next one at ") + time(until) + ".");
            case Open _, Repairing _, Proving _ -> toDo(incident).ifPresent(lines::add);
        }
        return String.join("\n", lines);
    }

    private String state(Incident incident) {
        return switch (incident.phase()) {
            case Resolved(Instant at, var _) ->
                say("восстановлено за ", "healed in ") + seconds(Duration.between(incident.brokenAt(), at));
            case Repairing _, Proving _ -> say("восстановление начато", "repair started");
            case CoolingDown _ -> say("восстановить не удалось, пауза", "not healed, cooling down");
            case Open _ -> say("нужен человек", "a person is needed");
        };
    }

    private String cause(Incident incident) {
        return switch (incident.diagnosis()) {
            case Diagnosis.PathsClosed(Access access, var _) ->
                incident.symptom().map(seen -> symptom(seen) + ": ").orElse("") + closed(access);
            case Diagnosis.PageBad(Answers answers) -> symptom(answers) + ".";
            case Diagnosis.Blind(var check, String reason) ->
                say("Проверка ", "The check ") + check + say(" не может работать: ", " cannot look: ") + reason + ".";
        };
    }

    private String symptom(Answers answers) {
        Answer page = answers.answers().getFirst();
        if (page.fault().isPresent()) {
            String fault = page.fault().get();
            return page.status()
                    .map(status -> say("Страница отвечала ", "The page answered ")
                            + status
                            + (status == 200 ? " (" + fault + ")" : ""))
                    .orElseGet(() -> say("Страница не отвечала (", "The page did not answer (") + fault + ")");
        }
        List<String> bad = answers.bad().stream()
                .limit(NAMED)
                .map(answer -> answer.url().getPath() + " (" + answer.fault().orElse("") + ")")
                .toList();
        int more = answers.bad().size() - bad.size();
        return say("Не отвечают как надо: ", "Not answered as they should be: ")
                + String.join(", ", bad)
                + (more > 0 ? say(" и ещё ", " and ") + more + say("", " more") : "");
    }

    private String closed(Access access) {
        List<String> named = access.denied().stream()
                .limit(NAMED)
                .map(denial -> shorten(denial.path().toString()) + " (" + rights(denial) + ")")
                .toList();
        int more = access.deniedTotal() - named.size();
        boolean folder =
                access.denied().stream().findFirst().map(Denial::folder).orElse(false);
        String verb =
                folder ? say(" не мог войти в ", " could not enter ") : say(" не мог читать ", " could not read ");
        return access.webUser() + verb + String.join(", ", named)
                + (more > 0 ? say(" и ещё ", " and ") + more + say("", " more") : "") + ".";
    }

    private String rights(Denial denial) {
        return "%04o, %s; ".formatted(denial.mode(), denial.owner().replaceFirst("^(.*):\\1$", "$1"))
                + say("изменено в ", "changed at ")
                + time(denial.changed());
    }

    private String done(RepairResult result) {
        return switch (result) {
            case RepairResult.Changed changed
            when changed.folders() + changed.files() == 0 ->
                say("Исправлять было нечего.", "There was nothing to repair.") + leftAlone(changed.skipped());
            case RepairResult.Changed changed ->
                say("Исправлено: ", "Repaired: ") + given(changed.sample()) + " (" + amount(changed) + ")."
                        + leftAlone(changed.skipped());
            case RepairResult.Failed(String reason) ->
                say("Исправить не удалось: ", "The repair failed: ") + reason + ".";
            case RepairResult.Interrupted() -> say("Исправление было прервано.", "The repair was interrupted.");
        };
    }

    private String leftAlone(int skipped) {
        return skipped > 0 ? say(" Не тронуто: ", " Left alone: ") + skipped + "." : "";
    }

    private String amount(RepairResult.Changed changed) {
        List<String> parts = new ArrayList<>();
        if (changed.folders() > 0) {
            parts.add(counted(changed.folders(), "папка", "папки", "папок", "folder"));
        }
        if (changed.files() > 0) {
            parts.add(counted(changed.files(), "файл", "файла", "файлов", "file"));
        }
        return String.join(", ", parts);
    }

    /// The owner and the modes that were given: `www-data:www-data 0755` and its like, as one phrase.
    private String given(List<RepairResult.Change> sample) {
        List<String[]> after =
                sample.stream().map(change -> change.after().split("[: ]")).toList();
        String owners = after.stream().map(parts -> parts[0]).distinct().collect(joining(say(" и ", " and ")));
        String modes = after.stream()
                .map(parts -> parts[parts.length - 1].replaceFirst("^0(?=...)", ""))
                .distinct()
                .collect(joining(say(" и ", " and ")));
        return say("владелец ", "owner ") + owners + say(", права ", ", mode ") + modes;
    }

    private String proved(Answers proof) {
        long others = proof.answers().size() - 1L;
        return say(
                        "Проверено: страница и "
                                + counted(
                                        (int) others, "её файл отвечает", "её файла отвечают", "её файлов отвечают", "")
                                + " 200 за ",
                        "Proved: the page and " + counted((int) others, "", "", "", "file") + " of it answer 200 in ")
                + proof.took().toMillis()
                + say(" мс.", " ms.");
    }

    /// What a person can do, with the command that mends it.
    private Optional<String> toDo(Incident incident) {
        return switch (incident.diagnosis()) {
            case Diagnosis.PathsClosed(Access access, var remedy)
            when remedy.isEmpty() ->
                access.denied().stream()
                        .findFirst()
                        .map(denial -> say("Что сделать: ", "What to do: ") + Mend.command(denial, access.webUser()));
            case Diagnosis.PathsClosed _ ->
                repairs
                        ? Optional.empty()
                        : Optional.of(say(
                                "Восстановление выключено; включить: lectio run --repair",
                                "Repairs are off; to turn them on: lectio run --repair"));
            case Diagnosis.PageBad _ ->
                Optional.of(say("Что сделать: ", "What to do: ") + "sudo tail -20 /var/log/nginx/error.log");
            case Diagnosis.Blind _ -> Optional.empty();
        };
    }

    private String counted(int count, String one, String few, String many, String english) {
        if (language == Language.EN) {
            return count + " " + english + (count == 1 ? "" : "s");
        }
        int last = count % 10;
        boolean teen = count % 100 / 10 == 1;
        return count + " " + (teen || last == 0 || last > 4 ? many : last == 1 ? one : few);
    }

    private String seconds(Duration duration) {
        double value = Math.max(0, duration.toMillis()) / 1000.0;
        return String.format(
                                language == Language.RU ? Locale.of("ru") : Locale.ROOT,
                                value < 10 ? "%.1f" : "%.0f",
                                value)
                        .replace('.', language == Language.RU ? ',' : '.')
                + say(" с", " s");
    }

    private static String shorten(String path) {
        return path.length() <= 80 ? path : path.substring(0, 30) + "…" + path.substring(path.length() - 48);
    }

    private static String sign(Level level) {
        return switch (level) {
            case CRITICAL -> "🚨";
            case WARNING -> "⚠️";
            case INFO -> "ℹ️";
        };
    }

    private String time(Instant at) {
        return TIME.format(at.atZone(zone));
    }

    private String say(String russian, String english) {
        return language == Language.RU ? russian : english;
    }
}
