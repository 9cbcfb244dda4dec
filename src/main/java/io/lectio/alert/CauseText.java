package io.lectio.alert;

import static java.util.stream.Collectors.joining;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Drift;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Finding.Rule;
import io.lectio.core.health.UnitState;
import io.lectio.core.incident.Incident;
import io.lectio.core.policy.CheckId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What was wrong, in a sentence: what a visitor got, and why.
final class CauseText {
    private static final int NAMED = 3;

    private final Wording words;

    CauseText(Wording words) {
        this.words = words;
    }

    String of(Incident incident) {
        return switch (incident.diagnosis()) {
            case Diagnosis.PathsClosed(var _, Access access, var _) ->
                incident.symptom().map(seen -> symptom(seen) + ": ").orElse("") + closed(access) + ".";
            case Diagnosis.ServiceBad(var _, String unit, Condition condition, var _) ->
                incident.symptom().map(seen -> symptom(seen) + ": ").orElse("") + service(unit, condition) + ".";
            case Diagnosis.ConfigBad(CheckId subject, Config config) ->
                incident.symptom().map(seen -> symptom(seen) + ": ").orElse("") + configuration(subject, config);
            case Diagnosis.AnswerBad(var _, Answers answers, var _) -> symptom(answers) + "." + said(answers);
            case Diagnosis.Drifted(var _, Drift drift, var _) ->
                incident.symptom().map(seen -> symptom(seen) + ": ").orElse("") + drifted(drift) + ".";
            case Diagnosis.Ailing(var _, List<Ailment> ailments) ->
                incident.symptom().map(seen -> symptom(seen) + ": ").orElse("") + new AilmentText(words).of(ailments)
                        + ".";
            case Diagnosis.Blind(CheckId check, String reason) ->
                words.say("Проверка ", "The check of ")
                        + check(check)
                        + words.say(" не может работать: ", " cannot work: ")
                        + reason
                        + words.say(". Сам сайт может быть в порядке.", ". The site itself may be fine.");
        };
    }

    private String drifted(Drift drift) {
        return drift.whole()
                ? words.say("папка сайта исчезла (выпуск ", "the site's folder has gone (release ") + drift.release()
                        + ")"
                : words.say("файлы изменены не через deploy (выпуск ", "files were changed outside a deploy (release ")
                        + drift.release() + "): "
                        + drift.files().stream().limit(NAMED).map(Wording::path).collect(joining(", "))
                        + more(drift.total() - NAMED);
    }

    private String said(Answers answers) {
        return answers.answers().getFirst().fault().flatMap(Fault::said).stream()
                .map(line -> words.say(" В журнале: ", " Its log says: ") + line + ".")
                .collect(joining());
    }

    private String check(CheckId check) {
        return switch (check) {
            case DISK -> words.say("дисков", "the disks");
            case MEMORY -> words.say("памяти", "the memory");
            case DATABASE -> words.say("базы данных", "the database");
            case NEEDED -> words.say("служб, нужных приложению", "the services that the application needs");
            case BESIDE -> words.say("служб рядом с приложением", "the services beside the application");
            case APP -> words.say("приложения", "the application");
            case PROXY -> words.say("веб-сервера", "the web server");
            case CONFIG -> words.say("настройки веб-сервера", "the web server's configuration");
            case API -> words.say("API", "the API");
            case FILES, LEFT_ALONE -> words.say("прав на файлы", "file permissions");
            case RELEASE -> words.say("выпуска", "the release");
            case PAGE -> words.say("страницы", "the page");
            case PUBLIC -> words.say("имени и сертификата", "the public name and certificate");
            case CLOCK -> words.say("часов", "the clock");
            case COPIES -> words.say("копий базы данных", "the copies of the database");
            case SETTINGS -> words.say("настройки Lectio", "Lectio's own configuration");
        };
    }

    private String service(String unit, Condition condition) {
        return switch (condition) {
            case Condition.Ended(String exit, String result) ->
                unit + words.say(" завершился (", " ended (") + ended(exit, result) + ")";
            case Condition.Unfit(Condition.Reason reason, String said) ->
                unit + words.say(" не запускается: ", " cannot start: ") + reason(reason) + ": " + said;
            case Condition.Crashed(String exit, int restarts) ->
                unit
                        + words.say(" завершился", " ended")
                        + (exit.isEmpty() ? "" : " (" + exit + ")")
                        + words.say(", systemd запустил его снова, ", ", systemd started it again, ")
                        + words.times(restarts);
            case Condition.Paused(List<Integer> pids, var _) ->
                words.say("процессы ", "processes of ")
                        + unit
                        + words.say(" остановлены сигналом STOP: ", " were stopped by a STOP signal: ")
                        + pids.stream().limit(NAMED).map(String::valueOf).collect(joining(", "))
                        + more(pids.size() - NAMED);
            case Condition.Hung(Duration silent, Optional<String> exhausted) ->
                unit
                        + words.say(" завис: ни ответа, ни работы уже ", " hangs: neither an answer nor work for ")
                        + words.length(silent)
                        + exhausted
                                .map(words.say("; кончились дескрипторы: ", "; descriptors out: ")::concat)
                                .orElse("");
            case Condition.Busy(Duration silent) ->
                words.say(
                                unit + " перегружен: работает, но не отвечает уже ",
                                "all workers busy: " + unit + " works, but has not answered for ")
                        + words.length(silent);
            case Condition.BootLoop _ ->
                words.say(
                        "рабочие процессы " + unit + " завершаются сразу после запуска",
                        "workers in a boot loop: those of " + unit + " end as soon as they have begun");
            case Condition.Deaf(String why) ->
                unit
                        + words.say(
                                " запущен, но там, где его спрашивает Lectio, никто не отвечает: ",
                                " runs, but nothing answers where Lectio asks it: ")
                        + why;
            case Condition.Starting starting ->
                unit
                        + (starting.isEnding()
                                ? words.say(" останавливается уже ", " has been stopping for ")
                                : words.say(" запускается уже ", " has been starting for "))
                        + words.length(starting.since())
                        + " (" + starting.step() + ")";
            case Condition.ByHand(boolean masked, var _) ->
                (masked
                                ? words.say(unit + " запрещён", "unit masked: " + unit) + " (systemctl mask)"
                                : words.say(
                                        unit + " остановлен (командой или до запуска Lectio)",
                                        "stopped by hand: " + unit + " (by command, or before Lectio looked)"))
                        + words.say(", Lectio его не запускает", ", Lectio does not start it");
            case Condition.Missing _ ->
                unit + words.say(": systemd не знает такой службы", ": systemd knows no such service");
            case Condition.Well _, Condition.Waiting _ -> unit;
        };
    }

    private String reason(Condition.Reason reason) {
        return words.say(
                switch (reason) {
                    case IMPORT_ERROR -> "ошибка в коде или нет модуля";
                    case ENVIRONMENT -> "не задана переменная окружения";
                    case PORT_TAKEN -> "порт занят";
                },
                reason.words());
    }

    /// In the words of a person where systemd's are its own.
    private String ended(String exit, String result) {
        return switch (result) {
            case "oom-kill" -> words.say("нехватка памяти, OOM kill", "OOM kill");
            case UnitState.START_LIMIT ->
                words.say("исчерпан лимит запусков systemd", "start limit hit") + (exit.isEmpty() ? "" : ", " + exit);
            default -> exit.isEmpty() ? result : exit;
        };
    }

    private String configuration(CheckId subject, Config config) {
        boolean own = subject == CheckId.SETTINGS;
        return (own
                        ? words.say("в настройке Lectio ошибка", "Lectio's own configuration has an error")
                        : words.say("в настройке веб-сервера ошибка", "bad nginx configuration"))
                + (config.where().isEmpty() ? "" : " (" + Wording.path(config.where()) + ")") + ": "
                + config.error()
                + (own
                        ? words.say(". Прежняя остаётся в силе.", ". The one before it stays in force.")
                        : subject == CheckId.CONFIG
                                ? words.say(
                                        ". Пока он работает со старой, но не запустится снова.",
                                        ". It still runs with the old one, but would not start again.")
                                : words.say(". С ней он не запустится.", ". It does not start with it."));
    }

    private String symptom(Answers answers) {
        Answer page = answers.answers().getFirst();
        if (answers.check() == CheckId.API && page.isSlow()) {
            return words.say("приложение отвечает медленно: API ответил за ", "slow upstream: the API answered after ")
                    + words.length(page.took());
        }
        if (answers.check() == CheckId.API) {
            return page.status()
                            .map(status -> words.say("API отвечал ", "The API answered ") + status)
                            .orElse(words.say("API не отвечал", "The API did not answer"))
                    + page.fault()
                            .filter(fault -> fault.kind() != Fault.Kind.STATUS)
                            .map(fault -> " ("
                                    + (fault.kind() == Fault.Kind.PAGE_INSTEAD
                                            ? words.say("вместо ответа API пришла страница сайта", fault.words())
                                            : fault(page, fault))
                                    + ")")
                            .orElse("");
        }
        if (page.fault().isPresent() && (!page.isSlow() || answers.onlySlow())) {
            Fault fault = page.fault().get();
            return page.status()
                    .map(status -> words.say("Страница отвечала ", "The page answered ")
                            + status
                            + (fault.kind() == Fault.Kind.STATUS ? "" : " (" + fault(page, fault) + ")"))
                    .orElseGet(() -> words.say("Страница не отвечала (", "The page did not answer (")
                            + fault(page, fault) + ")");
        }
        List<Answer> bad =
                answers.bad().stream().filter(answer -> !answer.isSlow()).toList();
        String named = bad.stream()
                .limit(NAMED)
                .map(answer -> Wording.path(answer.url().getPath())
                        + answer.fault()
                                .map(fault -> " (" + fault(answer, fault) + ")")
                                .orElse(""))
                .collect(joining(", "));
        return words.say("Страница отвечала, но не её файлы: ", "The page answered, but not its files: ")
                + named
                + more(bad.size() - NAMED);
    }

    private String fault(Answer answer, Fault fault) {
        return switch (fault.kind()) {
            case STATUS -> answer.status().map(String::valueOf).orElse(fault.words());
            case EMPTY -> words.say("пустой ответ", "empty answer");
            case NOT_HTML -> words.say("не HTML", fault.words());
            case PAGE_INSTEAD ->
                words.say("вместо файла пришла страница: файла нет", "a page instead of the file: it is missing");
            case REFUSED -> words.say("соединение отклонено", fault.words());
            case TIMEOUT -> words.say("нет ответа за " + words.length(answer.took()), fault.words());
            case REPLACED -> words.say("страница подменена: не называет ни одного своего файла", fault.words());
            case EMPTIED -> words.say("страница пуста: ", "page emptied: ") + file(fault);
            case REMOVED -> words.say("файла страницы нет: ", "page removed: ") + file(fault);
            case CHUNK_MISSING -> words.say("файла нет: ", "chunk missing: ") + file(fault);
            case DANGLING -> words.say("ссылка в никуда: ", "dangling symlink: ") + file(fault);
            case SLOW -> words.say("медленно: ", "slow: ") + words.length(answer.took());
            case NO_ANSWER -> fault.words();
        };
    }

    private static String file(Fault fault) {
        return Wording.path(fault.file().orElse(""));
    }

    private String closed(Access access) {
        Denial first = access.denied().getFirst();
        String path = Wording.path(first.path().toString());
        return switch (first.obstacle().orElse(null)) {
            case MISSING -> words.say("папки " + path + " нет", "the folder " + path + " is missing");
            case SYMBOLIC_LINK ->
                path
                        + words.say(
                                " — символическая ссылка, сквозь неё ничего не меняется",
                                " is a symbolic link, and nothing is changed through it");
            case NOT_A_FILE -> path + words.say(" — не папка", " is not a folder");
            case OUTSIDE_SITE, HARD_LINKS, SET_ID, OTHER_MOUNT, ACCESS_LIST, IMMUTABLE -> keptOut(access);
            case null -> keptOut(access);
        };
    }

    private String keptOut(Access access) {
        List<Denial> named = access.denied().stream().limit(NAMED).toList();
        Instant changed = named.stream()
                .map(Denial::changed)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        String when = words.say("изменено в ", "changed at ") + words.time(changed);
        String names = named.size() == 1
                ? entry(named.getFirst(), "; " + when)
                : named.stream().map(denial -> entry(denial, "")).collect(joining(", "));
        return access.webUser()
                + verb(named)
                + names
                + more(access.deniedTotal() - named.size())
                + (named.size() == 1 ? "" : "; " + when);
    }

    private String verb(List<Denial> denied) {
        if (denied.stream().noneMatch(denial -> denial.place() == Place.INSIDE)) {
            return words.say(" не мог войти в родительскую папку ", " could not enter the parent folder ");
        }
        if (denied.stream().allMatch(Denial::folder)) {
            return words.say(" не мог войти в ", " could not enter ");
        }
        return denied.stream().noneMatch(Denial::folder)
                ? words.say(" не мог читать ", " could not read ")
                : words.say(" не имел доступа к ", " had no access to ");
    }

    private String entry(Denial denial, String besides) {
        String owner = denial.owner().replaceFirst("^(.*):\\1$", "$1");
        String why = denial.obstacle()
                .map(this::obstacle)
                .or(() -> denial.rule().map(this::rule))
                .map(said -> ", " + said)
                .orElse("");
        return Wording.path(denial.path().toString()) + " (%04o, ".formatted(denial.mode()) + owner + why + besides
                + ")";
    }

    private String rule(Rule rule) {
        return words.say(
                switch (rule) {
                    case GROUP -> "только для его группы";
                    case ACL -> "закрыто списком доступа (ACL)";
                },
                rule.words());
    }

    private String obstacle(Obstacle obstacle) {
        return words.say(
                switch (obstacle) {
                    case OUTSIDE_SITE -> "выше папки сайта";
                    case SYMBOLIC_LINK -> "символическая ссылка";
                    case HARD_LINKS -> "несколько жёстких ссылок";
                    case SET_ID -> "бит set-id";
                    case NOT_A_FILE -> "не файл и не папка";
                    case OTHER_MOUNT -> "другая файловая система";
                    case ACCESS_LIST -> "список доступа (ACL)";
                    case IMMUTABLE -> "запрет на изменение (chattr)";
                    case MISSING -> "нет";
                },
                obstacle.words());
    }

    private String more(int count) {
        return count > 0 ? words.say(" и ещё ", " and ") + count + words.say("", " more") : "";
    }
}
