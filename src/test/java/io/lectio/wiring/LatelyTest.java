package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Observation;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.incident.Incident;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.EventLog;
import io.lectio.host.Changes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real files below a folder of its own; the services are told of. Time is the real one, from which a start may be far.
class LatelyTest {
    private static final URI API = URI.create("http://localhost/api/health/");
    private static final URI PAGE = URI.create("http://localhost/");
    private static final String APP = "panel.service";
    private static final String NGINX = "nginx.service";

    @TempDir
    private Path folder = Path.of("");

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final List<Lately> all = new ArrayList<>();
    private Policy policy = Policies.of(site(Path.of("/srv")), Services.NONE, false);
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private Instant now = Instant.now();
    private Lately lately = lately();

    private static Site site(Path below) {
        return new Site(
                PAGE,
                "127.0.0.1",
                below.resolve("site"),
                below.resolve("site/build"),
                "www-data",
                new PrivatePatterns(List.of()));
    }

    @BeforeEach
    void makeMachine() throws Exception {
        Services services = new Services(
                Optional.of(new Services.App(APP, "127.0.0.1:8000", API)),
                Optional.of(new Services.Proxy(NGINX, true)));
        policy = Policies.of(site(folder), services, false)
                .here(site(folder), services, false, Set.of(), Optional.empty());
        Files.createDirectories(folder.resolve("state"));
        write("nginx/nginx.conf");
        write("nginx/conf.d/site.conf");
        write("units/panel.service");
        write("units/other.service");
        write("site/panel/settings.py");
        write("site/build/index.html");
        pass(Duration.ZERO);
        lately = lately();
    }

    @AfterEach
    void close() {
        all.forEach(Lately::close);
    }

    private Path write(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, String.valueOf(System.nanoTime()));
    }

    private Lately lately() {
        Lately made = new Lately(
                policy,
                new Lately.Places(folder.resolve("nginx"), folder.resolve("units"), folder.resolve("dpkg.log")),
                folder.resolve("state"),
                EventLog.NONE,
                (incident, text) -> said.add(incident + ": " + text));
        all.add(made);
        return made;
    }

    /// What comes after it is later than what came before by more than a tick of the file system's clock.
    private void pass(Duration more) throws InterruptedException {
        Thread.sleep(20);
        now = Instant.now().plus(more);
        Thread.sleep(20);
    }

    private void sees(CheckId check, Observation.Outcome outcome) {
        GuardState before = state;
        Event event = new Event.Observed(new Observation(check, now, outcome));
        Decision decision = Guard.decide(before, event, now, policy);
        state = decision.next();
        lately.turn(before, event, decision, now);
    }

    private static ProcessView process(int pid, int parent, Instant started) {
        return new ProcessView(pid, parent, "python3", 'S', started, Duration.ZERO, Set.of());
    }

    /// @param reloaded when its workers were started anew
    private void seesUnit(CheckId check, String name, Instant since, Instant reloaded) {
        sees(check, unit(name, UnitState.Active.ACTIVE, since, reloaded));
    }

    /// By a signal, of which systemd knows nothing.
    private void seesReloaded(CheckId check, String name, Instant since, Instant reloaded) {
        Finding.Service service =
                unit(name, UnitState.Active.ACTIVE, since, since).services().getFirst();
        sees(
                check,
                new Observation.Sampled(List.of(new Finding.Service(
                        service.unit(),
                        List.of(process(7, 1, since), process(8, 7, reloaded)),
                        service.answer(),
                        now,
                        false,
                        Optional.empty(),
                        name.equals(APP)))));
    }

    private Observation.Sampled unit(String name, UnitState.Active active, Instant since, Instant reloaded) {
        boolean runs = active == UnitState.Active.ACTIVE;
        UnitState unit = new UnitState(
                name,
                UnitState.Load.LOADED,
                active,
                "",
                runs ? "success" : "exit-code",
                "run" + since,
                0,
                runs ? 7 : 0,
                runs ? "" : "exit code 3",
                runs ? reloaded : now,
                false,
                UnitState.Stop.NOT_ASKED,
                false,
                "");
        Answer answer = new Answer(API, Optional.of(200), Duration.ofMillis(2), Optional.empty());
        return new Observation.Sampled(List.of(new Finding.Service(
                unit,
                runs ? List.of(process(7, 1, since), process(8, 7, reloaded)) : List.of(),
                Optional.of(answer),
                now,
                false,
                Optional.empty(),
                name.equals(APP))));
    }

    private void allWell(Instant appSince, Instant nginxLoaded) throws InterruptedException {
        pass(Duration.between(Instant.now(), now).plus(Duration.ofSeconds(6))); // it settles each five seconds
        for (int i = 0; i < 2; i++) {
            sees(CheckId.CONFIG, new Observation.Passed(new Finding.Config("", "")));
            answers(CheckId.API);
            answers(CheckId.PAGE);
            seesUnit(CheckId.APP, APP, appSince, appSince);
            seesUnit(CheckId.PROXY, NGINX, Instant.EPOCH, nginxLoaded);
            pass(Duration.between(Instant.now(), now).plus(Duration.ofSeconds(6)));
        }
    }

    private void answers(CheckId check) {
        Answer answer = new Answer(PAGE, Optional.of(200), Duration.ofMillis(2), Optional.empty());
        sees(check, new Observation.Passed(new Answers(check, List.of(answer), Duration.ofMillis(2))));
    }

    private Incident nginxIsBad() {
        sees(CheckId.CONFIG, new Observation.Failed(new Finding.Config("bad.conf:1", "unknown directive")));
        return state.durable().incidents().getLast();
    }

    private Incident appEnds() {
        sees(CheckId.APP, unit(APP, UnitState.Active.FAILED, Instant.EPOCH, Instant.EPOCH));
        return state.durable().incidents().getLast();
    }

    private Incident apiIsBad() {
        Answer answer = new Answer(
                API, Optional.of(500), Duration.ofMillis(2), Optional.of(new Fault(Fault.Kind.STATUS, "500")));
        for (int i = 0; i < 5; i++) {
            sees(CheckId.API, new Observation.Failed(new Answers(CheckId.API, List.of(answer), Duration.ofMillis(2))));
        }
        return state.durable().incidents().getLast();
    }

    private Incident pageIsBad() {
        Answer answer = new Answer(
                PAGE, Optional.of(500), Duration.ofMillis(2), Optional.of(new Fault(Fault.Kind.STATUS, "500")));
        for (int i = 0; i < 5; i++) {
            sees(
                    CheckId.PAGE,
                    new Observation.Failed(new Answers(CheckId.PAGE, List.of(answer), Duration.ofMillis(2))));
        }
        return state.durable().incidents().getLast();
    }

    private static List<String> files(Optional<Changes> changes) {
        return changes.map(Changes::files).orElse(List.of()).stream()
                .map(each -> Path.of(each.file()).getFileName() + (each.folder() ? "/" : ""))
                .toList();
    }

    private static Instant longAgo() {
        return Instant.now().minus(Duration.ofHours(2));
    }

    @Test
    void ofNginxWhatHasChangedSinceItReadItsConfigurationIsTold() throws Exception {
        Instant loaded = Instant.now();
        allWell(longAgo(), loaded);
        pass(Duration.ZERO);
        write("nginx/conf.d/bad.conf");
        write("site/panel/settings.py");
        Incident incident = nginxIsBad();
        Optional<Changes> changes = lately.of(incident);
        assertThat(files(changes)).containsExactly("bad.conf");
        assertThat(said).singleElement().asString().contains(incident.id() + ": changed since", "bad.conf (20");
        write("nginx/nginx.conf");
        assertThat(lately.of(incident)).as("the same as long as it is told").isEqualTo(changes);
    }

    @Test
    void whatNginxHasNotReadYetIsNotGoodThoughItPassesItsTest() throws Exception {
        Instant loaded = Instant.now();
        pass(Duration.ZERO);
        write("nginx/conf.d/late.conf");
        allWell(longAgo(), loaded);
        assertThat(files(lately.of(pageIsBad()))).contains("late.conf");
    }

    @Test
    void whatNginxHasReadAtASignalIsGood() throws Exception {
        allWell(longAgo(), longAgo());
        write("nginx/conf.d/more.conf");
        Instant reloaded = Instant.now();
        pass(Duration.between(Instant.now(), now).plus(Duration.ofSeconds(6)));
        answers(CheckId.API);
        answers(CheckId.PAGE);
        sees(CheckId.CONFIG, new Observation.Passed(new Finding.Config("", "")));
        seesReloaded(CheckId.PROXY, NGINX, longAgo(), reloaded);
        now = now.plusSeconds(6);
        sees(CheckId.CONFIG, new Observation.Passed(new Finding.Config("", "")));
        assertThat(files(lately.of(nginxIsBad()))).isEmpty();
    }

    @Test
    void whatIsGoneFromAFolderIsToldByTheFolder() throws Exception {
        allWell(longAgo(), Instant.now());
        pass(Duration.ZERO);
        Files.delete(folder.resolve("nginx/conf.d/site.conf"));
        assertThat(files(lately.of(nginxIsBad()))).containsExactly("conf.d/");
    }

    @Test
    void whatTheApplicationHasNotStartedWithIsToldHoweverLongAgoItChangedAndAfterARestartOfTheGuard() throws Exception {
        Instant started = Instant.now();
        pass(Duration.ofMinutes(2));
        allWell(started, started);
        write("site/panel/settings.py");
        write("site/build/index.html");
        write("units/other.service");
        write("units/panel.service.d/more.conf");
        for (int i = 0; i < 3; i++) {
            allWell(started, started);
        }
        lately.close();
        lately = lately();
        assertThat(files(lately.of(appEnds()))).containsExactlyInAnyOrder("settings.py", "more.conf");
        Instant next = Instant.now();
        lately.close();
        lately = lately();
        state = GuardState.begin(GuardState.Durable.EMPTY);
        pass(Duration.ofMinutes(9));
        allWell(next, next);
        assertThat(files(lately.of(appEnds()))).isEmpty();
    }

    @Test
    void aStartThatHasNotProvedToBeGoodIsNotTaken() throws Exception {
        Instant first = Instant.now();
        pass(Duration.ofMinutes(2));
        allWell(first, first);
        write("site/panel/settings.py");
        pass(Duration.between(Instant.now(), now));
        allWell(now.minusSeconds(30), first);
        assertThat(files(lately.of(appEnds()))).containsExactly("settings.py");
    }

    @Test
    void ofAnApiThatIsBrokenCodeAndNginxAreToldAndNotTheBuild() throws Exception {
        Instant loaded = Instant.now();
        pass(Duration.ofMinutes(2));
        allWell(loaded, loaded);
        write("nginx/conf.d/site.conf");
        write("site/panel/settings.py");
        write("site/build/index.html");
        assertThat(files(lately.of(apiIsBad()))).containsExactlyInAnyOrder("site.conf", "settings.py");
    }

    @Test
    void whatBrokeTheApiAloneIsNotGoodForThePage() throws Exception {
        allWell(longAgo(), longAgo());
        Path changed = write("nginx/conf.d/site.conf");
        pass(Duration.ZERO);
        Instant reloaded = now;
        pass(Duration.ofSeconds(10));
        sees(CheckId.CONFIG, new Observation.Passed(new Finding.Config("", "")));
        answers(CheckId.PAGE);
        seesUnit(CheckId.PROXY, NGINX, Instant.EPOCH, reloaded);
        now = now.plusSeconds(6);
        assertThat(files(lately.of(apiIsBad()))).contains(String.valueOf(changed.getFileName()));
    }

    @Test
    void aClockThatIsSetBackMakesNothingOld() throws Exception {
        allWell(longAgo(), longAgo());
        now = now.minusSeconds(40);
        seesUnit(CheckId.APP, APP, longAgo(), longAgo());
        lately.close();
        assertThat(Files.readString(folder.resolve("state/good.json"))).doesNotContain("-10");
        lately = lately();
        pass(Duration.ZERO);
        assertThat(files(lately.of(pageIsBad()))).doesNotContain("index.html");
    }

    @Test
    void aRestartOfTheGuardDoesNotTellOfWhoMendsIt() throws Exception {
        allWell(longAgo(), Instant.now());
        now = Instant.now();
        Path bad = write("nginx/conf.d/bad.conf");
        now = Instant.now().minusMillis(1_900); // a search is for two seconds after the beginning
        assertThat(files(lately.of(nginxIsBad()))).containsExactly("bad.conf");
        said.clear();
        Thread.sleep(200);
        write("nginx/conf.d/site.conf");
        lately.close();
        lately = lately();
        seesUnit(CheckId.PROXY, NGINX, Instant.EPOCH, longAgo());
        assertThat(files(lately.of(state.durable().incidents().getLast())))
                .containsExactly(String.valueOf(bad.getFileName()));
        assertThat(said).as("what was said once").isEmpty();
    }

    @Test
    void theCodeIsThatOfTheWorkers() throws Exception {
        write("site/panel/urls.py");
        Instant reloaded = Instant.now();
        pass(Duration.ofMinutes(2));
        allWell(longAgo(), longAgo());
        for (int i = 0; i < 2; i++) {
            seesUnit(CheckId.APP, APP, longAgo(), reloaded);
            allWell(longAgo(), longAgo());
        }
        write("site/panel/settings.py");
        assertThat(files(lately.of(appEnds()))).contains("settings.py");
    }

    @Test
    void aReloadOfTheUnitIsNoStart() throws Exception {
        Instant started = longAgo();
        write("units/panel.service.d/more.conf");
        pass(Duration.ofMinutes(2));
        allWell(started, started);
        seesUnit(CheckId.APP, APP, started, Instant.now());
        allWell(started, started);
        assertThat(files(lately.of(appEnds()))).contains("more.conf");
    }

    @Test
    void ofAPageThatIsBrokenTheBuildIsTold() throws Exception {
        allWell(longAgo(), longAgo());
        assertThat(files(lately.of(pageIsBad()))).contains("settings.py").doesNotContain("index.html");
        state = GuardState.begin(GuardState.Durable.EMPTY);
        lately = lately();
        now = Instant.now();
        answers(CheckId.PAGE);
        pass(Duration.ofSeconds(30));
        write("site/build/index.html");
        assertThat(files(lately.of(pageIsBad()))).contains("index.html");
    }

    @Test
    void nothingIsToldOfWhatWasNeverWell() throws Exception {
        write("nginx/conf.d/bad.conf");
        assertThat(lately.of(nginxIsBad())).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void whatWasKilledOwesItToNoFile() throws Exception {
        allWell(longAgo(), longAgo());
        write("site/panel/settings.py");
        Observation.Sampled ended = unit(APP, UnitState.Active.FAILED, Instant.EPOCH, Instant.EPOCH);
        Finding.Service service = ended.services().getFirst();
        UnitState unit = service.unit();
        UnitState killed = new UnitState(
                unit.name(),
                unit.load(),
                unit.active(),
                unit.sub(),
                "signal",
                unit.invocation(),
                0,
                0,
                "signal 9",
                unit.since(),
                false,
                unit.stop(),
                false,
                "");
        sees(
                CheckId.APP,
                new Observation.Sampled(List.of(
                        new Finding.Service(killed, List.of(), service.answer(), now, false, Optional.empty(), true))));
        assertThat(lately.of(state.durable().incidents().getLast())).isEmpty();
    }

    @Test
    void aDamagedFileOfTimesIsLeftOut() throws Exception {
        allWell(longAgo(), Instant.now());
        lately.close();
        pass(Duration.ZERO);
        write("nginx/conf.d/bad.conf");
        Path kept = folder.resolve("state/good.json");
        Files.writeString(kept, Files.readString(kept) + "x");
        lately = lately();
        now = Instant.now();
        assertThat(lately.of(nginxIsBad())).isEmpty();
    }

    @Test
    void packagesAreToldWithTheirTime() throws Exception {
        Instant loaded = Instant.now();
        allWell(longAgo(), loaded);
        pass(Duration.ZERO);
        String local = LocalDateTime.now(ZoneId.systemDefault())
                .withNano(0)
                .plusSeconds(1)
                .toString()
                .replace('T', ' ');
        Files.writeString(folder.resolve("dpkg.log"), local + " upgrade nginx:amd64 1 2\n");
        now = Instant.now();
        assertThat(lately.of(nginxIsBad()).orElseThrow().packages())
                .extracting(Changes.Packaged::what)
                .containsExactly("upgrade nginx");
    }
}
