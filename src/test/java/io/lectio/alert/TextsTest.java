package io.lectio.alert;

import static io.lectio.alert.Told.SITE_ROOT;
import static io.lectio.alert.Told.WEB_ROOT;
import static io.lectio.alert.Told.bad;
import static io.lectio.alert.Told.blind;
import static io.lectio.alert.Told.changed;
import static io.lectio.alert.Told.closedFile;
import static io.lectio.alert.Told.closedFolder;
import static io.lectio.alert.Told.page;
import static io.lectio.alert.Told.parent;
import static io.lectio.alert.Told.paths;
import static io.lectio.alert.Told.silent;
import static io.lectio.alert.Told.well;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Finding.Rule;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.UnitFailure;
import io.lectio.host.Changes;
import io.lectio.host.Changes.Change;
import io.lectio.host.Changes.Checkout;
import io.lectio.host.Changes.Login;
import io.lectio.host.Changes.Packaged;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The messages word for word, as the owner reads them on the phone.
class TextsTest {
    private static final ZoneId MOSCOW = ZoneId.of("Europe/Moscow");
    private static final InstantSource TODAY = InstantSource.fixed(Told.BROKEN.plusSeconds(60));
    private static final Told FOLDER_CLOSED = paths(closedFolder()).seenAs(bad("/", 403, "403 Forbidden"));
    private static final RepairResult READ_ONLY = new RepairResult.Failed(
            "nothing could be opened: /var/www/teaching_panel/frontend/build: fchmod: read-only file system");
    private static final int MIB = 1 << 20;

    private static String render(Language language, Outbox.Parcel parcel) {
        return new Texts(language, MOSCOW, TODAY, true).render(parcel);
    }

    private static String english(Told told) {
        return render(Language.EN, told.parcel());
    }

    private static void reads(Told told, String russian, String english) {
        reads(told.parcel(), russian, english);
    }

    private static void reads(Outbox.Parcel parcel, String russian, String english) {
        assertThat(render(Language.RU, parcel)).isEqualTo(russian);
        assertThat(render(Language.EN, parcel)).isEqualTo(english);
    }

    @Test
    void aClosedFolderThatWasHealed() {
        reads(FOLDER_CLOSED.tried(1, changed(1, 203, 0)).healed(Duration.ofMillis(1300), 5), """
                ⚠️ WARNING · Lectio · 06:12:00 · восстановлено за 1,3 с
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                Исправлено: владелец www-data, права 755 (1 папка, 203 файла).
                Проверено: страница и 5 её файлов отвечают 200 за 31 мс.""", """
                ⚠️ WARNING · Lectio · 06:12:00 · healed in 1.3 s
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                Repaired: owner www-data, mode 755 (1 folder, 203 files).
                Proved: the page and 5 of its files answer 200 in 31 ms.""");
    }

    @Test
    void newsOfTheGuard() {
        reads(
                new Outbox.Parcel(
                        List.of(),
                        Optional.empty(),
                        false,
                        0,
                        List.of(
                                new Notice(1, Told.BROKEN, false, new Notice.Stopped()),
                                new Notice(
                                        2,
                                        Told.BROKEN,
                                        false,
                                        new Notice.Started(URI.create("https://school.example/"), 6, true)),
                                new Notice(3, Told.BROKEN, false, new Notice.Alive(2, Duration.ofSeconds(72), 5, 6))),
                        false),
                """
                ℹ️ INFO · Lectio · 06:12:00 · охрана остановлена, до запуска никто не следит и не чинит
                ℹ️ INFO · Lectio · 06:12:00 · охраняю и чиню: https://school.example/, проверок: 6
                ℹ️ INFO · Lectio · 06:12:00 · проверки в порядке: 5 из 6. Сбоев с прошлого раза: 2, сайт не отвечал 1 мин 12 с.""",
                """
                ℹ️ INFO · Lectio · 06:12:00 · the guard is stopped: until it starts, nobody looks or repairs
                ℹ️ INFO · Lectio · 06:12:00 · guarding and repairing: https://school.example/, checks: 6
                ℹ️ INFO · Lectio · 06:12:00 · checks that are well: 5 of 6. Faults since the last time: 2, the site did not answer for 1 min 12 s.""");
    }

    @Test
    void aFailedUnitThatNoIncidentTellsOf() {
        UnitFailure hung = new UnitFailure(
                "panel.service",
                Told.BROKEN,
                "watchdog",
                "signal ABRT",
                List.of("Worker (pid: 7) was told to end"),
                true,
                2);
        UnitFailure over =
                new UnitFailure("panel.service", Told.BROKEN, "start-limit-hit", "exit code 3", List.of(), false, 1);
        reads(
                new Outbox.Parcel(
                        List.of(),
                        Optional.empty(),
                        false,
                        0,
                        List.of(
                                new Notice(1, Told.BROKEN, false, new Notice.Failed(hung)),
                                new Notice(2, Told.BROKEN, false, new Notice.Failed(over))),
                        false),
                """
                ⚠️ WARNING · Lectio · 06:12:00 · panel.service отказал: завис, не подавал признаков жизни (signal ABRT), раз: 2. systemd запустил его снова; охрана этого не видела. Подробности: journalctl -u panel.service -n 50
                Последние строки:
                Worker (pid: 7) was told to end
                🚨 CRITICAL · Lectio · 06:12:00 · panel.service отказал: падал слишком часто (exit code 3). Он не работает: sudo systemctl reset-failed panel.service; sudo systemctl start panel.service. Подробности: journalctl -u panel.service -n 50""",
                """
                ⚠️ WARNING · Lectio · 06:12:00 · panel.service has failed: it hung, without a sign of life (signal ABRT), times: 2. systemd has started it again; the guard did not see it. More: journalctl -u panel.service -n 50
                Its last lines:
                Worker (pid: 7) was told to end
                🚨 CRITICAL · Lectio · 06:12:00 · panel.service has failed: it has failed too often (exit code 3). It does not run: sudo systemctl reset-failed panel.service; sudo systemctl start panel.service. More: journalctl -u panel.service -n 50""");
    }

    @Test
    void ofSeveralSitesANoticeNamesItsOwnButForTheEndOfAll() {
        Texts shop = new Texts(Language.EN, ZoneOffset.UTC, () -> Told.BROKEN, true, "shop", _ -> Optional.empty());
        assertThat(shop.whole(new Notice(3, Told.BROKEN, false, new Notice.Alive(0, Duration.ZERO, 5, 6))))
                .startsWith("ℹ️ INFO · Lectio shop · ");
        assertThat(shop.whole(new Notice(1, Told.BROKEN, false, new Notice.Stopped())))
                .startsWith("ℹ️ INFO · Lectio · ");
    }

    @Test
    void whatHasChangedBeforeIsToldBelowTheCause() {
        Changes changes = new Changes(
                List.of(
                        new Change("/etc/nginx/conf.d/bad.conf", Told.BROKEN.minusSeconds(60), "root", false),
                        new Change("/etc/nginx/snippets", Told.BROKEN.minusSeconds(61), "root", true)),
                7,
                List.of(new Packaged("upgrade nginx", Told.BROKEN.minusSeconds(30))),
                Optional.of(new Login("anna", "203.0.113.5", Told.BROKEN.minusSeconds(180))),
                Optional.of(new Checkout("Anna", "pull: Fast-forward", Told.BROKEN.minusSeconds(90))));
        Outbox.Parcel parcel = parcelOf(FOLDER_CLOSED.alert(7, Optional.empty()));
        assertThat(new Texts(Language.EN, MOSCOW, TODAY, true, "", _ -> Optional.of(changes)).render(parcel))
                .contains("""

                        Changed since the last good state: /etc/nginx/conf.d/bad.conf (06:11:00, root), /etc/nginx/snippets (the folder, 06:10:59, root), 7 more, packages: upgrade nginx (06:11:30).
                        Before that: ssh login of anna from 203.0.113.5 (06:09:00); git: pull: Fast-forward, Anna (06:10:30).
                        """);
        assertThat(new Texts(Language.RU, MOSCOW, TODAY, true, "", _ -> Optional.of(changes)).render(parcel))
                .contains("""

                        Изменено после последнего исправного состояния: /etc/nginx/conf.d/bad.conf (06:11:00, root), /etc/nginx/snippets (папка, 06:10:59, root), ещё 7, пакеты: upgrade nginx (06:11:30).
                        Перед этим: вход по ssh anna с 203.0.113.5 (06:09:00); git: pull: Fast-forward, Anna (06:10:30).
                        """);
    }

    @Test
    void aReminderSaysThatItIsOneUntilItIsEdited() {
        Alert first = FOLDER_CLOSED.critical().coolingDown().alert(7, Optional.empty());
        Alert again = new Alert(
                8, first.level(), first.incident(), Told.BROKEN, 1, 0, Optional.empty(), 0, Optional.of(Told.BROKEN));
        assertThat(render(Language.RU, parcelOf(first)).lines().findFirst().orElse(""))
                .doesNotContain("напоминание");
        assertThat(render(Language.RU, parcelOf(again)).lines().findFirst().orElse(""))
                .isEqualTo("🚨 CRITICAL · Lectio · 06:12:00 · восстановить не удалось, пауза · напоминание");
        assertThat(render(Language.EN, parcelOf(again)).lines().findFirst().orElse(""))
                .endsWith("· a reminder");
    }

    private static Outbox.Parcel parcelOf(Alert alert) {
        return new Outbox.Parcel(List.of(alert), Optional.empty(), false, 0, List.of(), false);
    }

    @Test
    void oneClosedFileThatWasHealed() {
        reads(
                paths(closedFile("static/js/main.js"))
                        .seenAs(well("/"), bad("/static/js/main.js", 403, "403 Forbidden"))
                        .tried(1, changed(0, 1, 0))
                        .healed(Duration.ofMillis(900), 1),
                """
                ⚠️ WARNING · Lectio · 06:12:00 · восстановлено за 0,9 с
                Страница отвечала, но не её файлы: /static/js/main.js (403): www-data не мог читать /var/www/teaching_panel/frontend/build/static/js/main.js (0000, www-data; изменено в 06:12:00).
                Исправлено: владелец www-data, права 644 (1 файл).
                Проверено: страница и 1 её файл отвечают 200 за 31 мс.""",
                """
                ⚠️ WARNING · Lectio · 06:12:00 · healed in 0.9 s
                The page answered, but not its files: /static/js/main.js (403): www-data could not read /var/www/teaching_panel/frontend/build/static/js/main.js (0000, www-data; changed at 06:12:00).
                Repaired: owner www-data, mode 644 (1 file).
                Proved: the page and 1 of its files answer 200 in 31 ms.""");
    }

    @Test
    void aRepairThatHasBegun() {
        reads(FOLDER_CLOSED.repairing(), """
                ⚠️ WARNING · Lectio · 06:12:00 · восстановление начато
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).""", """
                ⚠️ WARNING · Lectio · 06:12:00 · repair started
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).""");
    }

    @Test
    void aRepairThatFailed() {
        reads(FOLDER_CLOSED.tried(1, READ_ONLY).proving(), """
                ⚠️ WARNING · Lectio · 06:12:00 · исправить не удалось, проверяю
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                Исправить не удалось: nothing could be opened: /var/www/teaching_panel/frontend/build: fchmod: read-only file system.""", """
                ⚠️ WARNING · Lectio · 06:12:00 · the repair failed, looking again
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                The repair failed: nothing could be opened: /var/www/teaching_panel/frontend/build: fchmod: read-only file system.""");
    }

    @Test
    void aRepairThatWasInterrupted() {
        reads(FOLDER_CLOSED.tried(1, new RepairResult.Interrupted()), """
                ⚠️ WARNING · Lectio · 06:12:00 · проверяю заново
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                Исправление было прервано: Lectio перезапущен.""", """
                ⚠️ WARNING · Lectio · 06:12:00 · looking again
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                The repair was interrupted: Lectio restarted.""");
    }

    @Test
    void theWaitAfterThreeAttempts() {
        reads(FOLDER_CLOSED.critical().tried(3, changed(1, 203, 2)).coolingDown(), """
                🚨 CRITICAL · Lectio · 06:12:00 · восстановить не удалось, пауза
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                Исправляли 3 раза (владелец www-data, права 755: 1 папка, 203 файла), не помогло. Следующая попытка в 06:17:00.
                Что сделать: найти, кто снова меняет права: namei -l /var/www/teaching_panel/frontend/build""", """
                🚨 CRITICAL · Lectio · 06:12:00 · not healed, cooling down
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                Repaired 3 times (owner www-data, mode 755: 1 folder, 203 files), in vain. The next attempt is at 06:17:00.
                What to do: find who changes the rights again: namei -l /var/www/teaching_panel/frontend/build""");
    }

    @Test
    void theWaitAfterAttemptsThatFoundNothingToDo() {
        reads(FOLDER_CLOSED.critical().tried(3, changed(0, 0, 0)).coolingDown(), """
                🚨 CRITICAL · Lectio · 06:12:00 · восстановить не удалось, пауза
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                Исправлять было нечего: причина в другом. Следующая попытка в 06:17:00.
                Что сделать: найти, кто снова меняет права: namei -l /var/www/teaching_panel/frontend/build""", """
                🚨 CRITICAL · Lectio · 06:12:00 · not healed, cooling down
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                There was nothing to repair: it is something else. The next attempt is at 06:17:00.
                What to do: find who changes the rights again: namei -l /var/www/teaching_panel/frontend/build""");
    }

    @Test
    void aFolderHigherThanTheSiteIsMendedByHandWithChmod() {
        reads(
                paths(parent(Path.of("/var/www"), Place.HIGHER, Obstacle.OUTSIDE_SITE))
                        .seenAs(bad("/", 403, "403 Forbidden"))
                        .critical(),
                """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница отвечала 403: www-data не мог войти в родительскую папку /var/www (0750, root, выше папки сайта; изменено в 06:12:00).
                Что сделать: sudo chmod a+x /var/www""",
                """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page answered 403: www-data could not enter the parent folder /var/www (0750, root, above the site root; changed at 06:12:00).
                What to do: sudo chmod a+x /var/www""");
    }

    @Test
    void aLinkInThePlaceOfTheWebRootIsForAPerson() {
        reads(paths(Told.linkInsteadOfTheWebRoot()).critical(), """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                /var/www/teaching_panel/frontend/build — символическая ссылка, сквозь неё ничего не меняется.
                Что сделать: записать настоящую папку в config.env, LECTIO_WEB_ROOT: readlink -f /var/www/teaching_panel/frontend/build""", """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                /var/www/teaching_panel/frontend/build is a symbolic link, and nothing is changed through it.
                What to do: put the real folder into config.env, LECTIO_WEB_ROOT: readlink -f /var/www/teaching_panel/frontend/build""");
    }

    @Test
    void anAccessListOnAParentIsForAPerson() {
        reads(
                paths(parent(SITE_ROOT.resolve("frontend"), Place.ABOVE, Obstacle.ACCESS_LIST))
                        .seenAs(bad("/", 403, "403 Forbidden"))
                        .critical(),
                """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница отвечала 403: www-data не мог войти в родительскую папку /var/www/teaching_panel/frontend (0750, root, список доступа (ACL); изменено в 06:12:00).
                Что сделать: sudo setfacl -m u:www-data:x /var/www/teaching_panel/frontend""",
                """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page answered 403: www-data could not enter the parent folder /var/www/teaching_panel/frontend (0750, root, an ACL; changed at 06:12:00).
                What to do: sudo setfacl -m u:www-data:x /var/www/teaching_panel/frontend""");
    }

    @Test
    void anAccessListOnAFileIsNamed() {
        assertThat(english(paths(Told.shut("main.js", 0644, Rule.ACL))))
                .contains(
                        "could not read /var/www/teaching_panel/frontend/build/main.js (0644, www-data, closed by its ACL;");
    }

    @Test
    void aFileForItsGroupOnlyIsNamed() {
        assertThat(english(paths(Told.shut("main.js", 0640, Rule.GROUP))))
                .contains(
                        "could not read /var/www/teaching_panel/frontend/build/main.js (0640, www-data, open to its group only;");
    }

    @Test
    void aPageWhoseFileIsGone() {
        Fault removed =
                new Fault(Kind.REMOVED, "page removed: /srv/build/index.html", Optional.of("/srv/build/index.html"));
        Answer page = bad("/", 403, "403 Forbidden");
        reads(page(new Answer(page.url(), page.status(), page.took(), Optional.of(removed))), """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница отвечала 403 (файла страницы нет: /srv/build/index.html).
                Что сделать: сборка неполная или старая, выложить её заново""", """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page answered 403 (page removed: /srv/build/index.html).
                What to do: the build is incomplete or old: deploy it again""");
    }

    @Test
    void aQuotedNameStaysOneWordForTheShell() {
        assertThat(english(paths(Told.file("it's; rm -rf x", 04600, Optional.of(Obstacle.SET_ID)))))
                .endsWith("What to do: sudo chmod 644 '/var/www/teaching_panel/frontend/build/it'\\''s; rm -rf x'");
    }

    @Test
    void whereItOnlyLooksItTellsHowToTurnRepairsOn() {
        Outbox.Parcel parcel = FOLDER_CLOSED.critical().parcel();
        assertThat(new Texts(Language.RU, MOSCOW, TODAY, false).render(parcel)).isEqualTo("""
                        🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                        Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                        Что сделать: включить восстановление: sudo lectio run --repair""");
        assertThat(new Texts(Language.EN, MOSCOW, TODAY, false).render(parcel)).isEqualTo("""
                        🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                        The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                        What to do: turn repairs on: sudo lectio run --repair""");
    }

    @Test
    void aPageThatAnswers502() {
        reads(page(bad("/", 502, "502 Bad Gateway")), """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница отвечала 502.
                Что сделать: отвечает nginx, но не приложение за ним: systemctl --failed; sudo tail -20 /var/log/nginx/error.log""", """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page answered 502.
                What to do: nginx answers, the application behind it does not: systemctl --failed; sudo tail -20 /var/log/nginx/error.log""");
    }

    @Test
    void aPageThatAnswers200ButEmpty() {
        reads(page(bad("/", 200, Kind.EMPTY, "empty answer")), """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница отвечала 200 (пустой ответ).
                Что сделать: sudo tail -20 /var/log/nginx/error.log""", """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page answered 200 (empty answer).
                What to do: sudo tail -20 /var/log/nginx/error.log""");
    }

    @Test
    void aPageThatDoesNotAnswer() {
        reads(page(silent(Kind.REFUSED, "connection refused by 127.0.0.1:80")), """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница не отвечала (соединение отклонено).
                Что сделать: systemctl status nginx; sudo nginx -t && sudo systemctl restart nginx""", """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page did not answer (connection refused by 127.0.0.1:80).
                What to do: systemctl status nginx; sudo nginx -t && sudo systemctl restart nginx""");
    }

    @Test
    void assetsThatAreMissingAreNamedUpToThree() {
        reads(
                page(
                        well("/"),
                        bad("/a.js", 404, "404 Not Found"),
                        bad("/b.js", 200, Kind.PAGE_INSTEAD, "a page instead of the file: it is missing"),
                        bad("/c.js", 404, "404 Not Found"),
                        bad("/d.js", 404, "404 Not Found")),
                """
                🚨 CRITICAL · Lectio · 06:12:00 · нужен человек
                Страница отвечала, но не её файлы: /a.js (404), /b.js (вместо файла пришла страница: файла нет), /c.js (404) и ещё 1.
                Что сделать: сборка неполная или старая, выложить её заново""",
                """
                🚨 CRITICAL · Lectio · 06:12:00 · a person is needed
                The page answered, but not its files: /a.js (404), /b.js (a page instead of the file: it is missing), /c.js (404) and 1 more.
                What to do: the build is incomplete or old: deploy it again""");
    }

    @Test
    void aCheckThatCannotLook() {
        reads(blind("openat /var/www: too many open files"), """
                ⚠️ WARNING · Lectio · 06:12:00 · нужен человек
                Проверка прав на файлы не может работать: openat /var/www: too many open files. Сам сайт может быть в порядке.
                Что сделать: sudo journalctl -u lectio-monitor -n 20""", """
                ⚠️ WARNING · Lectio · 06:12:00 · a person is needed
                The check of file permissions cannot work: openat /var/www: too many open files. The site itself may be fine.
                What to do: sudo journalctl -u lectio-monitor -n 20""");
    }

    @Test
    void fiveAtOnceAreOneMessage() {
        reads(
                Told.backlog(List.of(
                        page(bad("/", 502, "502 Bad Gateway")),
                        FOLDER_CLOSED.critical().tried(3, changed(1, 203, 2)).coolingDown(),
                        FOLDER_CLOSED.tried(1, changed(1, 203, 0)).healed(Duration.ofMillis(1300), 5),
                        FOLDER_CLOSED.repairing(),
                        blind("openat /var/www: too many open files"))),
                """
                🚨 CRITICAL · Lectio · сразу несколько сбоев: 5
                🚨 CRITICAL · 06:12:00 · нужен человек · Страница отвечала 502.
                🚨 CRITICAL · 06:12:00 · восстановить не удалось, пауза · Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                ⚠️ WARNING · 06:12:00 · восстановлено за 1,3 с · Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                ⚠️ WARNING · 06:12:00 · восстановление начато · Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                ⚠️ WARNING · 06:12:00 · нужен человек · Проверка прав на файлы не может работать: openat /var/www: too many open files. Сам сайт может быть в порядке.
                Что сейчас: sudo lectio status""",
                """
                🚨 CRITICAL · Lectio · several faults at once: 5
                🚨 CRITICAL · 06:12:00 · a person is needed · The page answered 502.
                🚨 CRITICAL · 06:12:00 · not healed, cooling down · The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                ⚠️ WARNING · 06:12:00 · healed in 1.3 s · The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                ⚠️ WARNING · 06:12:00 · repair started · The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                ⚠️ WARNING · 06:12:00 · a person is needed · The check of file permissions cannot work: openat /var/www: too many open files. The site itself may be fine.
                How it is now: sudo lectio status""");
    }

    @Test
    void aLongBacklogListsTwentyAndCountsTheOthers() {
        String text = render(Language.EN, blind("no user www-data").backlog(25));
        assertThat(text.lines()).hasSize(23).contains("and 5 more: health.log");
        assertThat(render(Language.RU, blind("no user www-data").backlog(25))).contains("\nи ещё 5: health.log\n");
    }

    @Test
    void aTextThatTheChannelRefusedIsSaidInItsSimplestForm() {
        reads(
                FOLDER_CLOSED.critical().refused(1),
                "🚨 CRITICAL · Lectio · 06:12:00 · подробности в alerts.log",
                "🚨 CRITICAL · Lectio · 06:12:00 · details in alerts.log");
    }

    @Test
    void aDigestOfWhatHasHealedIsNoLongerCritical() {
        String text =
                english(FOLDER_CLOSED.critical().tried(1, changed(1, 203, 0)).healed(Duration.ofSeconds(9), 5));
        assertThat(text).startsWith("⚠️ WARNING").doesNotContain("CRITICAL");
        assertThat(render(
                        Language.EN,
                        FOLDER_CLOSED
                                .critical()
                                .tried(1, changed(1, 203, 0))
                                .healed(Duration.ofSeconds(9), 5)
                                .backlog(4)))
                .startsWith("⚠️ WARNING")
                .doesNotContain("CRITICAL");
    }

    @Test
    void aPageThatIsSlow() {
        reads(page(Told.slow(Duration.ofMillis(6_200))), """
                ⚠️ WARNING · Lectio · 06:12:00 · наблюдаю
                Страница отвечала 200 (медленно: 6,2 с).
                Что сделать: найти, что занимает сервер: top; sudo tail -20 /var/log/nginx/access.log""", """
                ⚠️ WARNING · Lectio · 06:12:00 · watching
                The page answered 200 (slow: 6.2 s).
                What to do: find what keeps the server busy: top; sudo tail -20 /var/log/nginx/access.log""");
    }

    @Test
    void ofASlowPageWithAMissingFileTheFileIsTold() {
        assertThat(english(page(Told.slow(Duration.ofSeconds(6)), bad("/a.js", 404, "404 Not Found"))))
                .contains("The page answered, but not its files: /a.js (404).")
                .endsWith("deploy it again");
    }

    @Test
    void aRepairedFileThatTheServerKeepsBackIsToldInTheProof() {
        Told told = FOLDER_CLOSED
                .tried(1, changed(0, 1, 0))
                .provedBy(well("/"), well("/a.js"), Told.keptBack("/57.chunk.js", 403));
        assertThat(render(Language.RU, told.parcel()))
                .endsWith(
                        "страница и 1 её файл отвечают 200 за 31 мс; /57.chunk.js сам отвечает 403 (по правилам сервера).");
        assertThat(english(told))
                .endsWith("answer 200 in 31 ms; /57.chunk.js itself answers 403 (by the server's rules).");
    }

    @Test
    void aUnitsNameWithABackslashIsOneWordForTheShell() {
        assertThat(english(Told.service("srv-my\\x2dsite.service", new Condition.BootLoop())))
                .endsWith(
                        "systemctl status 'srv-my\\x2dsite.service'; sudo journalctl -u 'srv-my\\x2dsite.service' -n 50");
    }

    @Test
    void aSpentBudgetIsToldAsSuch() {
        assertThat(render(
                        Language.RU,
                        FOLDER_CLOSED.critical().coolingDown(Limit.HOURLY).parcel()))
                .contains(
                        "\nЛимит исправлений в час исчерпан (LECTIO_REPAIRS_PER_HOUR). Следующая попытка в 06:17:00.\n");
        assertThat(english(FOLDER_CLOSED.critical().coolingDown(Limit.HOURLY)))
                .contains("\nThe budget of repairs an hour is spent (LECTIO_REPAIRS_PER_HOUR). The next attempt is at")
                .doesNotContain("Repaired");
        assertThat(english(FOLDER_CLOSED.tried(3, changed(1, 2, 0)).coolingDown(Limit.HOURLY)))
                .contains("1 folder, 2 files), in vain. The budget of repairs an hour is spent");
        assertThat(english(FOLDER_CLOSED.tried(3, changed(1, 2, 0)).coolingDown()))
                .contains("in vain. The next attempt is at 06:17:00.");
    }

    @Test
    void allAttemptsAreSummedWhenItHasHealed() {
        reads(FOLDER_CLOSED.tried(changed(0, 1, 0), changed(0, 0, 0)).healed(Duration.ofMillis(900), 0), """
                ⚠️ WARNING · Lectio · 06:12:00 · восстановлено за 0,9 с
                Страница отвечала 403: www-data не мог войти в /var/www/teaching_panel/frontend/build (0700, root; изменено в 06:12:00).
                Исправлено: владелец www-data, права 644 (1 файл).
                Проверено: страница отвечает 200 за 31 мс.""", """
                ⚠️ WARNING · Lectio · 06:12:00 · healed in 0.9 s
                The page answered 403: www-data could not enter /var/www/teaching_panel/frontend/build (0700, root; changed at 06:12:00).
                Repaired: owner www-data, mode 644 (1 file).
                Proved: the page answers 200 in 31 ms.""");
        Told twice = FOLDER_CLOSED
                .tried(changed(1, 3, 0), READ_ONLY, changed(0, 2, 1))
                .healed(Duration.ofMillis(900), 0);
        assertThat(english(twice))
                .contains("Repaired in 2 attempts: owner www-data, mode 755 and 644 (1 folder, 5 files). Left alone");
        assertThat(render(Language.RU, twice.parcel()))
                .contains("Исправлено за 2 попытки: владелец www-data, права 755 и 644 (1 папка, 5 файлов).");
    }

    @Test
    void aRestartThatSomebodyForestalledIsNoFailure() {
        Told stopped = Told.service("nginx.service", new Condition.ByHand(false, Instant.EPOCH))
                .tried(new RepairResult.Forgone("systemctl stop nginx.service"))
                .proving();
        assertThat(english(stopped))
                .contains(
                        "stopped by hand: nginx.service (by command, or before Lectio looked)",
                        "No restart: systemctl stop nginx.service.");
    }

    @Test
    void whatTheSiteRestsOnIsToldWithItsFactsInTheOwnersWords() {
        Ailment full = new Ailment(
                Ailment.Kind.DISK_ENDS,
                "/srv",
                List.of(
                        new Ailment.Percent(About.USED, 96),
                        new Ailment.Bytes(About.FREE, "", 1_610_612_736),
                        new Ailment.Span(About.FULL_IN, Duration.ofMinutes(90)),
                        new Ailment.Bytes(About.GROWS, "/srv/log/x.log", 2_147_483_648L)));
        Told told = new Told(
                Level.CRITICAL,
                new Diagnosis.Ailing(CheckId.DISK, List.of(full)),
                Optional.empty(),
                List.of(),
                new Incident.Open());
        assertThat(english(told))
                .contains(
                        "a person is needed",
                        "disk nearly full: /srv (used 96 %, free 1.5 GiB, full in 1 h 30 min, grows /srv/log/x.log 2.0 GiB).",
                        "What to do: make room: sudo du -xh /srv | sort -h | tail -20");
        assertThat(render(Language.RU, told.parcel()))
                .contains(
                        "диск почти полон: /srv (занято 96 %, свободно 1,5 ГиБ, заполнится через 1 ч 30 мин, растёт /srv/log/x.log 2,0 ГиБ).");
    }

    @Test
    void whatAStartDoesNotMendNeedsAPersonBeforeAnyAttempt() {
        Told unfit = Told.service(
                        "panel.service", new Condition.Unfit(Condition.Reason.PORT_TAKEN, "8000 by python3 (71)"))
                .coolingDown(Limit.HOPELESS);
        assertThat(english(unfit))
                .contains(
                        " · a person is needed\n",
                        "panel.service cannot start: port taken: 8000 by python3 (71).",
                        "A restart does not mend this. The next attempt is at",
                        "What to do: end who has taken the port: sudo ss -lntp; sudo systemctl restart panel.service");
    }

    @Test
    void whatBrokeRightAfterARepairNamesIt() {
        Incident stopped = Told.service("nginx.service", new Condition.ByHand(false, Instant.EPOCH))
                .alert(7, Optional.empty())
                .incident();
        Incident broken = new Incident(
                7,
                Told.BROKEN,
                Told.BROKEN,
                stopped.diagnosis(),
                stopped.symptom(),
                List.of(),
                List.of(),
                List.of(),
                stopped.phase(),
                Level.WARNING,
                Optional.of(new Incident.Culprit(6, "panel.service", Told.BROKEN)));
        Alert alert = new Alert(8, Level.WARNING, broken, Told.BROKEN, 1, 0, Optional.empty(), 0, Optional.empty());
        Outbox.Parcel parcel = new Outbox.Parcel(List.of(alert), Optional.empty(), false, 0, List.of(), false);
        assertThat(render(Language.EN, parcel))
                .contains("It began right after the restart of panel.service (")
                .contains("), which is not repeated for a day.");
        assertThat(render(Language.RU, parcel))
                .contains("Началось сразу после перезапуска panel.service (")
                .contains("): сам я его сутки не повторю.");
    }

    @Test
    void aBadConfigurationIsToldOnce() {
        Config config = new Config("/etc/nginx/conf.d/bad.conf:1", "unknown directive \"lissten\"");
        Told refused = new Told(
                        Level.CRITICAL,
                        new Diagnosis.ConfigBad(CheckId.PROXY, config),
                        Optional.empty(),
                        List.of(),
                        new Incident.Open())
                .tried(1, new RepairResult.Refused(config));
        assertThat(english(refused)).containsOnlyOnce("lissten").contains("No restart: nginx -t.");
        assertThat(english(refused.healed(Duration.ofSeconds(9), 0))).containsOnlyOnce("lissten");
    }

    @Test
    void thePageInsteadOfTheApiIsNoMissingFile() {
        Answers seen = new Answers(
                CheckId.API,
                List.of(bad("/api/health/", 200, Kind.PAGE_INSTEAD, "the site's page instead of the API's answer")),
                Duration.ZERO);
        Told page = new Told(
                Level.CRITICAL,
                new Diagnosis.AnswerBad(CheckId.API, seen),
                Optional.empty(),
                List.of(),
                new Incident.Open());
        assertThat(english(page)).contains("The API answered 200 (the site's page instead of the API's answer).");
        assertThat(render(Language.RU, page.parcel())).contains("вместо ответа API пришла страница сайта");
    }

    @Test
    void restartsAreCountedWhenItHasHealed() {
        RepairResult.Restarted once = new RepairResult.Restarted(
                "app.service", false, List.of("[CRITICAL] WORKER TIMEOUT"), Path.of("/var/lib/evidence"));
        assertThat(english(FOLDER_CLOSED.tried(once, once).healed(Duration.ofMillis(900), 0)))
                .contains("Done: app.service started anew 2 times. Before it: [CRITICAL] WORKER TIMEOUT.\n");
        assertThat(render(
                        Language.RU,
                        FOLDER_CLOSED
                                .tried(once)
                                .healed(Duration.ofMillis(900), 0)
                                .parcel()))
                .contains("Сделано: app.service запущен заново. Перед этим:");
    }

    @Test
    void whatWasGivenIsToldOnlyWhereAllKnownChangesAgree() {
        RepairResult mixed = new RepairResult.Changed(
                2,
                1,
                List.of(
                        new RepairResult.Change(SITE_ROOT, "root:root 0700", "root:root 0711"),
                        new RepairResult.Change(WEB_ROOT, "root:root 0700", "www-data:www-data 0755"),
                        new RepairResult.Change(WEB_ROOT.resolve("a"), "root:root 0600", "www-data:www-data 0644")),
                0,
                Path.of("/var/lib/7.tsv"));
        assertThat(english(FOLDER_CLOSED.tried(1, mixed).healed(Duration.ofMillis(900), 0)))
                .contains("\nRepaired: 2 folders, 1 file.\n");
        assertThat(english(FOLDER_CLOSED.tried(3, mixed).coolingDown()))
                .contains("Repaired 3 times (2 folders, 1 file), in vain.");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1 файл, 1 file",
        "2, 2 файла, 2 files",
        "5, 5 файлов, 5 files",
        "11, 11 файлов, 11 files",
        "12, 12 файлов, 12 files",
        "21, 21 файл, 21 files",
        "22, 22 файла, 22 files",
        "101, 101 файл, 101 files",
        "111, 111 файлов, 111 files"
    })
    void countsFilesAsTheLanguageDoes(int files, String russian, String english) {
        Told told = FOLDER_CLOSED.tried(1, changed(0, files, 0)).proving();
        assertThat(render(Language.RU, told.parcel())).contains("(" + russian + ")");
        assertThat(render(Language.EN, told.parcel())).contains("(" + english + ")");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1 папка, 1 folder",
        "2, 2 папки, 2 folders",
        "5, 5 папок, 5 folders",
        "11, 11 папок, 11 folders",
        "21, 21 папка, 21 folders",
        "22, 22 папки, 22 folders",
        "101, 101 папка, 101 folders"
    })
    void countsFoldersAsTheLanguageDoes(int folders, String russian, String english) {
        Told told = FOLDER_CLOSED.tried(1, changed(folders, 0, 0)).proving();
        assertThat(render(Language.RU, told.parcel())).contains("(" + russian + ")");
        assertThat(render(Language.EN, told.parcel())).contains("(" + english + ")");
    }

    @Test
    void whatLastedLongIsToldInMinutesAndIsNoLongerCritical() {
        assertThat(english(FOLDER_CLOSED.critical().tried(3, changed(1, 203, 2)).healed(Duration.ofSeconds(754), 0)))
                .startsWith("⚠️ WARNING · Lectio · 06:12:00 · healed in 12 min 34 s\n")
                .contains("Left alone (may not be touched): 2.")
                .endsWith("\nProved: the page answers 200 in 31 ms.");
    }

    @Test
    void aTimeOfAnotherDayHasItsDay() {
        InstantSource dayAfter = InstantSource.fixed(Told.BROKEN.plus(Duration.ofDays(1)));
        assertThat(new Texts(Language.RU, MOSCOW, dayAfter, true)
                        .render(FOLDER_CLOSED.repairing().parcel()))
                .contains("Lectio · 22.01 06:12:00 ·", "изменено в 22.01 06:12:00");
    }

    @Test
    void foldersAndFilesTogetherAreHadNoAccessTo() {
        assertThat(english(paths(closedFolder(), closedFile("a.js")).repairing()))
                .contains("www-data had no access to " + WEB_ROOT + " (0700, root), " + WEB_ROOT
                        + "/a.js (0000, www-data); changed at 06:12:00.");
    }

    @Test
    void aMissingBuildSaysWhatToDo() {
        assertThat(english(
                        paths(parent(WEB_ROOT, Place.INSIDE, Obstacle.MISSING)).critical()))
                .contains("the folder " + WEB_ROOT + " is missing.")
                .endsWith("What to do: deploy the build again, or set LECTIO_WEB_ROOT in config.env");
    }

    @Test
    void aNameShownWithEscapesIsWrittenAsTheShellReadsIt() {
        assertThat(english(paths(Told.file("two\\x0alines", 04600, Optional.of(Obstacle.SET_ID)))))
                .endsWith("sudo chmod 644 $'" + WEB_ROOT + "/two\\x0alines'");
    }

    @Test
    void aLongPathKeepsItsBeginningAndItsEnd() {
        String name = "d/".repeat(130) + "main.7f3a.js";
        String path = WEB_ROOT.resolve(name).toString();
        assertThat(path).hasSizeGreaterThan(300);
        assertThat(english(paths(closedFile(name)).repairing()))
                .doesNotContain(path)
                .contains("could not read /var/www/teaching_panel/fronte…")
                .contains("d/main.7f3a.js (0000,");
    }

    @Test
    void ofManyClosedPathsThreeAreNamed() {
        Access access = new Access(
                "www-data",
                500,
                Stream.of("a.js", "b.js", "c.js", "d.js").map(Told::closedFile).toList(),
                204,
                0);
        assertThat(english(paths(access).repairing()))
                .contains("a.js", "b.js", "c.js", " and 201 more;")
                .doesNotContain("d.js");
    }

    /// Names and answers that someone else chose.
    static List<String> hostile() {
        return List.of(
                "two\nlines",
                "\r\u001b[31mred",
                "\u202egpj.exe",
                "\u2066a\u2069",
                "zero\u0000byte",
                "half \ud83d",
                "half \ude00 again",
                "<b>bold</b> &amp; *x* [y](z)",
                "\u2028\u2029\u0085",
                "\u200b\u200d\ufeff",
                "",
                " ",
                "😀".repeat(4_000),
                "x\ud83d".repeat(4_000),
                "\u202e".repeat(MIB),
                "a".repeat(MIB));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    @Tag("slow")
    void noNameCanBreakAMessage(String name) {
        for (Told told : everywhere(name)) {
            for (Language language : Language.values()) {
                fitForAChat(render(language, told.parcel()));
                fitForAChat(render(language, told.backlog(5)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void anyTextIsMadeFitForAChat(String text) {
        fitForAChat(PlainText.fit(text));
    }

    @Test
    void markupIsJustText() {
        assertThat(english(page(silent(Kind.NO_ANSWER, "<b>x</b>")))).contains("(<b>x</b>)");
    }

    @Test
    void whatWouldHideIsShownAsItsCode() {
        assertThat(PlainText.fit("a\u202eb\u0000\ud83d\nc")).isEqualTo("a\\u202eb\\u0000\\ud83d\nc");
    }

    @Test
    void aTextOfTheLongestLengthIsLeftAlone() {
        String longest = "я".repeat(PlainText.LONGEST);
        assertThat(PlainText.fit(longest)).isEqualTo(longest);
        assertThat(PlainText.fit(longest + "!")).hasSize(PlainText.LONGEST).endsWith("я…");
    }

    @Test
    void aTextIsNeverCutThroughACharacter() {
        for (int shift = 0; shift < 4; shift++) {
            fitForAChat(PlainText.fit("a".repeat(shift) + "😀".repeat(3_000)));
        }
    }

    private static List<Told> everywhere(String name) {
        Stream<Told> words = Stream.of(
                blind(name),
                page(silent(Kind.NO_ANSWER, name)),
                page(bad("/", 200, Kind.NOT_HTML, name)),
                page(well("/"), bad("/a.js", 404, name)),
                FOLDER_CLOSED.tried(1, new RepairResult.Failed(name)).proving());
        return Stream.concat(words, pathOf(name).stream().flatMap(TextsTest::closedPath))
                .toList();
    }

    private static Stream<Told> closedPath(String path) {
        return Arrays.stream(Obstacle.values())
                .flatMap(why -> Stream.of(
                        paths(Told.file(path, 0, Optional.of(why))),
                        paths(Told.file(path, 0, Optional.of(why))).critical()));
    }

    /// What of a name can be a path at all: a NUL never is, and half a character is not in UTF-8.
    private static Optional<String> pathOf(String name) {
        try {
            return Optional.of(Path.of(name).toString());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static void fitForAChat(String text) {
        assertThat(text.length()).isLessThanOrEqualTo(PlainText.LONGEST);
        assertThat(text.isBlank()).isFalse();
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
        assertThat(hidden(text)).as("hidden characters").isEmpty();
    }

    private static String hidden(String text) {
        return text.codePoints()
                .filter(point -> point != '\n')
                .filter(point -> IntStream.of(
                                Character.CONTROL,
                                Character.FORMAT,
                                Character.SURROGATE,
                                Character.LINE_SEPARATOR,
                                Character.PARAGRAPH_SEPARATOR)
                        .anyMatch(type -> type == Character.getType(point)))
                .mapToObj(Integer::toHexString)
                .collect(joining(" "));
    }
}
