package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Observation;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The gate asks the live site for its release.
class GateTest {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int BAD_GATEWAY = 502;
    /// So often is it asked, five times a second, that a release which is not there would have been refused.
    private static final int MORE_THAN_A_RELEASE = 13;

    @TempDir
    private Path folder = Path.of("");

    private ReleaseSite site;
    private HttpServer server;
    private URI page = URI.create("http://localhost/");
    private final AtomicInteger asked = new AtomicInteger();

    private record Answer(int status, String body) {}

    @BeforeEach
    void serveTheSecondRelease() throws Exception {
        site = ReleaseSite.in(folder);
        site.deploy("r1", ReleaseSite.build(1), Optional.empty());
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
        server.start();
        page = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /// @param answer to the how-many-th request for it, from 0
    private void serve(String path, IntFunction<Answer> answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                Answer now = answer.apply(asked.getAndIncrement());
                byte[] body = now.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(now.status(), body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    private StepResult gate(Outcome look) throws IOException, InterruptedException {
        Deploy deploy = Deploy.offer("d1", Deploy.Kind.NEW, Set.of(Part.PAGES), "r2", "", 0, 0, "root", false);
        return site.releases(page, _ -> _ -> look)
                .take(Step.GATE, deploy, deploy.change(Part.PAGES).orElseThrow());
    }

    private Finding page(Optional<Fault> fault) {
        Finding.Answer answer = new Finding.Answer(page, Optional.of(OK), Duration.ofMillis(3), fault);
        return new Finding.Answers(CheckId.PAGE, List.of(answer), Duration.ofMillis(3));
    }

    private Passed well() {
        return new Passed(page(Optional.empty()));
    }

    private static Answer id(String release) {
        return new Answer(OK, release + "\n");
    }

    @Test
    void itOpensForTheReleaseWithAWellPage() throws Exception {
        serve("/" + Places.ID_FILE, _ -> id("r2"));
        assertThat(gate(well())).isEqualTo(new StepResult.Done("the site serves r2, with all that its page names"));
        assertThat(asked).hasValue(1);
    }

    @Test
    @Tag("slow")
    void itStaysShutForAnotherRelease() throws Exception {
        serve("/" + Places.ID_FILE, _ -> id("r1"));
        assertThat(gate(well()))
                .isEqualTo(new StepResult.Refused(
                        page + Places.ID_FILE + " answers 200 with another release than this one"));
        assertThat(asked.get())
                .as("a server that keeps open files in mind is asked again")
                .isGreaterThan(2);
    }

    @Test
    void itOpensOnceTheServerHasLookedAgain() throws Exception {
        serve("/" + Places.ID_FILE, count -> id(count < 2 ? "r1" : "r2"));
        assertThat(gate(well())).isInstanceOf(StepResult.Done.class);
        assertThat(asked).hasValue(3);
    }

    /// A single-page site answers its page to whatever it does not have.
    @Test
    @Tag("slow")
    void itStaysShutWhereThePageIsAnsweredInPlaceOfTheId() throws Exception {
        serve("/", _ -> new Answer(OK, "<p>r2</p>"));
        assertThat(gate(well()).said()).contains("another release");
    }

    @Test
    @Tag("slow")
    void itStaysShutWhereTheIdIsNotServed() throws Exception {
        serve("/" + Places.ID_FILE, _ -> new Answer(NOT_FOUND, "r2\n"));
        assertThat(gate(well())).isEqualTo(new StepResult.Refused(page + Places.ID_FILE + " answers 404"));
    }

    @Test
    @Tag("slow")
    void aServerThatIsJustStartedAnewIsWaitedForLonger() throws Exception {
        serve("/" + Places.ID_FILE, count -> count < MORE_THAN_A_RELEASE ? new Answer(BAD_GATEWAY, "") : id("r2"));
        assertThat(gate(well())).isInstanceOf(StepResult.Done.class);
        assertThat(asked).hasValue(MORE_THAN_A_RELEASE + 1);
    }

    @Test
    @Tag("full")
    void butNotForEver() throws Exception {
        serve("/" + Places.ID_FILE, _ -> new Answer(BAD_GATEWAY, ""));
        assertThat(gate(well())).isEqualTo(new StepResult.Refused(page + Places.ID_FILE + " answers 502"));
    }

    @Test
    @Tag("slow")
    void itStaysShutForAPageThatFails() throws Exception {
        serve("/" + Places.ID_FILE, _ -> id("r2"));
        Fault fault = new Fault(Fault.Kind.REPLACED, "page replaced");
        StepResult refused = gate(new Failed(page(Optional.of(fault))));
        assertThat(refused).isInstanceOf(StepResult.Refused.class);
        assertThat(refused.said()).contains("page replaced");
        assertThat(gate(new Observation.Unknown("no descriptors left")))
                .isEqualTo(new StepResult.Refused("no descriptors left"));
    }

    @Test
    void aPageThatIsOnlySlowIsNotTheReleases() throws Exception {
        serve("/" + Places.ID_FILE, _ -> id("r2"));
        Fault slow = new Fault(Fault.Kind.SLOW, "slow");
        assertThat(gate(new Failed(page(Optional.of(slow))))).isInstanceOf(StepResult.Done.class);
    }

    /// What was adopted by an earlier version has no file that tells its id: its page tells it.
    @Test
    void aReleaseThatTellsNoIdIsKnownByItsPage() throws Exception {
        Manifest all = site.manifest("r2");
        new Manifest(all.entries().stream()
                        .filter(entry -> !entry.path().equals(Places.ID_FILE))
                        .toList())
                .write(site.places().manifest("r2"));
        String right = Files.readString(site.places().files("r2").resolve("index.html"));
        serve("/", count -> new Answer(OK, count < 1 ? "the old page" : right));
        assertThat(gate(well())).isInstanceOf(StepResult.Done.class);
        assertThat(asked).hasValue(2);
    }

    @Test
    void aReleaseThatIsNotStoredIsAnError() throws IOException, InterruptedException {
        Files.delete(site.places().manifest("r2"));
        assertThatThrownBy(() -> gate(well())).isInstanceOf(NoSuchFileException.class);
        assertThat(asked).hasValue(0);
    }
}
