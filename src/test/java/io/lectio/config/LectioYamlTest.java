package io.lectio.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.config.Settings.Invalid;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.core.policy.Bounds;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.GuardedPaths;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Threshold;
import io.lectio.core.policy.Window;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `lectio.yaml` beside `config.env`.
class LectioYamlTest {
    private static final String TOKEN = "123456789:AAcanaryCANARYcanaryCANARYcanaryCANA";
    private static final String TWO_SITES = """
            language: en
            sites:
              - url: http://one.example/
                root: /var/www/one
              - name: two
                url: http://two.example/
                root: /var/www/two
            """;

    @TempDir
    private Path folder = Path.of("");

    private Settings load(String yaml) throws IOException, Invalid {
        Files.writeString(folder.resolve("lectio.yaml"), yaml);
        return ConfigLoader.load(folder.resolve("config.env"));
    }

    private String refused(String yaml) throws IOException {
        try {
            throw new AssertionError("accepted: " + load(yaml));
        } catch (Invalid e) {
            return String.valueOf(e.getMessage()).replace(folder + "/", "");
        }
    }

    private Policy policy(String site) throws IOException, Invalid {
        return load("sites:\n- " + site.replace("\n", "\n  "))
                .sites()
                .getFirst()
                .policy();
    }

    @Test
    void anEmptyFileMeansThePlansSite() throws Exception {
        for (String nothing : List.of("", "# only a word\n", "{}", "---\n...\n")) {
            Settings settings = load(nothing);
            Files.delete(folder.resolve("lectio.yaml"));
            assertThat(settings).isEqualTo(ConfigLoader.load(folder.resolve("none.env")));
        }
    }

    @Test
    void theDefaultsOfTheTableAreThoseOfThePolicy() throws Exception {
        Policy policy = load("").sites().getFirst().policy();
        assertThat(policy.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(policy.timing()).isEqualTo(Policy.Timing.DEFAULT);
        assertThat(policy.patience()).isEqualTo(Policy.Patience.DEFAULT);
        assertThat(policy.thresholds()).isEqualTo(Policy.THRESHOLDS);
        assertThat(policy.checks()).containsAll(policy.services().checks()).contains(CheckId.DISK, CheckId.MEMORY);
        assertThat(policy.bounds()).isEqualTo(Bounds.DEFAULT);
        assertThat(policy.withheld()).isEmpty();
        assertThat(policy.windows()).isEmpty();
    }

    @Test
    void whatASiteMayHaveOfItsOwn() throws Exception {
        Policy policy = policy("""
                web: {unit: "", user: nginx}
                checks: {page: {failures: 5, successes: 2}, api: {enabled: false}, memory: {enabled: false}, disk: {warning: 80}}
                remedies: {open-paths: false, restart-app: false}
                limits: {attempts: 2, cooldown: 10m, repairs-per-hour: 7}
                timing: {round: 10s, hung: 45s, escalate: 1h}
                private: ['*.map']
                maintenance: ['sat,sun 03:00 for 1h', day 23:30 for 90m]
                """);
        assertThat(policy.site().webUser()).isEqualTo("nginx");
        assertThat(policy.site().privates().covers("a.map")).isTrue();
        assertThat(policy.checks()).containsExactly(CheckId.DISK, CheckId.APP, CheckId.FILES, CheckId.PAGE);
        assertThat(policy.bounds()).isEqualTo(new Bounds(80, 95, 10));
        assertThat(policy.threshold(CheckId.PAGE, false)).isEqualTo(new Threshold(5, 2));
        assertThat(policy.withheld()).containsExactlyInAnyOrder("open-paths", "restart teaching_panel.service");
        assertThat(policy.limits()).isEqualTo(new Limits(2, Duration.ofMinutes(10), 7));
        assertThat(policy.timing().round()).isEqualTo(Duration.ofSeconds(10));
        assertThat(policy.patience().hung()).isEqualTo(Duration.ofSeconds(45));
        assertThat(policy.windows())
                .containsExactly(
                        new Window(
                                Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), LocalTime.of(3, 0), Duration.ofHours(1)),
                        new Window(Set.of(DayOfWeek.values()), LocalTime.of(23, 30), Duration.ofMinutes(90)));
    }

    @Test
    void severalSitesHaveNoAppUnlessTheyNameOneAndShareOneWebServer() throws Exception {
        List<SiteSettings> sites = load(TWO_SITES).sites();
        assertThat(sites).extracting(SiteSettings::label).containsExactly("one.example", "two");
        assertThat(sites.getFirst().policy().checks())
                .containsExactly(
                        CheckId.DISK,
                        CheckId.MEMORY,
                        CheckId.PROXY,
                        CheckId.CONFIG,
                        CheckId.FILES,
                        CheckId.PAGE,
                        CheckId.PUBLIC);
        assertThat(sites.getLast().policy().checks())
                .containsExactly(CheckId.DISK, CheckId.FILES, CheckId.PAGE, CheckId.PUBLIC);
    }

    @Test
    void aLongRoundIsForSitesWithoutUnits() throws Exception {
        assertThat(policy("web: {unit: ''}\napp: {unit: ''}\ntiming: {round: 30s}")
                        .timing()
                        .round())
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(refused("sites: [{timing: {round: 11s}}]")).contains("over 10s a hang would be seen too late");
    }

    @Test
    void twoSitesHaveNotOneFolderOfCopies() throws Exception {
        String two = TWO_SITES.replace(
                "    root:", "    app: {database: /srv/db.sqlite3}\n    copies: {folder: /srv/copies}\n    root:");
        assertThat(refused(two)).contains("/srv/copies has another site's copies");
    }

    @Test
    void oneUnitIsStartedByTheFirstGuardThatMay() throws Exception {
        String two = TWO_SITES.replace("    root:", "    app: {needs: [redis.service], database: ''}\n    root:");
        assertThat(load(two).sites())
                .extracting(site -> site.policy().others())
                .containsExactly(Set.of(), Set.of("restart nginx.service", "restart redis.service"));
        String leftToTheSecond = two.replaceFirst("    root:", "    remedies: {restart-needed: false}\n    root:");
        assertThat(load(leftToTheSecond).sites())
                .extracting(site -> site.policy().others())
                .containsExactly(Set.of(), Set.of("restart nginx.service"));
    }

    @Test
    void tellsEveryErrorAtOnceWithItsPlaceAndTheNearestKey() throws Exception {
        assertThat(refused("""
                        langage: en
                        sites:
                          - rot: /x
                            web:
                              usr: nginx
                              user: root
                            timing:
                              round: 1h
                            limits: {attempts: "3", repairs-per-hour: 0}
                            checks: true
                            private: "*.map"
                            maintenance: [sunday 03:00 for 1h]
                            web: {}
                        """).lines())
                .containsExactlyInAnyOrder(
                        "lectio.yaml:1:1: unknown key langage; did you mean language?",
                        "lectio.yaml:3:5: unknown key rot; did you mean root?",
                        "lectio.yaml:5:7: unknown key usr; did you mean user?",
                        "lectio.yaml:6:13: web.user is root, who may read everything, so that no fault would ever be seen: name"
                                + " the user that the web server's workers run as (ps -o user= -C nginx)",
                        "lectio.yaml:8:14: timing.round is a time from 1s to 30s, such as 90s, 5m or 1h",
                        "lectio.yaml:9:24: limits.attempts is a number from 1 to 10",
                        "lectio.yaml:9:47: limits.repairs-per-hour is a number from 1 to 1000",
                        "lectio.yaml:10:13: is not a mapping of keys to values, as checks is one of page, api, files, config,"
                                + " proxy, app, disk, memory, database, needed, beside, public",
                        "lectio.yaml:11:14: private is a list of names",
                        "lectio.yaml:12:18: maintenance is a list such as [day 03:00 for 30m, 'sat,sun 22:00 for 4h'], each at"
                                + " most 24h long",
                        "lectio.yaml:13:5: web is set twice, before that in line 4");
    }

    @Test
    void aNumberWhereTextIsMeantWantsQuotes() throws Exception {
        assertThat(refused("sites: [{web: {user: 33}}]"))
                .isEqualTo("lectio.yaml:1:22: web.user is one plain word; put it into quotes");
        assertThat(load("telegram: {chat: -100123}")).isNotNull();
    }

    @Test
    @Timeout(20)
    void bombsAndDepthsAreRefusedAtOnce() throws Exception {
        String bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\n";
        assertThat(refused(bomb)).contains("lectio.yaml:1:4: anchors (&) and aliases (*) are not read");
        assertThat(refused("a: &a [*a]\n")).contains("anchors");
        assertThat(refused("[".repeat(90_000))).contains("too deep");
        assertThat(refused("- ".repeat(45_000))).contains("too deep");
        assertThat(refused("{a: ".repeat(20_000))).contains("too deep");
        assertThat(refused("language: en\n" + "#".repeat(100_000))).contains("too large");
    }

    @Test
    void whatIsNoYamlIsToldByItsPlace() throws Exception {
        assertThat(refused("sites:\n  - url: 'http://x\n")).startsWith("lectio.yaml:3:1: is no YAML: ");
        assertThat(refused("a: b: c\n")).startsWith("lectio.yaml:1:5: is no YAML: ");
        assertThat(refused("language: en\n---\nlanguage: ru\n")).contains("is no YAML: ");
        assertThat(refused("language: !!java.net.URL en\n")).contains("lectio.yaml:1:11: language is ru or en");
        assertThat(refused("language: \u0007\n")).contains("is no YAML: ");
        assertThat(refused("language: \"\\UFFFFFFFF\"\n")).contains("is no YAML: ");
        Files.write(folder.resolve("lectio.yaml"), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> ConfigLoader.load(folder.resolve("config.env")))
                .hasMessageContaining("is not UTF-8");
    }

    @Test
    void whatBothFilesNameIsAnErrorThatNamesBothPlaces() throws Exception {
        Files.writeString(folder.resolve("config.env"), "LECTIO_LANGUAGE=en\nLECTIO_WEB_USER=nginx\n");
        assertThat(refused("language: ru\n").lines())
                .containsExactly(
                        "config.env:1: LECTIO_LANGUAGE is language in lectio.yaml:1:11 too: keep one of them",
                        "config.env:2: LECTIO_WEB_USER is of a site, and sites are in lectio.yaml: name it there, as web.user");
        Files.writeString(folder.resolve("config.env"), "LECTIO_LANGUAGE=en\n");
        assertThat(load(TWO_SITES.replace("language: en\n", "")).language()).isEqualTo(Language.EN);
    }

    @Test
    void mailIsNamedHereAndItsPasswordInTheOther() throws Exception {
        Files.writeString(folder.resolve("config.env"), "LECTIO_MAIL_PASSWORD='canary'\n");
        String yaml =
                "mail: {to: [a@one.example, b@one.example], server: 'smtps://one.example', user: a}\nalive: 08:15\n";
        Settings settings = load(yaml + TWO_SITES);
        assertThat(settings.channels().mail())
                .contains(new Settings.Mail(
                        URI.create("smtps://one.example:465"),
                        Optional.of("a"),
                        new Secret("canary"),
                        "a@one.example",
                        List.of("a@one.example", "b@one.example")));
        assertThat(settings.channels().alive()).contains(LocalTime.of(8, 15));
        assertThat(settings.of(settings.sites().getLast()).channels()).isEqualTo(settings.channels());
        assertThat(refused(yaml.replace(", user: a", "")))
                .isEqualTo("config.env:1: LECTIO_MAIL_PASSWORD is of no use without mail.user");
        Files.writeString(folder.resolve("config.env"), "");
        assertThat(refused(yaml)).isEqualTo("lectio.yaml:1:81: mail.user is of no use without LECTIO_MAIL_PASSWORD");
    }

    @Test
    void aSecretHasNoPlaceHereAndIsNotRepeated() throws Exception {
        assertThat(refused("telegram: {token: '" + TOKEN + "'}"))
                .contains("unknown key token", "secrets belong into config.env")
                .doesNotContain("canary");
        assertThat(refused("webhook: https://hooks.example/canary"))
                .contains("secrets belong into config.env")
                .doesNotContain("canary");
        assertThat(refused("telegram: {chat: '" + TOKEN + "'}")).doesNotContain("canary");
        assertThat(refused(TOKEN.replace(":", ": "))).contains("unknown key");
        assertThat(refused("'" + TOKEN + "': 1")).doesNotContain("canary");
        assertThat(refused("private: [" + TOKEN)).doesNotContain("canary");
    }

    @Test
    void sitesThatCannotBeToldApartAreRefused(@TempDir Path elsewhere) throws Exception {
        assertThat(refused(TWO_SITES.replace("/var/www/two", "/var/www/one/two")))
                .contains("lectio.yaml:7:11: root /var/www/one/two overlaps with that of another site, /var/www/one");
        assertThat(refused(TWO_SITES.replace("  - url", "  - name: two\n    url")))
                .contains("lectio.yaml:6:11: name is another site's name too");
        assertThat(refused(TWO_SITES.replace("name: two\n    ", "")))
                .contains("lectio.yaml:5:5: this site has no name: all of several sites but the first need one");
        assertThat(refused(TWO_SITES.replace("    root: /var/www/two\n", "")))
                .contains("lectio.yaml:5:5: this site has no root: each of several sites needs its own");
        Path real = Files.createDirectories(elsewhere.resolve("real/site"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), elsewhere.resolve("real"));
        assertThat(refused(TWO_SITES.replace("/var/www/one", real.toString()).replace("/var/www/two", link + "/site")))
                .contains("overlaps");
    }

    @Test
    void aSiteWithEveryCheckOffIsRefused() throws Exception {
        assertThat(
                        refused(
                                "sites: [{web: {unit: ''}, app: {unit: ''}, checks: {page: {enabled: false}, files: {enabled: false}}}]"))
                .contains("every check of this site is switched off");
    }

    @Test
    void theDatabaseIsNamedOrWhereDjangoHasItAndTheBoundsAreInOrder() throws Exception {
        assertThat(policy("app: {database: /srv/panel.sqlite3}").services().database())
                .contains(new Services.SqliteDatabase(Path.of("/srv/panel.sqlite3")));
        assertThat(policy("app: {database: 'postgresql://panel@127.0.0.1:5432/school?sslmode=require'}")
                        .services()
                        .database())
                .contains(new Services.PostgresDatabase("postgresql://panel@127.0.0.1:5432/school?sslmode=require"));
        assertThat(refused("sites: [{app: {database: 'postgresql://panel:secret@127.0.0.1/school'}}]"))
                .contains("app.database has a password, which belongs into the file .pgpass")
                .doesNotContain("secret");
        assertThat(refused("sites: [{app: {database: 'postgresql://'}}]"))
                .contains("app.database is no address such as postgresql:///school");
        assertThat(policy("{}").services().database()).isEmpty();
        assertThat(refused("sites: [{app: {database: db.sqlite3}}]")).contains("app.database is no absolute path");
        assertThat(refused("sites: [{checks: {disk: {warning: 96}}}]"))
                .contains("checks.disk.critical is less than checks.disk.warning");
    }

    @Test
    void hangsAreToldWithinTheirOwnBounds() throws Exception {
        assertThat(refused("sites: [{timing: {hung: 2m}}]")).contains("timing.hung-at-most is less than timing.hung");
    }

    @Test
    void twoHundredMutatedFilesAreReadWholeOrRefused() throws Exception {
        Settings unspoiled = load(TWO_SITES);
        int refused = 0;
        int otherwise = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(TWO_SITES);
            for (int i = random.nextInt(3); i >= 0; i--) {
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(random.nextInt(text.length()), (char) (random.nextInt(96) + 31));
                    case 1 -> text.deleteCharAt(random.nextInt(text.length()));
                    default -> text.setLength(text.length() - random.nextInt(20));
                }
            }
            try {
                Settings settings = load(text.toString());
                settings.sites().forEach(site -> {
                    GuardedPaths.requireGuardable("seed", site.site().webRoot());
                    assertThat(site.policy().checks()).isNotEmpty();
                });
                otherwise += settings.equals(unspoiled) ? 0 : 1;
            } catch (Invalid e) {
                refused++;
                assertThat(e.problems())
                        .isNotEmpty()
                        .allSatisfy(problem -> assertThat(problem.place().line())
                                .as(problem.toString())
                                .isPositive());
            }
        }
        assertThat(refused).isBetween(60, 190);
        assertThat(otherwise).isPositive();
    }
}
