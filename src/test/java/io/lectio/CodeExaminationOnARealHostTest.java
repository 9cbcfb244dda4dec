package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Releases of the plan's Django project, run before they are live, under each Debian's own systemd, Django and
/// gunicorn. Nothing of the host is another after it.
@HostTest
class CodeExaminationOnARealHostTest {
    private static final String LIVE = "/var/www/teaching_panel/teaching_panel";
    private static final String DATABASE = LIVE + "/db.sqlite3";
    private static final String STORE = "/var/www/.lectio-test";
    private static final String STAGE = STORE + "/stage";
    private static final String CLASSES = "/run/examine";
    private static final Duration LONG = Duration.ofSeconds(80);

    private static final String MODELS = """
            from django.db import models
            class Lesson(models.Model):
                id = models.AutoField(primary_key=True)
                title = models.CharField(max_length=40)
            """;

    private static TestHost boot(Release release) throws IOException {
        TestHost host = TestHost.boot(release, Path.of("target/dist"));
        Path folder = Path.of("/proc/" + host.pid() + "/root" + CLASSES + "/io/lectio/release");
        Files.createDirectories(folder);
        try (DirectoryStream<Path> classes =
                Files.newDirectoryStream(Path.of("target/test-classes/io/lectio/release"), "ExamineOnce*.class")) {
            for (Path each : classes) {
                Files.copy(each, folder.resolve(each.getFileName()));
            }
        }
        return host;
    }

    /// The live code: with a health view, an application of its own and its first migration.
    private static void prepare(TestHost host) throws IOException {
        write(host, LIVE, "panel/health.py", Files.readString(Path.of("scripts/health.py")));
        write(host, LIVE, "panel/words.py", "GREETING = 'hello'\n");
        write(host, LIVE, "lessons/__init__.py", "");
        write(host, LIVE, "lessons/models.py", MODELS);
        write(host, LIVE, "lessons/migrations/__init__.py", "");
        write(host, LIVE, "lessons/migrations/0001_initial.py", """
                from django.db import migrations, models
                class Migration(migrations.Migration):
                    initial = True
                    dependencies = []
                    operations = [migrations.CreateModel("Lesson", [
                        ("id", models.AutoField(primary_key=True, serialize=False)),
                        ("title", models.CharField(max_length=40))])]
                """);
        host.sh("cd " + LIVE + """
                ; echo 20260101-000001 >lectio-release.txt
                echo 'from .health import health as dropped_in; from . import words' >>panel/urls.py
                echo 'urlpatterns.insert(0, path("api/health/", dropped_in))' >>panel/urls.py
                echo 'INSTALLED_APPS.append("lessons"); MEDIA_ROOT = BASE_DIR / "media"' >>panel/settings.py
                mkdir media; chown -R www-data: .; install -d -m 700 /var/www/.lectio-test
                """);
        assertThat(examine(host, "applied")).contains("sessions.0001_initial").doesNotContain("lessons");
        assertThat(all(host, "manage", "migrate", "--noinput")).contains("exit=OptionalInt[0]", "lessons.0001_initial");
        assertThat(examine(host, "applied")).contains("lessons.0001_initial");
        host.sh(
                "systemctl restart teaching_panel; for i in $(seq 100); do curl -sf localhost/api/health/ | grep 20260101-000001"
                        + " && exit; sleep 0.1; done; exit 1");
    }

    private static void write(TestHost host, String folder, String file, String text) {
        host.sh("install -D -o www-data -g www-data /dev/null " + folder + "/" + file + "; cat >" + folder + "/" + file
                + " <<'END'\n" + text + "END\n");
    }

    /// The last line that it says.
    private static String examine(TestHost host, String... arguments) {
        return all(host, arguments).lines().reduce("", (_, last) -> last);
    }

    private static String all(TestHost host, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "-i",
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                TestHost.PRODUCT + "/runtime/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                TestHost.PRODUCT + "/lib/*:" + CLASSES,
                "io.lectio.release.ExamineOnce"));
        command.addAll(List.of(arguments));
        TestHost.Result result = host.run(LONG, command.toArray(String[]::new));
        assertThat(result.exit()).as(result.out() + result.err()).isZero();
        return result.out();
    }

    /// A stage of these files, each with its text after its name.
    private static void stage(TestHost host, String... files) {
        host.sh("rm -rf " + STAGE + "; install -d " + STAGE);
        write(host, STAGE, "lectio-release.txt", "20260101-000002\n");
        for (int at = 0; at < files.length; at += 2) {
            write(host, STAGE, files[at], files[at + 1]);
        }
        host.sh("chown -R www-data: " + STAGE);
    }

    private static String live(TestHost host, String file) {
        return host.sh("cat " + LIVE + "/" + file);
    }

    private static String of(TestHost host, String... files) {
        stage(host, files);
        return examine(host, "examine", STAGE, DATABASE);
    }

    private static String migration(String operation) {
        return """
                from django.db import migrations, models
                def fail(apps, editor):
                    raise ValueError("the rows do not fit")
                class Migration(migrations.Migration):
                    dependencies = [("lessons", "0001_initial")]
                    operations = [%s]
                """.formatted(operation);
    }

    /// All that an examination could leave or change, but what is written meanwhile.
    private static String world(TestHost host, boolean withDatabase) {
        return host.sh("cd " + LIVE + "; find . " + (withDatabase ? "" : "! -path './db.sqlite3*' ! -path . ")
                + "-printf '%p %i %s %m %u:%g %T@ %C@\\n' | sort; " + (withDatabase ? "sha256sum db.sqlite3; " : "")
                + "sort /proc/1/mountinfo; systemctl list-units --all --plain --no-legend 'lectio*'; ls " + STORE
                + " /run/lectio-examine; ls /tmp /var/tmp | grep lectio; pgrep -u www-data gunicorn; true");
    }

    @OnOneRelease
    void aReleaseIsRunBeforeItIsLiveAndNothingIsAnotherAfterwards(Release release) throws IOException {
        try (TestHost host = boot(release)) {
            prepare(host);
            assertThat(of(host, "panel/extra.py", "x = 1\n")).startsWith("Fit[");
            String before = world(host, true);
            goodOnes(host);
            assertThat(world(host, true)).isEqualTo(before);
            badCode(host);
            badMigrations(host);
            notOfTheReleases(host);
            stage(host);
            assertThat(world(host, true)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theUnitIsReadAsSystemdStartsIt(Release release) throws IOException {
        try (TestHost host = boot(release)) {
            host.sh("""
                    python3 -m venv --without-pip --system-site-packages /srv/ve 2>/dev/null \
                        || { mkdir -p /srv/ve/bin; ln -s /usr/bin/python3 /srv/ve/bin/python3; ln -s python3 /srv/ve/bin/python; }
                    (echo '#!/srv/ve/bin/python'; sed 1d /usr/bin/gunicorn) >/srv/ve/bin/gunicorn; chmod +x /srv/ve/bin/gunicorn
                    printf 'GUARD_B="two words"\nGUARD_C=$x # y\nGUARD_D=\\\n1\n' >/srv/guard.env
                    mkdir /etc/systemd/system/teaching_panel.service.d
                    cat >/etc/systemd/system/teaching_panel.service.d/test.conf <<'END'
                    [Service]
                    UMask=0027
                    Group=adm
                    SupplementaryGroups=mail
                    Environment="GUARD_A=a b" WORKERS=2 "MORE=--preload  --bind 127.0.0.1:8000"
                    EnvironmentFile=/srv/guard.env
                    EnvironmentFile=-/srv/none.env
                    ExecStart=
                    ExecStart=/srv/ve/bin/gunicorn --workers ${WORKERS} $MORE -b "unix:/tmp/a b%%" --error-logfile - panel.wsgi
                    END
                    systemctl daemon-reload; systemctl restart teaching_panel
                    """);
            String main = host.sh("systemctl show -P MainPID teaching_panel").strip();
            assertThat(all(host, "unit"))
                    .contains("user WebUser[name=www-data, uid=33, gid=4, groups=[")
                    .contains("folder " + LIVE + " umask 0027")
                    .contains("python Optional[/srv/ve/bin/python] preloads true target Optional[panel.wsgi]")
                    .contains("command [/srv/ve/bin/gunicorn, --workers, 2, --preload, --bind, 127.0.0.1:8000, -b,"
                            + " unix:/tmp/a b%, --error-logfile, -, panel.wsgi]")
                    .contains("EnvironmentFile[path=/srv/guard.env, optional=false],"
                            + " EnvironmentFile[path=/srv/none.env, optional=true]")
                    .contains("main " + main)
                    .contains("environment GUARD_A=a b", "environment GUARD_B=two words", "environment GUARD_C=$x # y")
                    .contains("environment GUARD_D=1", "environment HOME=/var/www", "environment USER=www-data")
                    .contains("private [/srv/ve/bin/gunicorn, --workers, 2, --preload, --error-logfile, -, panel.wsgi,"
                            + " --bind, fd://3, --workers, 1");
        }
    }

    private static void goodOnes(TestHost host) {
        assertThat(of(host, "panel/extra.py", "x = 1\n", "requirements.txt", "Django>=3\ngunicorn\n"))
                .matches("Fit\\[said=1 changed Python files compile; 2 requirements are installed; no migrations;"
                        + " it answers after \\d+\\.\\d+ s, migrations=\\[\\], oldCodeRuns=true\\]");
        String field = "models.CharField(max_length=9, null=True)";
        assertThat(of(
                        host,
                        "lessons/models.py",
                        MODELS + "    room = " + field + "\n",
                        "lessons/migrations/0002_room.py",
                        migration("migrations.AddField('Lesson', 'room', " + field + ")")))
                .contains("1 migrations run on a copy of the database", "the live code answers on the migrated copy")
                .endsWith("migrations=[Migration[name=lessons.0002_room, additive=true]], oldCodeRuns=true]");
        assertThat(of(
                        host,
                        "lessons/models.py",
                        MODELS.replaceAll("(?m)^.*title.*\n", ""),
                        "lessons/migrations/0002_title.py",
                        migration("migrations.RemoveField('Lesson', 'title')")))
                .contains("not all that the migrations change is surely harmless")
                .endsWith("additive=false]], oldCodeRuns=false]");
        assertThat(of(host, "lessons/models.py", MODELS + "    forgotten = models.IntegerField(null=True)\n"))
                .contains("its models have changes that no migration makes")
                .startsWith("Fit[");
    }

    private static void badCode(TestHost host) {
        assertThat(of(host, "panel/extra.py", "x = 1\ndef f(:\n"))
                .matches("Refused\\[why=its Python files: SyntaxError: .*\\(panel/extra.py:2\\)\\]");
        assertThat(of(host, "panel/urls.py", live(host, "panel/urls.py") + "from . import gone\n"))
                .startsWith("Refused[why=its checks (manage.py check): ImportError: cannot import name 'gone'")
                .contains("(panel/urls.py:");
        stage(host, "panel/extra.py", "");
        assertThat(examine(host, "examine", STAGE, DATABASE, "panel/words.py"))
                .startsWith("Refused[why=its checks (manage.py check): ImportError: cannot import name 'words'");
        assertThat(of(host, "requirements.txt", "Django>=3\nsurely-not-there==1.0\n"))
                .isEqualTo("Refused[why=requirements.txt: surely-not-there==1.0: it is not installed]");
        assertThat(of(host, "requirements.txt", "Django>=99\n"))
                .startsWith("Refused[why=requirements.txt: Django>=99: installed is ");
        assertThat(of(
                        host,
                        "panel/urls.py",
                        live(host, "panel/urls.py") + "def bad(request):\n    raise KeyError('n')\n"
                                + "urlpatterns.insert(0, path('api/health/', bad))\n"))
                .contains("Refused[why=asked for https://panel.example/api/health/, it answers 500");
        assertThat(of(host, "panel/wsgi.py", live(host, "panel/wsgi.py") + "raise RuntimeError('no start')\n"))
                .contains("it does not start: RuntimeError: no start (panel/wsgi.py:");
        assertThat(of(host, "panel/wsgi.py", "import time\ntime.sleep(30)\n" + live(host, "panel/wsgi.py")))
                .contains("Refused[why=asked for ", "slow start: no answer within 10 s");
        assertThat(of(host, "lectio-release.txt", "20260101-000009\n"))
                .contains("Refused[why=it says that it is the release 20260101-000009, and not 20260101-000002");
    }

    private static void badMigrations(TestHost host) {
        assertThat(of(host, "lessons/migrations/0002_fails.py", migration("migrations.RunPython(fail)")))
                .startsWith("Refused[why=its migrations on a copy of the database: ValueError: the rows do not fit"
                        + " (lessons/migrations/0002_fails.py:3)");
        assertThat(of(
                        host,
                        "lessons/migrations/0002_sql.py",
                        migration("migrations.RunSQL('INSERT INTO nowhere VALUES (1)')")))
                .startsWith("Refused[why=its migrations on a copy of the database: ")
                .contains("no such table: nowhere");
    }

    private static void notOfTheReleases(TestHost host) {
        assertThat(of(host, "media/logo.png", "x\n"))
                .startsWith("Refused[why=it has media/logo.png, which is in MEDIA_ROOT (" + LIVE + "/media)");
        assertThat(of(host, "db.sqlite3", "x\n")).startsWith("Refused[why=it has db.sqlite3, which is in the database");
        String settings = live(host, "panel/settings.py");
        assertThat(of(host, "panel/settings.py", settings + "DATABASES['default']['NAME'] = '/var/lib/other'\n"))
                .startsWith("NotExamined[")
                .contains("its settings name the database /var/lib/other");
        assertThat(of(host, "panel/settings.py", settings + "open('/var/www/teaching_panel/mine', 'w')\n"))
                .startsWith("NotExamined[")
                .contains("it wants to write what it may not");
        assertThat(of(host, "panel/settings.py", settings + "open('/var/log/mine', 'w').close()\n"))
                .as("www-data may not write there, live or not")
                .startsWith("Refused[why=its checks")
                .contains("PermissionError");
        assertThat(host.sh("ls /var/www/teaching_panel /var/log")).doesNotContain("mine");
    }

    @OnOneRelease
    void aWriterOfTheLiveDatabaseIsNeverKeptAndTheCopyNeverMeetsItsJournal(Release release) throws IOException {
        try (TestHost host = boot(release)) {
            prepare(host);
            host.sh("""
                    cd %s; cat >/run/writer.py <<'END'
                    import sqlite3, time
                    db = sqlite3.connect("db.sqlite3", isolation_level=None, timeout=1)
                    db.execute("create table written (n integer)")
                    n = 0
                    while True:
                        db.execute("insert into written values (?)", (n,))
                        n += 1
                        print(n, flush=True)
                        time.sleep(0.05)
                    END
                    systemd-run -q --unit writer -p User=www-data -p WorkingDirectory=$PWD \
                        -p StandardOutput=file:/run/written python3 /run/writer.py
                    """.formatted(LIVE));
            assertThat(of(host, "panel/extra.py", "x = 1\n")).startsWith("Fit[");
            String before = world(host, false);
            goodOnes(host);
            badMigrations(host);
            stage(host);
            assertThat(world(host, false)).isEqualTo(before);
            host.sh("systemctl is-active writer; systemctl stop writer; test \"$(tail -n1 /run/written)\" = "
                    + "\"$(sqlite3 " + DATABASE
                    + " 'select count(*) from written')\"; [ $(wc -l </run/written) -gt 200 ]"
                    + "; [ \"$(sqlite3 " + DATABASE + " 'pragma integrity_check')\" = ok ]");
        }
    }

    @OnOneRelease
    void whereTheDatabaseLiesDoesNotMatterAndALinkLeadsNowhere(Release release) throws IOException {
        try (TestHost host = boot(release)) {
            prepare(host);
            String settings = live(host, "panel/settings.py");
            for (String place : new String[] {"/var/lib/panel", "/var/www/teaching_panel", LIVE + "/data"}) {
                String database = place + "/other.db";
                host.sh("install -d -o www-data " + place + "; cp -a " + DATABASE + " " + database + "; echo 1 >"
                        + place + "/beside");
                stage(
                        host,
                        "panel/settings.py",
                        settings + "assert open('" + place + "/beside').read() == '1\\n'\n"
                                + "DATABASES['default']['NAME'] = '" + database + "'\n",
                        "lessons/migrations/0002_sql.py",
                        migration("migrations.RunSQL('INSERT INTO lessons_lesson (title) VALUES (1)')"));
                String before = host.sh("stat -c '%i %s %y %z' " + database + "; sha256sum " + database);
                assertThat(examine(host, "examine", STAGE, database)).as(place).startsWith("Fit[");
                assertThat(host.sh("stat -c '%i %s %y %z' " + database + "; sha256sum " + database))
                        .isEqualTo(before);
            }
            stage(host, "panel/extra.py", "x = 1\n");
            host.sh("cp -a " + DATABASE + " /root/closed; chmod 600 /root/closed; chown root: /root/closed; mv "
                    + DATABASE + " " + DATABASE + ".real; ln -s /root/closed " + DATABASE);
            assertThat(examine(host, "examine", STAGE, DATABASE))
                    .startsWith("Failed[why=the database is not its user's to write: /root/closed");
            host.sh("mv " + DATABASE + ".real " + DATABASE + "; mv " + LIVE + " " + LIVE + ".real; ln -s /etc " + LIVE);
            assertThat(examine(host, "examine", STAGE, "-"))
                    .startsWith("NotExamined[")
                    .contains("is a link, or no folder");
            host.sh("rm " + LIVE + "; mv " + LIVE + ".real " + LIVE);
        }
    }

    @OnOneRelease
    void whatAKilledGuardLeavesTheNextExaminationClearsAway(Release release) throws IOException {
        try (TestHost host = boot(release)) {
            prepare(host);
            assertThat(of(host, "panel/extra.py", "x = 1\n")).startsWith("Fit[");
            String before = world(host, true);
            stage(host, "panel/wsgi.py", "import time\ntime.sleep(30)\n" + live(host, "panel/wsgi.py"));
            host.sh(("(env -i PATH=$PATH %s/runtime/bin/java --enable-native-access=ALL-UNNAMED -cp '%s/lib/*:%s'"
                            + " io.lectio.release.ExamineOnce examine %s %s >/run/killed 2>&1 & echo $! >/run/pid);"
                            + " for i in $(seq 300); do pgrep -u www-data -f fd://3 && break; sleep 0.1; done;"
                            + " kill -KILL $(cat /run/pid); sleep 0.5; pgrep -u www-data -f fd://3;"
                            + " systemctl list-units --plain --no-legend 'lectio-code-*' | grep -q serve")
                    .formatted(TestHost.PRODUCT, TestHost.PRODUCT, CLASSES, STAGE, DATABASE));
            assertThat(of(host, "panel/extra.py", "x = 1\n")).startsWith("Fit[");
            assertThat(world(host, true)).isEqualTo(before);
        }
    }
}
