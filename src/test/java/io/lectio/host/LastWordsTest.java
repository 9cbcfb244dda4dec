package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Condition.Reason;
import io.lectio.core.health.Condition.Unfit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LastWordsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ModuleNotFoundError: No module named 'requests'                                            | IMPORT_ERROR
            ImportError: cannot import name 'path' from 'django.urls' (/usr/lib/python3/x.py)           | IMPORT_ERROR
            SyntaxError: invalid syntax                                                                 | IMPORT_ERROR
            IndentationError: unexpected indent                                                         | IMPORT_ERROR
            KeyError: 'DJANGO_SECRET_KEY'                                                               | ENVIRONMENT
            django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.      | ENVIRONMENT
            decouple.UndefinedValueError: DB_URL not found. Declare it as envvar or set as environment  | ENVIRONMENT
            OSError: [Errno 98] Address already in use                                                  | PORT_TAKEN
            [2026-01-22 03:12:04 +0000] [71] [ERROR] Connection in use: ('127.0.0.1', 8000)             | PORT_TAKEN
            """)
    void whatAStartDoesNotMendIsNamed(String line, Reason reason) {
        assertThat(LastWords.unfit(List.of("first", line, "[71] [INFO] Shutting down: Master")))
                .map(Unfit::reason)
                .contains(reason);
    }

    /// These come and go with other machines: a start may well mend them.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "django.db.utils.OperationalError: could not connect to server: Connection refused",
                "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379",
                "KeyError: 'panel'",
                "MemoryError",
                "ValueError: the import of the file failed",
                "GET /No module named x HTTP/1.1",
                "GET /?q=ImportError:%20x Address already in use",
                "No module named 'brotli', using gzip",
                "TimeoutError: timed out"
            })
    void whatMayBeOverSoonIsNot(String line) {
        assertThat(LastWords.unfit(List.of(line))).isEmpty();
    }

    @Test
    void theLastOneCountsAndSecretsAreNotTold() {
        assertThat(LastWords.unfit(
                        List.of("ImportError: old", "KeyError: 'SECRET_KEY'", "ImportError: postgres://u:hunter2@db")))
                .contains(new Unfit(Reason.IMPORT_ERROR, "ImportError: postgres://u:***@db"));
    }

    @Test
    void onlyItsOwnProcessesCount() {
        assertThat(LastWords.of(List.of(
                        "2026-01-22T03:12:04+00:00 host systemd[1]: panel.service: Main process exited",
                        "2026-01-22T03:12:04+00:00 host gunicorn[71]: ImportError: no",
                        "-- No entries --")))
                .containsExactly("ImportError: no");
    }

    @Test
    void whoListensOnAPortIsNamed() throws IOException {
        String me = ProcessHandle.current().pid() + ")";
        try (ServerSocket here = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(Listeners.on(here.getLocalPort()).orElse("")).endsWith("(" + me);
        }
        try (ServerSocket here = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
            assertThat(Listeners.on(here.getLocalPort()).orElse("")).endsWith("(" + me);
        }
        assertThat(Listeners.on(1)).isEqualTo(Optional.empty());
    }
}
