package io.lectio.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.policy.GuardedPaths;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.PrivatePatterns;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    private static final String TOKEN = "123456789:AAcanaryCANARYcanaryCANARYcanaryCANA";

    @TempDir
    private Path folder = Path.of("");

    private Settings load(String text) throws IOException, Settings.Invalid {
        Path file = folder.resolve("config.env");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return ConfigLoader.load(file);
    }

    @Test
    void aMissingFileMeansThePlansSite() throws Settings.Invalid {
        assertThat(ConfigLoader.load(folder.resolve("none"))
                        .sites()
                        .getFirst()
                        .site()
                        .webRoot())
                .isEqualTo(Path.of("/var/www/teaching_panel/frontend/build"));
    }

    @Test
    void readsPlainAssignmentsAsAShellWould() throws Exception {
        Settings settings = load("\ufeff# the owner's\r\nexport LECTIO_LANGUAGE='en' # note\r\nTELEGRAM_BOT_TOKEN=\""
                + TOKEN + "\"\nTELEGRAM_CHAT_ID=-100123\nLECTIO_WEB_USER=a\nLECTIO_WEB_USER=nginx\n");
        assertThat(settings.language()).isEqualTo(Language.EN);
        assertThat(settings.channels().telegram())
                .get()
                .satisfies(telegram -> assertThat(telegram.token().value()).isEqualTo(TOKEN));
        assertThat(settings.sites().getFirst().site().webUser()).isEqualTo("nginx");
        assertThat(settings.warnings().toString()).contains("set twice").doesNotContain("canary");
    }

    /// Promise 35: all that the guard of commit 54a5a7a knew, and the plan's own two lines as it prints them.
    @Test
    void whatAnOlderGuardKnewIsInForceUnchanged() throws Exception {
        Settings settings = load("""
                LECTIO_LANGUAGE=en
                TELEGRAM_BOT_TOKEN="%s"
                TELEGRAM_CHAT_ID="-100123"
                TELEGRAM_API_URL=https://api.example
                TELEGRAM_PROXY=socks5://proxy.example:1080
                LECTIO_SITE_URL=https://school.example/
                LECTIO_SITE_SERVER=127.0.0.2
                LECTIO_SITE_ROOT=/srv/school
                LECTIO_WEB_ROOT=/srv/school/build
                LECTIO_WEB_USER=nginx
                LECTIO_WEB_UNIT=
                LECTIO_APP_UNIT=school.service
                LECTIO_APP_SERVER=unix:/run/school.sock
                LECTIO_API_URL=https://school.example/api/
                LECTIO_PRIVATE=*.map
                LECTIO_REPAIRS_PER_HOUR=7
                """.formatted(TOKEN));
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.language()).isEqualTo(Language.EN);
        assertThat(settings.channels().telegram().toString()).contains("-100123", "api.example", "proxy=[");
        assertThat(settings.sites().toString())
                .contains("https://school.example/", "127.0.0.2", "/srv/school/build", "nginx", "*.map")
                .contains("school.service", "/run/school.sock", "https://school.example/api/");
    }

    @Test
    void tellsEveryErrorAtOnceWithItsLineAndTheNearestKey() {
        assertThatThrownBy(
                        () -> load(
                                "TELEGRAM_BOT_TOKN=1\nLECTIO_WEB_ROOT=$HOME\nLECTIO_SITE_ROOT=/\nLECTIO_LANGUAGE=de\nnonsense\n"))
                .isInstanceOf(Settings.Invalid.class)
                .hasMessageContaining("config.env:1: unknown key TELEGRAM_BOT_TOKN; did you mean TELEGRAM_BOT_TOKEN?")
                .hasMessageContaining("config.env:2: LECTIO_WEB_ROOT: a shell would expand")
                .hasMessageContaining("config.env:3: LECTIO_SITE_ROOT site root '/' is too wide")
                .hasMessageContaining("config.env:4: LECTIO_LANGUAGE is ru or en")
                .hasMessageContaining("config.env:5: not an assignment");
    }

    @Test
    void mailWebhookHeartbeatAndTheDailySignOfLifeAreRead() throws Exception {
        Settings.Channels none = load("").channels();
        assertThat(none.mail()).isEmpty();
        assertThat(none.webhook()).isEmpty();
        assertThat(none.alive()).contains(LocalTime.of(9, 0));
        Settings.Channels all = load("""
                LECTIO_MAIL_TO='owner@school.example, second@school.example'
                LECTIO_MAIL_SERVER=smtp://mail.school.example
                LECTIO_MAIL_USER=owner
                LECTIO_MAIL_PASSWORD='cAnArY 1'
                LECTIO_WEBHOOK_URL='https://hooks.example/cAnArY?key=cAnArY'
                LECTIO_HEARTBEAT_URL=https://hc.example/cAnArY
                LECTIO_ALIVE=
                """).channels();
        Settings.Mail mail = all.mail().orElseThrow();
        assertThat(mail.server()).isEqualTo(URI.create("smtp://mail.school.example:587"));
        assertThat(mail.from()).isEqualTo("owner@school.example");
        assertThat(mail.to()).containsExactly("owner@school.example", "second@school.example");
        assertThat(all.alive()).isEmpty();
        assertThat(all.webhook().orElseThrow().value()).isEqualTo("https://hooks.example/cAnArY?key=cAnArY");
        assertThat(all.toString()).contains("school.example").doesNotContain("cAnArY");
    }

    @Test
    void copiesAreOfASqliteDatabaseAndNeverWhereTheyAreServed() throws Exception {
        Settings.CopyPlan plan = load("LECTIO_DATABASE=/srv/db.sqlite3\nLECTIO_COPIES_TO=b@host.example:copies/panel\n")
                .sites()
                .getFirst()
                .copies()
                .orElseThrow();
        assertThat(plan.folder()).isEqualTo(Path.of("/var/www/teaching_panel/backups"));
        assertThat(plan.at()).contains(LocalTime.of(3, 0));
        assertThat(plan.to()).contains("b@host.example:copies/panel");
        assertThat(load("LECTIO_DATABASE=postgresql:///school\n")
                        .sites()
                        .getFirst()
                        .copies())
                .isEmpty();
        assertThatThrownBy(() -> load("""
                LECTIO_DATABASE=/srv/db.sqlite3
                LECTIO_COPIES=/var/www/teaching_panel/frontend/build/backups
                LECTIO_COPIES_TO='-oProxyCommand=x:y'
                """))
                .hasMessageContaining(
                        "config.env:2: LECTIO_COPIES /var/www/teaching_panel/frontend/build/backups and the web")
                .hasMessageContaining("config.env:3: LECTIO_COPIES_TO is user@host:folder");
        for (String to : List.of("host", "host:a;b", "host:$(x)", "a@b@c:d", "host:-x", "host:a b")) {
            assertThatThrownBy(() -> load("LECTIO_COPIES_TO='" + to + "'\n")).hasMessageContaining("LECTIO_COPIES_TO");
        }
    }

    /// They would be served: then there are none, and the site is guarded all the same.
    @Test
    void aWebRootThatIsTheWholeSiteHasNoCopiesUnlessTheyHaveAPlaceOfTheirOwn() throws Exception {
        String whole = "LECTIO_SITE_ROOT=/var/www/panel\nLECTIO_WEB_ROOT=/var/www/panel\n";
        assertThat(load(whole).warnings()).noneMatch(each -> each.toString().contains("copied"));
        Settings settings = load(whole + "LECTIO_DATABASE=/srv/db.sqlite3\n");
        assertThat(settings.sites().getFirst().copies()).isEmpty();
        assertThat(settings.warnings()).anyMatch(each -> each.toString().contains("the database is not copied"));
        assertThat(load(whole + "LECTIO_DATABASE=/srv/db.sqlite3\nLECTIO_COPIES_AT=\n")
                        .warnings())
                .noneMatch(each -> each.toString().contains("copied"));
        assertThat(load(whole + "LECTIO_DATABASE=/srv/db.sqlite3\nLECTIO_COPIES=/srv/copies\n")
                        .sites()
                        .getFirst()
                        .copies())
                .isPresent();
    }

    @Test
    void whatIsWrongWithAWayIsToldWithoutItsSecret() {
        assertThatThrownBy(() -> load("""
                LECTIO_MAIL_TO='owner@school.example> Bcc: x'
                LECTIO_MAIL_SERVER=smtp://user:cAnArY@mail.example
                LECTIO_MAIL_PASSWORD=cAnArY
                LECTIO_WEBHOOK_URL=cAnArY://x
                LECTIO_HEARTBEAT_URL='https://hc.example/cAnArY a'
                LECTIO_ALIVE=25:00
                """))
                .isInstanceOf(Settings.Invalid.class)
                .hasMessageContaining("config.env:1: LECTIO_MAIL_TO is a list of mail addresses")
                .hasMessageContaining("config.env:2: LECTIO_MAIL_SERVER is smtp://host:port")
                .hasMessageContaining("config.env:3: LECTIO_MAIL_PASSWORD is of no use without LECTIO_MAIL_USER")
                .hasMessageContaining("config.env:4: LECTIO_WEBHOOK_URL is not an address")
                .hasMessageContaining("config.env:5: LECTIO_HEARTBEAT_URL is not an address")
                .hasMessageContaining("config.env:6: LECTIO_ALIVE is a time of day such as 09:00")
                .message()
                .doesNotContain("cAnArY");
    }

    @Test
    void neverRepeatsTheToken() {
        assertThatThrownBy(() -> load("TELEGRAM_BOT_TOKEN=" + TOKEN + "!x\n"))
                .message()
                .doesNotContain("canary");
        assertThatThrownBy(() -> load("TELEGRAM_BOT_TOKEN='" + TOKEN + "/'\n"))
                .message()
                .doesNotContain("canary");
    }

    @Test
    void twoHundredMutatedFilesAreReadWholeOrRefused() throws Exception {
        String whole = "TELEGRAM_BOT_TOKEN=\"" + TOKEN + "\"\nTELEGRAM_CHAT_ID=\"5\"\nLECTIO_SITE_ROOT=/var/www/panel\n"
                + "LECTIO_WEB_ROOT=/var/www/panel/build\nLECTIO_PRIVATE=*.map,backup-*,notes-of-the-owner,drafts\n"
                + "# " + "what the owner wrote to himself, ".repeat(10) + "\n";
        Settings unspoiled = load(whole);
        assertThat(unspoiled.warnings()).isEmpty();
        assertThat(unspoiled.sites().getFirst().site().privates().patterns()).contains("*.map", "backup-*");
        int refused = 0;
        int otherwise = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(whole);
            for (int i = random.nextInt(4); i >= 0; i--) {
                text.setCharAt(random.nextInt(text.length()), (char) (random.nextInt(96) + 31));
            }
            try {
                Settings settings = load(text.toString());
                GuardedPaths.requireGuardable(
                        "seed " + seed, settings.sites().getFirst().site().webRoot());
                assertThat(settings.toString()).doesNotContain("canaryCANARY");
                otherwise += settings.toString().equals(unspoiled.toString()) ? 0 : 1;
            } catch (Settings.Invalid e) {
                refused++;
                assertThat(e.problems()).isNotEmpty();
                assertThat(e.getMessage()).doesNotContain("canaryCANARY");
            }
        }
        assertThat(refused).isBetween(50, 190);
        assertThat(otherwise).isPositive();
    }

    @Test
    void readsTheExampleOfTheReadme() throws Exception {
        assertThat(load("LECTIO_PRIVATE=*.map,backup-*\n")
                        .sites()
                        .getFirst()
                        .site()
                        .privates()
                        .covers("backup-1"))
                .isTrue();
    }

    @Test
    void whatNeverBelongsIntoABuildIsPrivateBesidesTheOwnersPatterns() throws Exception {
        PrivatePatterns privates =
                load("LECTIO_PRIVATE=*.map\n").sites().getFirst().site().privates();
        assertThat(Stream.of("a.map", "dump.sql", "db.sqlite3-wal", "site.key", "prod.env", "id_rsa.pub", ".env"))
                .allMatch(privates::covers);
        assertThat(Stream.of("index.html", "main.js", "environment.js", "keyboard.svg"))
                .noneMatch(privates::covers);
        assertThat(load("").sites().getFirst().site().privates().covers("backup.bak"))
                .isTrue();
    }

    @Test
    void rootIsNoWebUser() {
        assertThatThrownBy(() -> load("LECTIO_WEB_USER=root\n"))
                .hasMessageContaining("LECTIO_WEB_USER is root, who may read everything");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LECTIO_SITE_ROOT",
                "LECTIO_WEB_ROOT",
                "LECTIO_WEB_USER",
                "LECTIO_SITE_URL",
                "LECTIO_SITE_SERVER",
                "LECTIO_PRIVATE",
                "LECTIO_LANGUAGE",
                "LECTIO_APP_UNIT",
                "TELEGRAM_CHAT_ID",
                "TELEGRAM_API_URL",
                "LECTIO_MAIL_TO",
                "LECTIO_MAIL_USER",
                "LECTIO_ALIVE",
                "NONSENSE"
            })
    void aTokenInAnotherKeyIsRefusedAndNotRepeated(String key) {
        assertThatThrownBy(() -> load(key + "=" + TOKEN + "\n"))
                .isInstanceOf(Settings.Invalid.class)
                .message()
                .contains(key)
                .doesNotContain("canary");
        assertThatThrownBy(() -> load(key + "='/x/" + TOKEN + "'\n")).message().doesNotContain("canary");
    }

    @Test
    void aProxysPasswordMayLookLikeAToken() throws Exception {
        assertThat(load("TELEGRAM_PROXY='socks5://12345:aaaaaaaaaaaaaaaaaaaaaaaa@10.0.0.1:1080'\n"))
                .isNotNull();
    }

    @Test
    void warnsOfAFileThatOthersMayWriteOrRead() throws Exception {
        Path file = folder.resolve("config.env");
        load("TELEGRAM_BOT_TOKEN=" + TOKEN + "\nTELEGRAM_CHAT_ID=5\n");
        assertThat(ConfigLoader.load(file).warnings()).isEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThat(ConfigLoader.load(file).warnings().toString()).contains("others can write it", "chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(ConfigLoader.load(file).warnings().toString()).contains("others can read what is secret in it");
        Files.writeString(file, "LECTIO_HEARTBEAT_URL=https://hc.example/key\n");
        assertThat(ConfigLoader.load(file).warnings().toString()).contains("others can read what is secret in it");
        Files.writeString(file, "TELEGRAM_CHAT_ID=\n");
        assertThat(ConfigLoader.load(file).warnings()).isEmpty();
    }

    @Test
    void warnsOfAFileOfAnotherThanRootWhereRootReadsIt() {
        Set<PosixFilePermission> closed = PosixFilePermissions.fromString("rw-------");
        Path file = Path.of("/opt/lectio-monitor/config.env");
        assertThat(new Rights("www-data", closed, true).problems(file, true))
                .containsExactly("belongs to www-data, who so decides what root does: chown root " + file);
        assertThat(new Rights("owner", closed, false).problems(file, true)).isEmpty();
        assertThat(new Rights("root", closed, true).problems(file, true)).isEmpty();
    }

    @Test
    void theGuardsOwnHomeIsNoSite() {
        assertThatThrownBy(() -> load("LECTIO_SITE_ROOT=" + folder + "\nLECTIO_WEB_ROOT=" + folder + "/logs\n"))
                .hasMessageContaining("must lie apart");
    }

    @Test
    void whatIsWrongWithAServiceIsToldToo() {
        assertThatThrownBy(() -> load("LECTIO_APP_UNIT='no unit'\n"))
                .hasMessageContaining("config.env:1: LECTIO_APP_UNIT is a unit's name");
    }

    @Test
    void aPatternThatCouldNeverMatchIsRefused() {
        assertThatThrownBy(() -> load("LECTIO_PRIVATE='a\\b'\n")).hasMessageContaining("write *");
    }
}
