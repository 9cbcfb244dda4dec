package io.lectio.probe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiProbeTest {
    private static final String PAGE = "<!doctype html><html><body>the site</body></html>";
    private HttpServer server;
    private Path log = Path.of("/none");

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
        server.start();
        serve("/", 200, PAGE);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serve(String path, int status, String body) {
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                exchange.getResponseHeaders().set("Location", "/moved/");
                exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.length());
                exchange.getResponseBody().write(body.getBytes(UTF_8));
            }
        });
    }

    private Outcome look() {
        URI page = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
        return new ApiProbe("127.0.0.1", page.resolve("/api/health/"), page, Duration.ofSeconds(10), log)
                .look(List.of());
    }

    @Test
    void theRightAnswerMayComeTooLate() {
        URI page = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
        serve("/api/health/", 204, "");
        Outcome outcome = new ApiProbe(
                        "127.0.0.1", page.resolve("/api/health/"), page, Duration.ofSeconds(10), Duration.ZERO, log)
                .look(List.of());
        assertThat(outcome).isInstanceOf(Failed.class);
        assertThat(((Answers) ((Failed) outcome).finding()).onlySlow()).isTrue();
    }

    @Test
    void whatTheApplicationHasWrittenOfItsErrorIsKept() throws IOException {
        log = Files.createTempFile("error", ".log");
        try {
            Files.writeString(log, """
                    Traceback (most recent call last):
                      File "/srv/panel/views.py", line 12, in health
                    KeyError: 'state'
                    """);
            serve("/api/health/", 500, "");
            Answers seen = (Answers) ((Failed) look()).finding();
            assertThat(seen.bad().getFirst().fault().flatMap(Fault::said)).contains("KeyError (panel/views.py:12)");
        } finally {
            Files.delete(log);
        }
    }

    private Kind fault() {
        assertThat(look()).isInstanceOf(Failed.class);
        return look() instanceof Failed(Answers seen)
                ? seen.bad().getFirst().fault().map(Fault::kind).orElseThrow()
                : Kind.NO_ANSWER;
    }

    @Test
    void anAnswerInHtmlIsAnAnswer() {
        serve("/api/health/", 200, "ok");
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void soIsNoContent() {
        serve("/api/health/", 204, "");
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void theSitesOwnPageIsNone() {
        assertThat(fault()).isEqualTo(Kind.PAGE_INSTEAD);
    }

    @Test
    void aRedirectIsFollowedToWhatItBrings() {
        serve("/api/health/", 301, "");
        assertThat(fault()).isEqualTo(Kind.PAGE_INSTEAD);
        serve("/moved/", 503, "down");
        assertThat(fault()).isEqualTo(Kind.STATUS);
        server.removeContext("/moved/");
        serve("/moved/", 200, "ok");
        assertThat(look()).isInstanceOf(Passed.class);
    }
}
