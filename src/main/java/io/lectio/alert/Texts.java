package io.lectio.alert;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Ended;
import io.lectio.core.diagnosis.Diagnosis.Blind;
import io.lectio.core.diagnosis.Diagnosis.ConfigBad;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Config;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Degraded;
import io.lectio.core.incident.Incident.Held;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Incident.Repairing;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.incident.RepairResult.Changed;
import io.lectio.core.incident.RepairResult.Restarted;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.UnitFailure;
import io.lectio.host.Changes;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// What the owner reads: what was wrong, what was done, how it was proved, and what is left to do. Plain text in
/// the owner's language, never empty, never longer than a message may be.
public final class Texts {
    private static final int LISTED = 20;
    private static final int NAMED = 3;
    private static final Duration AT_ONCE = Duration.ofSeconds(60);
    private static final Set<String> FOLDERS_AND_FILES = Set.of("755", "644");

    private final Wording words;
    private final CauseText causes;
    private final Advice advice;
    private final String title;
    private final Function<Incident, Optional<Changes>> lately;

    /// @param repairs whether the guard may repair at all, or only looks
    public Texts(Language language, ZoneId zone, InstantSource clock, boolean repairs) {
        this(language, zone, clock, repairs, "", _ -> Optional.empty());
    }

    /// @param site its name, where there are several
    /// @param lately what has changed before an incident
    public Texts(
            Language language,
            ZoneId zone,
            InstantSource clock,
            boolean repairs,
            String site,
            Function<Incident, Optional<Changes>> lately) {
        this.lately = lately;
        title = " · Lectio" + (site.isEmpty() ? "" : " " + site) + " · ";
        words = new Wording(language, zone, clock);
        causes = new CauseText(words);
        advice = new Advice(words, repairs);
    }

    /// What a channel shows.
    public String render(Outbox.Parcel parcel) {
        if (parcel.alerts().isEmpty()) {
            return PlainText.fit(parcel.notices().stream().map(this::news).collect(joining("\n")));
        }
        Alert first = parcel.alerts().getFirst();
        if (first.rejections() > 0) {
            Level loudest = loudest(parcel.alerts());
            return signed(loudest) + title
                    + words.time(first.incident().brokenAt()) + " · "
                    + words.say("подробности в alerts.log", "details in alerts.log");
        }
        return PlainText.fit(parcel.digest() ? digest(parcel.alerts(), parcel.merged()) : message(first));
    }

    /// What a channel puts above it. It stays as it is while the message goes on, so that a mailbox keeps them
    /// together.
    String subject(Outbox.Parcel parcel) {
        String text = parcel.alerts().isEmpty() || parcel.digest()
                ? render(parcel).lines().findFirst().orElse("").replaceFirst("^\\S+ ", "") // the sign
                : parcel.alerts().getFirst().level() + " · Lectio · "
                        + causes.of(parcel.alerts().getFirst().incident());
        return PlainText.line(text);
    }

    String whole(Notice notice) {
        return PlainText.fit(news(notice));
    }

    private String news(Notice notice) {
        return signed(level(notice))
                + (notice.news() instanceof Notice.Stopped ? " · Lectio · " : title) // the end is that of all sites
                + words.time(notice.at()) + " · "
                + switch (notice.news()) {
                    case Notice.Started(URI page, int checks, boolean repairs) ->
                        (repairs
                                        ? words.say("охраняю и чиню: ", "guarding and repairing: ")
                                        : words.say("только смотрю: ", "only looking: "))
                                + page
                                + words.say(", проверок: ", ", checks: ")
                                + checks;
                    case Notice.Stopped() ->
                        words.say(
                                "охрана остановлена, до запуска никто не следит и не чинит",
                                "the guard is stopped: until it starts, nobody looks or repairs");
                    case Notice.Deployed(Deploy deploy) -> deployed(deploy);
                    case Notice.Failed(UnitFailure failure) -> failed(failure);
                    case Notice.Alive(int incidents, Duration down, int well, int checks) ->
                        words.say("проверки в порядке: ", "checks that are well: ")
                                + well
                                + words.say(" из ", " of ")
                                + checks
                                + words.say(". Сбоев с прошлого раза: ", ". Faults since the last time: ")
                                + incidents
                                + (down.isZero()
                                        ? ""
                                        : words.say(", сайт не отвечал ", ", the site did not answer for ")
                                                + words.length(down))
                                + ".";
                };
    }

    private String failed(UnitFailure failure) {
        String lines = failure.lines().isEmpty()
                ? ""
                : words.say("\nПоследние строки:\n", "\nIts last lines:\n") + String.join("\n", failure.lines());
        return failure.unit() + words.say(" отказал: ", " has failed: ") + reason(failure)
                + (failure.times() > 1 ? words.say(", раз: ", ", times: ") + failure.times() : "")
                + (failure.up()
                        ? words.say(
                                ". systemd запустил его снова; охрана этого не видела.",
                                ". systemd has started it again; the guard did not see it.")
                        : words.say(". Он не работает: ", ". It does not run: ")
                                + "sudo systemctl reset-failed " + failure.unit() + "; sudo systemctl start "
                                + failure.unit() + ".")
                + words.say(" Подробности: ", " More: ") + "journalctl -u " + failure.unit() + " -n 50" + lines;
    }

    private String reason(UnitFailure failure) {
        String result = switch (failure.result()) {
            case "watchdog" -> words.say("завис, не подавал признаков жизни", "it hung, without a sign of life");
            case "start-limit-hit" -> words.say("падал слишком часто", "it has failed too often");
            case "oom-kill" -> words.say("убит за нехваткой памяти", "killed for lack of memory");
            case "timeout" -> words.say("не уложился во время", "it was out of time");
            default -> failure.result();
        };
        return result + (failure.exit().isEmpty() ? "" : " (" + failure.exit() + ")");
    }

    static Level level(Notice notice) {
        if (notice.news() instanceof Notice.Failed(UnitFailure failure)) {
            return failure.up() ? Level.WARNING : Level.CRITICAL;
        }
        return notice.news() instanceof Notice.Deployed(Deploy deploy)
                ? deploy.ended().map(Ended::outcome).map(Level::of).orElse(Level.INFO)
                : Level.INFO;
    }

    private String deployed(Deploy deploy) {
        boolean code = deploy.change(Part.CODE).isPresent();
        String parts = !code
                ? ""
                : deploy.change(Part.PAGES).isPresent()
                        ? words.say(", страницы и код", ", pages and code")
                        : words.say(", код", ", code");
        String what = (deploy.kind() == Deploy.Kind.BACK
                        ? words.say("откат к выпуску ", "rollback to release ")
                        : words.say("выкладка выпуска ", "deploy of release "))
                + deploy.release() + " (" + deploy.by() + parts + "): ";
        if (deploy.ended().isEmpty()) {
            return what + words.say("идёт", "under way");
        }
        Ended ended = deploy.ended().get();
        return what
                + switch (ended.outcome()) {
                    case DEPLOYED ->
                        words.say("работает, файлов: ", "live, files: ") + deploy.files()
                                + words.say(", за ", ", after ")
                                + words.length(Duration.between(deploy.began(), ended.at()))
                                + deploy.before()
                                        .map(words.say(". До этого: ", ". Before it: ")::concat)
                                        .orElse("") + ".";
                    case FIT -> words.say("сборка годна.", "the build is fit.");
                    case REFUSED ->
                        words.say("отклонена, сайт прежний. ", "refused, the site is as it was. ") + ended.why() + ".";
                    case FAILED ->
                        words.say("не вышла, сайт прежний. ", "not done, the site is as it was. ") + ended.why() + ".";
                    case ROLLED_BACK ->
                        words.say("снята, снова работает прежний выпуск. ", "taken back, live is what was before. ")
                                + ended.why() + ".";
                    case STUCK ->
                        words.say("не вышла, и прежний выпуск не вернуть. ", "neither done nor taken back. ")
                                + ended.why() + words.say(". Что сделать: ", ". What to do: ") + "sudo lectio rollback";
                };
    }

    /// One alert with all that there is to say, also where a channel has refused to show it.
    String whole(Alert alert) {
        return PlainText.fit(message(alert));
    }

    /// The level that a reader is shown: what has healed needs no person any more.
    static Level shown(Alert alert) {
        return alert.incident().phase() instanceof Resolved && alert.level() == Level.CRITICAL
                ? Level.WARNING
                : alert.level();
    }

    private static Level loudest(List<Alert> alerts) {
        return alerts.stream().map(Texts::shown).max(Level::compareTo).orElseThrow();
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
        lines.add(signed(loudest(alerts))
                + title
                + (Duration.between(first, last).compareTo(AT_ONCE) <= 0
                        ? words.say("сразу несколько сбоев: ", "several faults at once: ")
                        : words.say(
                                "сообщений, которые не удалось отправить вовремя: ",
                                "alerts that could not be sent in time: "))
                + (alerts.size() + merged));
        alerts.stream().limit(LISTED).forEach(alert -> {
            Incident incident = alert.incident();
            lines.add(signed(shown(alert)) + " · " + words.time(incident.brokenAt()) + " · " + state(incident) + " · "
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
        List<String> lines = new ArrayList<>();
        lines.add(signed(shown(alert)) + title + words.time(incident.brokenAt()) + " · " + state(incident)
                + (alert.repeats() ? words.say(" · напоминание", " · a reminder") : ""));
        lines.add(causes.of(incident));
        incident.brokenBy().map(this::brokenBy).ifPresent(lines::add);
        lately.apply(incident).map(this::changed).ifPresent(lines::addAll);
        Optional<RepairResult> result = incident.lastAttempt().flatMap(Attempt::result);
        switch (incident.phase()) {
            case CoolingDown(Instant until, Optional<Limit> limit) -> {
                lines.add(inVain(incident.attempts().size(), result)
                        + switch (limit.orElse(Limit.IN_A_ROW)) {
                            case IN_A_ROW -> "";
                            case HOURLY ->
                                words.say(
                                        "Лимит исправлений в час исчерпан (LECTIO_REPAIRS_PER_HOUR). ",
                                        "The budget of repairs an hour is spent (LECTIO_REPAIRS_PER_HOUR). ");
                            case HOPELESS ->
                                words.say("Перезапуск этого не исправит. ", "A restart does not mend this. ");
                            case HARMFUL ->
                                words.say(
                                        "После прошлого раза сломалось другое, поэтому повторять это сам не буду. ",
                                        "After the last time something else broke, so this is not repeated. ");
                        }
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
                lines.addAll(doneInAll(incident));
                if (!proof.answers().isEmpty()) {
                    lines.add(proved(proof));
                }
            }
            case Repairing _, Proving _ ->
                result.map(last -> done(incident, last)).ifPresent(lines::add);
            case Open _ -> {
                result.map(last -> done(incident, last)).ifPresent(lines::add);
                if (!looksAgain(incident)) {
                    lines.add(advice.on(incident));
                }
            }
        }
        return String.join("\n", lines);
    }

    private List<String> changed(Changes lately) {
        List<String> what = new ArrayList<>();
        lately.files()
                .forEach(each -> what.add(Wording.path(each.file()) + " ("
                        + (each.folder() ? words.say("папка, ", "the folder, ") : "") + words.time(each.at()) + ", "
                        + each.owner() + ")"));
        if (lately.more() > 0) {
            what.add(words.say("ещё ", "") + lately.more() + words.say("", " more"));
        }
        lately.packages()
                .forEach(each -> what.add(
                        words.say("пакеты: ", "packages: ") + each.what() + " (" + words.time(each.at()) + ")"));
        List<String> who = new ArrayList<>();
        lately.login()
                .ifPresent(last -> who.add(words.say("вход по ssh ", "ssh login of ") + last.user()
                        + words.say(" с ", " from ") + last.from() + " (" + words.time(last.at()) + ")"));
        lately.checkout()
                .ifPresent(last ->
                        who.add("git: " + last.what() + ", " + last.who() + " (" + words.time(last.at()) + ")"));
        List<String> lines = new ArrayList<>();
        if (!what.isEmpty()) {
            lines.add(
                    words.say("Изменено после последнего исправного состояния: ", "Changed since the last good state: ")
                            + String.join(", ", what) + ".");
        }
        if (!who.isEmpty()) {
            lines.add(words.say("Перед этим: ", "Before that: ") + String.join("; ", who) + ".");
        }
        return lines;
    }

    private String brokenBy(Incident.Culprit by) {
        return words.say("Началось сразу после перезапуска ", "It began right after the restart of ")
                + by.unit()
                + " ("
                + words.time(by.startedAt())
                + words.say("): сам я его сутки не повторю.", "), which is not repeated for a day.");
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
            case CoolingDown(var _, Optional<Limit> limit)
            when limit.equals(Optional.of(Limit.HOPELESS)) || limit.equals(Optional.of(Limit.HARMFUL)) ->
                words.say("нужен человек", "a person is needed");
            case CoolingDown _ -> words.say("восстановить не удалось, пауза", "not healed, cooling down");
            case Degraded _ -> words.say("починить нельзя", "cannot be repaired");
            case Held _ -> words.say("восстановление ждёт", "the repair waits");
            case Open _
            when !incident.diagnosis().urgent() && !(incident.diagnosis() instanceof Blind) ->
                words.say("наблюдаю", "watching");
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

    /// What all attempts together have done: the last one may have found nothing left to do.
    private List<String> doneInAll(Incident incident) {
        List<RepairResult> results = incident.attempts().stream()
                .flatMap(each -> each.result().stream())
                .toList();
        List<String> lines = new ArrayList<>();
        List<Changed> changes = results.stream()
                .filter(Changed.class::isInstance)
                .map(Changed.class::cast)
                .toList();
        List<Changed> effective =
                changes.stream().filter(changed -> !nothing(changed)).toList();
        if (!changes.isEmpty()) {
            Changed sum = new Changed(
                    changes.stream().mapToInt(Changed::folders).sum(),
                    changes.stream().mapToInt(Changed::files).sum(),
                    changes.stream().flatMap(each -> each.sample().stream()).toList(),
                    changes.getLast().skipped(),
                    changes.getLast().journal());
            lines.add(changed(sum, effective.size()));
        }
        Map<String, List<Restarted>> restarts = results.stream()
                .filter(Restarted.class::isInstance)
                .map(Restarted.class::cast)
                .collect(groupingBy(Restarted::unit, TreeMap::new, toList()));
        restarts.values().forEach(same -> lines.add(restarted(same)));
        if (!results.isEmpty() && !(results.getLast() instanceof Changed || results.getLast() instanceof Restarted)) {
            lines.add(done(incident, results.getLast()));
        }
        return lines;
    }

    private String changed(Changed changed, int attempts) {
        if (nothing(changed)) {
            return words.say("Исправлять было нечего.", "There was nothing to repair.") + leftAlone(changed);
        }
        String given = given(changed);
        return words.say("Исправлено", "Repaired")
                + (attempts > 1 ? words.say(" за ", " in ") + words.attempts(attempts) : "")
                + ": "
                + (given.isEmpty() ? amount(changed) : given + " (" + amount(changed) + ")")
                + "."
                + leftAlone(changed);
    }

    private String restarted(List<Restarted> same) {
        Restarted last = same.getLast();
        return words.say("Сделано: ", "Done: ")
                + last.unit()
                + (same.stream().anyMatch(Restarted::killed) ? words.say(" убит и", " killed and") : "")
                + words.say(" запущен заново", " started anew")
                + (same.size() > 1 ? " " + words.times(same.size()) : "")
                + "."
                + last.evidence().stream()
                        .findFirst()
                        .map(line -> words.say(" Перед этим: ", " Before it: ") + line + ".")
                        .orElse("");
    }

    /// What the cause has told already is not told again.
    private String done(Incident incident, RepairResult result) {
        return incident.diagnosis() instanceof ConfigBad && result instanceof RepairResult.Refused
                ? done(new RepairResult.Forgone("nginx -t"))
                : done(result);
    }

    private String done(RepairResult result) {
        return switch (result) {
            case Changed changed -> changed(changed, 1);
            case Restarted restarted -> restarted(List.of(restarted));
            case RepairResult.Restored(String release, int files, List<String> sample, var _) ->
                files == 0
                        ? words.say("Возвращать было нечего.", "There was nothing to put back.")
                        : words.say("Возвращено из выпуска ", "Put back from release ") + release + ": "
                                + sample.stream()
                                        .limit(NAMED)
                                        .map(Wording::path)
                                        .collect(joining(", "))
                                + (files > NAMED
                                        ? words.say(" и ещё ", " and ") + (files - NAMED) + words.say("", " more")
                                        : "")
                                + ".";
            case RepairResult.RolledBack(String from, String to) ->
                words.say("Выпуск ", "Release ") + from
                        + words.say(" снят, снова работает ", " taken back, live again is ") + to + ".";
            case RepairResult.Refused(Config config) ->
                words.say("Перезапуска не было, nginx -t: ", "No restart, nginx -t: ") + config.where() + " "
                        + config.error() + ".";
            case RepairResult.Forgone(String why) -> words.say("Перезапуска не было: ", "No restart: ") + why + ".";
            case RepairResult.Failed(String reason) ->
                words.say("Исправить не удалось: ", "The repair failed: ") + reason + ".";
            case RepairResult.Interrupted() ->
                words.say(
                        "Исправление было прервано: Lectio перезапущен.",
                        "The repair was interrupted: Lectio restarted.");
        };
    }

    /// Attempts that brought nothing must not read as a success. Empty, or a sentence and a space.
    private String inVain(int attempts, Optional<RepairResult> last) {
        if (attempts == 0) {
            return "";
        }
        String tried = words.say("Исправляли ", "Repaired ") + words.times(attempts);
        return last.map(result -> switch (result) {
                            case Changed changed
                            when nothing(changed) ->
                                words.say(
                                        "Исправлять было нечего: причина в другом.",
                                        "There was nothing to repair: it is something else.");
                            case Changed changed -> {
                                String given = given(changed);
                                yield tried + " (" + (given.isEmpty() ? "" : given + ": ") + amount(changed) + ")"
                                        + words.say(", не помогло.", ", in vain.");
                            }
                            case Restarted _ ->
                                words.say("Перезапускали ", "Restarted ")
                                        + words.times(attempts)
                                        + words.say(", не помогло. ", ", in vain. ")
                                        + done(result);
                            case RepairResult.Refused _, RepairResult.Forgone _ -> done(result);
                            case RepairResult.Restored _, RepairResult.RolledBack _ -> tried + ". " + done(result);
                            case RepairResult.Failed _, RepairResult.Interrupted _ -> tried + ". " + done(result);
                        })
                        .orElse(tried + ".")
                + " ";
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

    /// The owner and the modes that were given, as one phrase, as far as the changes that are known agree on them.
    private String given(Changed changed) {
        List<String[]> after = changed.sample().stream()
                .map(change -> change.after().split("[: ]"))
                .toList();
        List<String> owners = after.stream().map(parts -> parts[0]).distinct().toList();
        List<String> modes = after.stream()
                .map(parts -> parts[parts.length - 1].replaceFirst("^0(?=...)", ""))
                .distinct()
                .toList();
        List<String> phrase = new ArrayList<>();
        if (owners.size() == 1) {
            phrase.add(words.say("владелец ", "owner ") + owners.getFirst());
        }
        if (modes.size() == 1 || (modes.size() == 2 && FOLDERS_AND_FILES.containsAll(modes))) {
            phrase.add(words.say("права ", "mode ") + String.join(words.say(" и ", " and "), modes));
        }
        return String.join(", ", phrase);
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
                + words.say(" мс", " ms")
                + keptBack(proof)
                + ".";
    }

    /// A repaired file that the server does not give to visitors, by its own rules, is no fault, and no proof
    /// either.
    private String keptBack(Answers proof) {
        return proof.answers().stream()
                .skip(1)
                .filter(answer -> answer.fault().isEmpty())
                .flatMap(answer -> answer.status().filter(status -> status != 200).stream()
                        .map(status -> "; "
                                + Wording.path(String.valueOf(answer.url().getPath()))
                                + words.say(" сам отвечает ", " itself answers ")
                                + status
                                + words.say(" (по правилам сервера)", " (by the server's rules)")))
                .limit(NAMED)
                .collect(joining());
    }

    private static String signed(Level level) {
        String sign = switch (level) {
            case CRITICAL -> "🚨";
            case WARNING -> "⚠️";
            case INFO -> "ℹ️";
        };
        return sign + " " + level;
    }
}
