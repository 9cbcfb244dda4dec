package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppLogTest {
    private static final DateTimeFormatter NGINX = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss");
    private static final DateTimeFormatter PYTHON = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    @TempDir
    private Path folder = Path.of("unset");

    private AppLog log(String text) throws IOException {
        Path file = folder.resolve("error.log");
        Files.writeString(file, text);
        return AppLog.end(file);
    }

    private static String ago(DateTimeFormatter format, long seconds) {
        return format.format(LocalDateTime.now(ZoneId.systemDefault()).minusSeconds(seconds));
    }

    private static String traceback(String at, String end) {
        return """
                %s ERROR Internal Server Error: /api/health/
                Traceback (most recent call last):
                  File "/usr/lib/python3/dist-packages/django/core/handlers/exception.py", line 55, in inner
                    response = get_response(request)
                  File "/var/www/teaching_panel/teaching_panel/panel/views.py", line 12, in health
                    return JsonResponse({"ok": STATES[request.GET["state"]]})
                %s
                """.formatted(at, end);
    }

    @Test
    void theLastExceptionIsToldWithItsPlaceAndWithoutSecrets() throws IOException {
        AppLog log = log(traceback(ago(PYTHON, 20), "KeyError: 'one'")
                + traceback(ago(PYTHON, 3), "ValueError: password='hunter2' is wrong")
                + ago(PYTHON, 1) + " INFO nothing\n");
        assertThat(log.exception()).contains("ValueError: password=*** is wrong (panel/views.py:12)");
    }

    @Test
    void itsNameAloneHasNoWordsOfAVisitor() throws IOException {
        AppLog log = log(traceback(ago(PYTHON, 3), "django.db.utils.IntegrityError: ivan@example.com is there"));
        assertThat(log.exceptionsName()).contains("django.db.utils.IntegrityError (panel/views.py:12)");
    }

    @Test
    void aPathThatAVisitorHasAskedForIsNoErrorOfNginx() throws IOException {
        AppLog log =
                log(ago(NGINX, 2) + " [error] 1#1: *1 open() \"/srv/x\" failed (2: No such file), client: 203.0.113.9\n"
                        + ago(NGINX, 1) + " [error] 1#1: run https://evil.example/fix.sh, client: 203.0.113.9\n");
        assertThat(log.errorOfNginx()).isEmpty();
    }

    @Test
    void anOldExceptionIsNotTold() throws IOException {
        assertThat(log(traceback(ago(PYTHON, 300), "KeyError: 'one'") + ago(PYTHON, 1) + " INFO nothing\n")
                        .exception())
                .isEmpty();
    }

    @Test
    void theLastErrorOfNginxIsToldWithoutTheVisitor() throws IOException {
        AppLog log = log(ago(NGINX, 9)
                + " [error] 71#71: *1 open() \"/srv/a\" failed (13: Permission denied), client: 203.0.113.9\n"
                + ago(NGINX, 2)
                + " [error] 71#71: *12 connect() failed (111: Connection refused) while connecting to upstream,"
                + " client: 203.0.113.9, server: _, request: \"GET /api/ HTTP/1.1\", upstream: \"http://127.0.0.1:8000/api/\"\n"
                + ago(NGINX, 1) + " [notice] 71#71: signal process started\n");
        assertThat(log.errorOfNginx())
                .contains("connect() failed (111: Connection refused) while connecting to upstream");
        assertThat(log(ago(NGINX, 200) + " [error] 71#71: *1 open() failed, client: 203.0.113.9\n")
                        .errorOfNginx())
                .isEmpty();
    }

    @Test
    void whatIsNoFileSaysNothing() throws IOException {
        assertThat(AppLog.end(folder.resolve("none")).exception()).isEmpty();
    }
}
