package io.lectio.testhost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Code of the test host's site, to be deployed.
public final class SchoolCode {
    public static final String LIVE = "/var/www/teaching_panel/teaching_panel";

    public static final String FIRST_MIGRATION = migration(
            "0001_initial",
            "migrations.CreateModel(name='Lesson', fields=[('id', models.AutoField(primary_key=True)),"
                    + " ('name', models.CharField(max_length=50))])",
            "");

    /// Shell lines that break a copy of `/tmp/code` from within, by what is broken; each is to be refused before a
    /// visitor sees it. It is made of what stands above.
    public static final Map<String, String> BAD = bad();

    /// The tail of a copy of `/tmp/code` that does not start in the unit of the site and does in any other.
    public static final String DIES_LIVE =
            "echo 'assert \"teaching_panel.service\" not in open(\"/proc/self/cgroup\").read()' >> lessons/__init__.py";

    /// Its health fails for as long as there is `/run/fail`.
    public static final String FAILS_LATER =
            "sed -i 's/^urlpatterns/good = health\\ndef health(request):\\n    assert not os.path.exists(\"\\/run\\/fail\")\\n"
                    + "    return good(request)\\nurlpatterns/' panel/urls.py";

    private static final String PROJECT = """
            mkdir /tmp/code; cd /tmp/code; cp -r %1$s/manage.py %1$s/panel .; rm -rf panel/__pycache__
            sed -i '/^def health/,/users/d; s/^import os/import os\\nfrom .health import health/' panel/urls.py
            mkdir -p lessons/migrations; touch lessons/__init__.py lessons/migrations/__init__.py
            sed -i 's/"django.contrib.sessions"/"django.contrib.sessions", "lessons"/' panel/settings.py
            cat > panel/health.py <<'END'
            """.formatted(LIVE);

    private SchoolCode() {}

    /// The live project with the health view that tells its release, in `/tmp/code`.
    public static void write(TestHost host) {
        try {
            host.sh(PROJECT + Files.readString(Path.of("scripts/health.py")) + "\nEND\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The release that the live code tells; empty where it tells none.
    public static String running(TestHost host) {
        return host.sh("curl -s localhost/api/health/ | sed -n 's/.*\"release\": \"\\([^\"]*\\)\".*/\\1/p'")
                .strip();
    }

    public static String migration(String name, String operation, String after) {
        String dependencies = after.isEmpty() ? "[]" : "[('lessons', '" + after + "')]";
        return """
                cat > lessons/migrations/%s.py <<'END'
                from django.db import migrations, models
                class Migration(migrations.Migration):
                    dependencies = %s
                    operations = [%s]
                END
                """.formatted(name, dependencies, operation);
    }

    private static Map<String, String> bad() {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("an import error", "echo 'import nothing_such' >> panel/urls.py");
        bad.put("a syntax error", "echo 'def (' >> lessons/views.py");
        bad.put(
                "a failing migration",
                FIRST_MIGRATION
                        + migration(
                                "0002_bad",
                                "migrations.RunSQL('insert into no_such_table values (1)')",
                                "0001_initial"));
        bad.put(
                "a health of 500",
                "sed -i 's/^urlpatterns/def health(request): raise ValueError(\"no\")\\nurlpatterns/' panel/urls.py");
        bad.put("a slow start", "echo 'import time; time.sleep(60)' >> panel/wsgi.py");
        return bad;
    }
}
