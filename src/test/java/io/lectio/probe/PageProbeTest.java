package io.lectio.probe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The page's probe against a web server on the loopback, well and in all the ways it can be ill.
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageProbeTest {
    private static final Duration AMPLE = Duration.ofSeconds(10);
    private static final String HTML = "text/html; charset=utf-8";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final Map<String, Duration> delays = new ConcurrentHashMap<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<String> hosts = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @SuppressWarnings("ArrayRecordComponent") // a reply is sent, never compared
    private record Reply(int status, Map<String, String> headers, byte[] body) {}

    private static final Reply MISSING = new Reply(404, Map.of("Content-Type", HTML), "not found".getBytes(UTF_8));

    /// Never sent: who asks for it, waits.
    private static final Reply NEVER = new Reply(0, Map.of(), new byte[0]);

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::reply);
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void reply(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.add(exchange.getRequestURI().toString());
            hosts.add(exchange.getRequestHeaders().getFirst("Host"));
            Reply reply = replies.getOrDefault(exchange.getRequestURI().toString(), MISSING);
            Thread.sleep(delays.getOrDefault(exchange.getRequestURI().toString(), Duration.ZERO));
            if (reply.status() == 0) {
                boolean _ = over.await(20, TimeUnit.SECONDS);
                return;
            }
            reply.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.sendResponseHeaders(reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(String path, int status, String type, byte[] body) {
        replies.put(path, new Reply(status, Map.of("Content-Type", type), body));
    }

    private void page(String body) {
        serve("/", 200, HTML, ("<!doctype html><html><body>" + body + "</body></html>").getBytes(UTF_8));
    }

    private void file(String path, String type) {
        serve(path, 200, type, ("content of " + path).getBytes(UTF_8));
    }

    private void redirect(String from, String to) {
        replies.put(from, new Reply(302, Map.of("Location", to), new byte[0]));
    }

    private String base() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private URI url(String path) {
        return URI.create(base() + path);
    }

    private PageProbe probe(URI page, Duration deadline) {
        return probe(page, deadline, Path.of("/srv/site"));
    }

    private static PageProbe probe(URI page, Duration deadline, Path root) {
        return new PageProbe(
                new Site(page, "127.0.0.1", root, root.resolve("build"), "www-data", new PrivatePatterns(List.of())),
                deadline);
    }

    /// Calls a page slow after a second.
    private Outcome hastyLook(Duration deadline) {
        Site site = new Site(
                url("/"),
                "127.0.0.1",
                Path.of("/srv/site"),
                Path.of("/srv/site/build"),
                "www-data",
                new PrivatePatterns(List.of()));
        return new PageProbe(site, deadline, Duration.ofSeconds(1)).look(List.of());
    }

    private Outcome look(URI... also) {
        return probe(url("/"), AMPLE).look(List.of(also));
    }

    private static Answers passed(Outcome outcome) {
        assertThat(outcome).as(outcome.inWords()).isInstanceOf(Passed.class);
        return (Answers) ((Passed) outcome).finding();
    }

    private static Answers failed(Outcome outcome) {
        assertThat(outcome).as(outcome.inWords()).isInstanceOf(Failed.class);
        return (Answers) ((Failed) outcome).finding();
    }

    private static Answer onlyFault(Outcome outcome) {
        Answers answers = failed(outcome);
        assertThat(answers.bad()).hasSize(1);
        return answers.bad().getFirst();
    }

    private static String fault(Answer answer) {
        return answer.fault().orElseThrow().words();
    }

    private static Kind kind(Answer answer) {
        return answer.fault().orElseThrow().kind();
    }

    // the page

    @Test
    void aPageThatAnswersPasses() {
        page("hello");
        Answers answers = passed(look());
        assertThat(answers.answers()).hasSize(1);
        Answer page = answers.answers().getFirst();
        assertThat(page.url()).isEqualTo(url("/"));
        assertThat(page.status()).contains(200);
        assertThat(page.took()).isPositive();
        assertThat(answers.took()).isGreaterThanOrEqualTo(page.took());
    }

    @Test
    void theServerIsAskedUnderTheSitesOwnName() {
        page("<img src='/a.png'>");
        file("/a.png", "image/png");
        int port = server.getAddress().getPort();
        Outcome outcome = probe(URI.create("http://no-such-host.invalid:" + port + "/"), AMPLE)
                .look(List.of());
        assertThat(passed(outcome).answers()).hasSize(2);
        assertThat(hosts).containsOnly("no-such-host.invalid:" + port);
    }

    @ParameterizedTest
    @CsvSource({"403, 403 Forbidden", "404, 404 Not Found", "500, 500 Internal Server Error", "502, 502 Bad Gateway"})
    void aPageWithAnErrorsStatusFailsByIt(int status, String fault) {
        serve("/", status, HTML, "<img src='/a.png'>".getBytes(UTF_8));
        Answer page = onlyFault(look());
        assertThat(page.status()).contains(status);
        assertThat(fault(page)).isEqualTo(fault);
        assertThat(kind(page)).isEqualTo(Kind.STATUS);
        assertThat(asked).containsExactly("/");
    }

    @Test
    void anEmptyPageFails() {
        serve("/", 200, HTML, new byte[0]);
        assertThat(fault(onlyFault(look()))).isEqualTo("empty answer");
        assertThat(kind(onlyFault(look()))).isEqualTo(Kind.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rm index.html                      | 403 | REMOVED  | page removed: B/index.html",
                "rm index.html                      | 500 | REMOVED  | page removed: B/index.html",
                "rm index.html                      | 502 | STATUS   | 502 Bad Gateway",
                ":                                  | 403 | STATUS   | 403 Forbidden",
                ": >index.html                      | 200 | EMPTIED  | page emptied: B/index.html",
                ":                                  | 200 | EMPTY    | empty answer",
                "ln -sfn /gone/index.html index.html | 404 | DANGLING | dangling symlink: B/index.html → /gone/index.html",
                "rm -r ../build                     | 403 | STATUS   | 403 Forbidden",
            })
    void whatIsWrongWithThePagesFileIsNamed(String making, int status, Kind kind, String words, @TempDir Path folder)
            throws Exception {
        lay(folder, making);
        serve("/", status, HTML, new byte[0]);
        Answer page = onlyFault(probe(url("/"), AMPLE, folder).look(List.of()));
        assertThat(kind(page)).isEqualTo(kind);
        assertThat(fault(page)).isEqualTo(words.replace("B/", folder.resolve("build") + "/"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rm a/x.js           | CHUNK_MISSING | chunk missing: B/a/x.js",
                "rm -r a             | CHUNK_MISSING | chunk missing: B/a",
                "rm -r a; ln -s nowhere a | DANGLING      | dangling symlink: B/a → nowhere",
                ":                   | PAGE_INSTEAD  | a page instead of the file: it is missing",
            })
    void whatIsWrongWithAnAssetsFileIsNamed(String making, Kind kind, String words, @TempDir Path folder)
            throws Exception {
        lay(folder, making);
        page("<script src='/a/x.js'></script>");
        serve("/a/x.js", 200, HTML, "<html>another page</html>".getBytes(UTF_8));
        Answer asset = onlyFault(probe(url("/"), AMPLE, folder).look(List.of()));
        assertThat(kind(asset)).isEqualTo(kind);
        assertThat(fault(asset)).isEqualTo(words.replace("B/", folder.resolve("build") + "/"));
    }

    private static void lay(Path folder, String making) throws Exception {
        Process process = new ProcessBuilder(
                        "bash", "-euc", "mkdir -p build/a; cd build; echo x >index.html; echo x >a/x.js; " + making)
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aPageOfAnotherTypeOrNoneFails() {
        serve("/", 200, "application/octet-stream", "<html>".getBytes(UTF_8));
        assertThat(fault(onlyFault(look()))).contains("application/octet-stream");
        assertThat(kind(onlyFault(look()))).isEqualTo(Kind.NOT_HTML);
        replies.put("/", new Reply(200, Map.of(), "<html>".getBytes(UTF_8)));
        assertThat(fault(onlyFault(look()))).contains("nothing named");
    }

    @Test
    void whatIsAskedBesidesIsNoFileOfThePage() {
        page("no files");
        file("/index.html", "text/html");
        assertThat(passed(look(url("/index.html"))).named()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/html;charset=windows-1251", "Text/HTML; Charset=UTF-8"})
    void theTypeOfAPageCountsInAnySpelling(String type) {
        serve("/", 200, type, "<html>".getBytes(UTF_8));
        assertThat(passed(look()).answers()).hasSize(1);
    }

    @Test
    void aServerThatIsDownFailsWithoutAStatus() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = taken.getLocalPort();
        }
        URI down = URI.create("http://localhost:" + port + "/");
        Answer page = onlyFault(probe(down, AMPLE).look(List.of(down.resolve("/also.js"))));
        assertThat(page.status()).isEmpty();
        assertThat(fault(page)).contains("127.0.0.1:" + port);
        assertThat(kind(page)).isEqualTo(Kind.REFUSED);
    }

    @Test
    void aServerThatSpeaksNoHttpFailsWithoutAStatus() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            threads.execute(() -> greet(other));
            URI page = URI.create("http://localhost:" + other.getLocalPort() + "/");
            assertThat(kind(onlyFault(probe(page, AMPLE).look(List.of())))).isEqualTo(Kind.NO_ANSWER);
        }
    }

    private static void greet(ServerSocket other) {
        try (Socket socket = other.accept()) {
            socket.getOutputStream().write("SSH-2.0-OpenSSH_9.6\r\n".getBytes(UTF_8));
            long _ = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            return; // the test is over
        }
    }

    @Test
    void aPageThatDoesNotAnswerHitsTheDeadline() {
        replies.put("/", NEVER);
        Answers answers = failed(probe(url("/"), Duration.ofSeconds(1)).look(List.of(url("/also.js"))));
        assertThat(answers.answers()).hasSize(1);
        assertThat(fault(answers.bad().getFirst())).isEqualTo("no answer within 1.0 s");
        assertThat(kind(answers.bad().getFirst())).isEqualTo(Kind.TIMEOUT);
        assertThat(answers.took()).isBetween(Duration.ofMillis(900), Duration.ofSeconds(4));
    }

    // redirects

    @Test
    void redirectsAreFollowedAndTheAssetsAreThoseOfTheirEnd() {
        redirect("/", "/a/");
        redirect("/a/", base() + "/b/");
        redirect("/b/", "../c/page?x=1");
        serve("/c/page?x=1", 200, HTML, "<script src='app.js'></script>".getBytes(UTF_8));
        file("/c/app.js", "text/javascript");

        Answers answers = passed(look());

        assertThat(answers.answers()).extracting(Answer::url).containsExactly(url("/c/page?x=1"), url("/c/app.js"));
    }

    @Test
    void redirectsInACircleEnd() {
        redirect("/", "/a");
        redirect("/a", "/");
        Answer page = onlyFault(look());
        assertThat(page.status()).contains(302);
        assertThat(fault(page)).startsWith("302");
        assertThat(asked).hasSizeLessThanOrEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://[", "mailto:owner@example.test", "/with space", "http://localhost:99999/"})
    void aRedirectToNowhereIsAFaultOfThePage(String target) {
        redirect("/", target);
        assertThat(failed(look()).bad()).hasSize(1);
    }

    @Test
    void aRedirectWithoutTargetIsAFaultOfThePage() {
        replies.put("/", new Reply(301, Map.of(), new byte[0]));
        assertThat(fault(onlyFault(look()))).startsWith("301");
    }

    @Test
    void aRedirectIsFollowedWhereNothingAnswersAndFailsThere() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            redirect("/", "http://localhost:" + taken.getLocalPort() + "/");
        }
        Answer page = onlyFault(look());
        assertThat(page.status()).isEmpty();
        assertThat(kind(page)).isEqualTo(Kind.REFUSED);
    }

    // assets

    @Test
    void everyAssetOfThePageIsAsked() {
        page("""
                <link rel="stylesheet" href="/style.css"><link rel="icon" href="/favicon.ico">
                <link rel="modulepreload" href="/chunk.js"><script type="module" src="/app.js"></script>
                <img src="/hero.webp">""");
        file("/style.css", "text/css");
        file("/favicon.ico", "image/x-icon");
        file("/chunk.js", "text/javascript");
        file("/app.js", "text/javascript");
        file("/hero.webp", "image/webp");

        assertThat(passed(look()).answers()).hasSize(6);
        assertThat(asked)
                .containsExactlyInAnyOrder("/", "/style.css", "/favicon.ico", "/chunk.js", "/app.js", "/hero.webp");
    }

    @Test
    void anAssetIsAskedOnceThoughItIsNamedTwice() {
        page("<img src='/a.png'><img src='/a.png#part'><link rel=icon href='a.png'>");
        file("/a.png", "image/png");
        assertThat(passed(look()).answers()).hasSize(2);
    }

    @Test
    void anotherHostsAssetIsNotAsked() {
        int port = server.getAddress().getPort();
        page("<script src='http://cdn.test:" + port + "/x.js'></script><img src='//cdn.test:" + port + "/y.png'>");
        assertThat(passed(look()).answers()).hasSize(1);
        assertThat(asked).containsExactly("/");
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 500, 503})
    void anAssetWithAnErrorsStatusFails(int status) {
        page("<script src='/app.js'></script><img src='/well.png'>");
        file("/well.png", "image/png");
        serve("/app.js", status, "text/plain", "no".getBytes(UTF_8));
        Answer asset = onlyFault(look());
        assertThat(asset.url()).isEqualTo(url("/app.js"));
        assertThat(asset.status()).contains(status);
        assertThat(fault(asset)).startsWith(String.valueOf(status));
    }

    @ParameterizedTest
    @ValueSource(strings = {HTML, "TEXT/HTML"})
    void anAssetThatIsAPageIsMissing(String type) {
        page("<script src='/app.js'></script>");
        serve("/app.js", 200, type, "<html>another page</html>".getBytes(UTF_8));
        assertThat(kind(onlyFault(look()))).isEqualTo(Kind.PAGE_INSTEAD);
    }

    @Test
    void anAssetWithThePagesOwnBytesIsMissingWhateverItsType() {
        page("<script src='/app.js'></script>" + "x".repeat(100_000));
        serve(
                "/app.js",
                200,
                "text/javascript",
                replies.getOrDefault("/", MISSING).body());
        assertThat(kind(onlyFault(look()))).isEqualTo(Kind.PAGE_INSTEAD);
    }

    @Test
    void aLargeAssetPasses() {
        page("<img src='/large.png'>");
        byte[] large = new byte[3_000_000];
        Arrays.fill(large, (byte) 7);
        serve("/large.png", 200, "image/png", large);
        assertThat(passed(look()).answers()).hasSize(2);
    }

    @Test
    void anAssetThatDoesNotAnswerHitsTheDeadline() {
        page("<script src='/app.js'></script>");
        replies.put("/app.js", NEVER);
        Answers answers = failed(probe(url("/"), Duration.ofSeconds(1)).look(List.of()));
        Answer asset = answers.bad().getFirst();
        assertThat(asset.url()).isEqualTo(url("/app.js"));
        assertThat(asset.status()).isEmpty();
        assertThat(fault(asset)).startsWith("no answer within");
        assertThat(kind(asset)).isEqualTo(Kind.TIMEOUT);
        assertThat(answers.took()).isLessThan(Duration.ofSeconds(4));
    }

    /// The engine gives up on a look after 10 s, and then nothing is known of the site.
    @Test
    void manyAssetsThatDoNotAnswerDoNotAddUp() {
        List<String> images = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            images.add("<img src='/" + i + ".png'>");
            replies.put("/" + i + ".png", NEVER);
        }
        page(String.join("", images));
        Answers answers = failed(probe(url("/"), Duration.ofMillis(500)).look(List.of()));
        assertThat(answers.bad()).isNotEmpty();
        assertThat(answers.took()).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void allOfManyAssetsAreAsked() {
        List<String> images = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            images.add("<img src='/i/" + i + ".png'>");
            file("/i/" + i + ".png", "image/png");
        }
        page(String.join("\n", images));
        assertThat(passed(look()).answers()).hasSize(201);
        assertThat(asked).contains("/i/0.png", "/i/199.png");
    }

    @Test
    void anAddressThatNoConnectionCanHaveDoesNotEndTheLook() {
        page("<img src='http://localhost:99999/a.png'><img src='/a.png'>");
        file("/a.png", "image/png");
        assertThat(look()).isNotNull();
        assertThat(asked).contains("/a.png");
    }

    @Test
    void aChangedPageIsReadAgain() {
        PageProbe probe = probe(url("/"), AMPLE);
        file("/old.js", "text/javascript");
        file("/new.js", "text/javascript");
        page("<script src='/old.js'></script>");
        assertThat(passed(probe.look(List.of())).answers())
                .extracting(Answer::url)
                .contains(url("/old.js"));
        assertThat(passed(probe.look(List.of())).answers())
                .extracting(Answer::url)
                .contains(url("/old.js"));
        page("<script src='/new.js'></script>");
        assertThat(passed(probe.look(List.of())).answers())
                .extracting(Answer::url)
                .containsExactly(url("/"), url("/new.js"));
    }

    @Test
    void whatWasBrokenAndIsWellAgainPasses() {
        PageProbe probe = probe(url("/"), AMPLE);
        page("<script src='/app.js'></script>");
        assertThat(failed(probe.look(List.of())).bad()).hasSize(1);
        file("/app.js", "text/javascript");
        assertThat(passed(probe.look(List.of())).answers()).hasSize(2);
    }

    // addresses asked for besides

    @Test
    void addressesBesidesAreAskedAndEachOnce() {
        page("<script src='/app.js'></script>");
        file("/app.js", "text/javascript");
        file("/docs/manual.pdf", "application/pdf");
        Answers answers = passed(look(url("/docs/manual.pdf"), url("/app.js")));
        assertThat(answers.answers())
                .extracting(Answer::url)
                .containsExactlyInAnyOrder(url("/"), url("/docs/manual.pdf"), url("/app.js"));
        assertThat(asked).containsExactlyInAnyOrder("/", "/docs/manual.pdf", "/app.js");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 301, 401, 403, 404})
    void addressesBesidesMayBeKeptBack(int status) {
        page("hello");
        serve("/kept", status, HTML, "<html>kept back</html>".getBytes(UTF_8));
        Answers answers = passed(look(url("/kept")));
        assertThat(answers.answers()).extracting(Answer::status).containsExactly(Optional.of(200), Optional.of(status));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503})
    void addressesBesidesFailWhereTheServerFailsOverThem(int status) {
        page("hello");
        serve("/broken", status, HTML, "oops".getBytes(UTF_8));
        Answer besides = onlyFault(look(url("/broken")));
        assertThat(besides.url()).isEqualTo(url("/broken"));
        assertThat(fault(besides)).startsWith(String.valueOf(status));
    }

    @Test
    void addressesBesidesThatDoNotAnswerHitTheDeadline() {
        page("hello");
        replies.put("/slow", NEVER);
        Outcome outcome = probe(url("/"), Duration.ofSeconds(1)).look(List.of(url("/slow")));
        assertThat(kind(onlyFault(outcome))).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void addressesBesidesAreAskedThoughThePageIsBroken() {
        serve("/", 500, HTML, "oops".getBytes(UTF_8));
        serve("/a.js", 403, HTML, "forbidden".getBytes(UTF_8));
        assertThat(failed(look(url("/a.js"))).answers())
                .extracting(Answer::status)
                .containsExactly(Optional.of(500), Optional.of(403));
    }

    @Test
    void anAssetBesidesFailsAsAnAsset() {
        page("<script src='/app.js'></script>");
        serve("/app.js", 403, HTML, "forbidden".getBytes(UTF_8));
        assertThat(onlyFault(look(url("/app.js"))).status()).contains(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/index.html", "/old.htm", "/about/"})
    void aPageNamedByThePageMayBeAPage(String path) {
        page("<link rel='preload' href='" + path + "'>");
        serve(path, 200, HTML, "<html>another</html>".getBytes(UTF_8));
        assertThat(passed(look()).answers()).hasSize(2);
        serve(path, 200, HTML, new byte[0]);
        assertThat(kind(onlyFault(look()))).isEqualTo(Kind.EMPTY);
    }

    @Test
    void aNameWithSpacesAndLettersOfAnyScriptIsAsked() {
        page("<img src='/a%20b/%D0%BA%D0%BE%D1%82.png'>");
        file("/a%20b/%D0%BA%D0%BE%D1%82.png", "image/png");
        assertThat(passed(look()).answers()).hasSize(2);
    }

    @Test
    void aLetterOfAnyScriptWrittenPlainIsAskedAsABrowserAsks() {
        page("<img src='/кот.png'>");
        file("/%D0%BA%D0%BE%D1%82.png", "image/png");
        assertThat(passed(look()).answers()).hasSize(2);
    }

    // time

    @Test
    void aPageThatTakesTooLongForAVisitorIsSlow() {
        page("<script src='/app.js'></script>");
        file("/app.js", "text/javascript");
        delays.put("/", Duration.ofMillis(1_300));
        Answer page = onlyFault(hastyLook(AMPLE));
        assertThat(kind(page)).isEqualTo(Kind.SLOW);
        assertThat(page.status()).contains(200);
        assertThat(fault(page)).startsWith("answered after 1.");
        assertThat(asked).contains("/app.js");
    }

    @Test
    void redirectsCountAsThePagesTime() {
        redirect("/", "/a");
        serve("/a", 200, HTML, "<html>".getBytes(UTF_8));
        delays.put("/", Duration.ofMillis(700));
        delays.put("/a", Duration.ofMillis(700));
        assertThat(kind(onlyFault(hastyLook(AMPLE)))).isEqualTo(Kind.SLOW);
    }

    @Test
    void anAssetThatIsSlowIsNoFaultOfThePage() {
        page("<script src='/app.js'></script>");
        file("/app.js", "text/javascript");
        delays.put("/app.js", Duration.ofMillis(1_300));
        assertThat(passed(hastyLook(AMPLE)).answers()).hasSize(2);
    }

    @Test
    void oneDeadlineHoldsForAllRedirects() {
        redirect("/", "/a");
        redirect("/a", "/b");
        redirect("/b", "/c");
        for (String each : List.of("/", "/a", "/b", "/c")) {
            delays.put(each, Duration.ofMillis(700));
        }
        serve("/c", 200, HTML, "<html>".getBytes(UTF_8));
        Answers answers = failed(probe(url("/"), Duration.ofSeconds(1)).look(List.of()));
        assertThat(kind(answers.bad().getFirst())).isEqualTo(Kind.TIMEOUT);
        assertThat(answers.took()).isLessThan(Duration.ofMillis(2_500));
    }

    @Test
    @Tag("slow")
    void assetsThatThereWasNoTimeForAreNotMissingButThePageIsSlow() {
        List<String> images = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            images.add("<img src='/" + i + ".png'>");
            file("/" + i + ".png", "image/png");
            delays.put("/" + i + ".png", Duration.ofMillis(60));
        }
        page(String.join("", images));
        Answer page = onlyFault(probe(url("/"), Duration.ofSeconds(2)).look(List.of()));
        assertThat(page.url()).isEqualTo(url("/"));
        assertThat(kind(page)).isEqualTo(Kind.SLOW);
        assertThat(fault(page)).contains("not all of its files");
    }

    @Test
    void aFrameMayBeAPageAndLeadElsewhere() {
        page("<iframe src='/frame'></iframe><iframe src='/login'></iframe>");
        serve("/frame", 200, HTML, "<html>".getBytes(UTF_8));
        redirect("/login", "/elsewhere");
        assertThat(passed(look()).answers()).hasSize(3);
        serve("/frame", 404, HTML, "<html>".getBytes(UTF_8));
        assertThat(onlyFault(look()).url()).isEqualTo(url("/frame"));
    }
}
