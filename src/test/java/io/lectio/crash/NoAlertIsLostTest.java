package io.lectio.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lectio.crash.MortalGuard.Failpoint;
import io.lectio.repair.SiteTree;
import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.BotApiServer.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Promise 1 at each named point: the guard dies there, its successor repairs and tells, and at most one message is
/// there twice. Random moments on a real host are `KilledOnARealHostTest`'s.
@Tag("slow")
class NoAlertIsLostTest {
    private static final String TOKEN = "123456789:AAtesthostTESTHOSTtesthostTESTHOST0";
    private static final String HEALED = "восстановлено";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder = Path.of("");

    private final BotApiServer bot = new BotApiServer(InetAddress.getLoopbackAddress(), TOKEN, "42");
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Process> guards = new ArrayList<>();
    private SiteTree tree = new SiteTree(folder, folder, folder, folder, folder);
    private HttpServer web = newServer();

    private static HttpServer newServer() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void layOut() throws Exception {
        tree = SiteTree.in(folder);
        tree.sh("mkdir state; chmod 755 " + folder);
        web.createContext("/", exchange -> {
            Path page = tree.web().resolve("index.html");
            boolean readable = Files.getPosixFilePermissions(page).contains(PosixFilePermission.OTHERS_READ);
            byte[] body = (readable ? "<html>" : "Forbidden").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/html");
            exchange.sendResponseHeaders(readable ? 200 : 403, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        web.setExecutor(threads);
        web.start();
    }

    @AfterEach
    void clear() throws Exception {
        for (Process guard : guards) {
            guard.destroyForcibly().waitFor();
        }
        web.stop(0);
        threads.shutdownNow();
        bot.close();
        tree.sh("rm -rf --one-file-system site outside");
    }

    private Process guard(String... dying) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MortalGuard.class.getName(),
                tree.base().toString(),
                "http://localhost:" + web.getAddress().getPort() + "/",
                bot.baseUrl(),
                TOKEN));
        command.addAll(List.of(dying));
        Process guard = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("guard.out").toFile()))
                .start();
        guards.add(guard);
        return guard;
    }

    @ParameterizedTest
    @CsvSource({
        "SAVE_BEFORE,1",
        "SAVE_BEFORE,2",
        "SAVE_BEFORE,3",
        "SAVE_BEFORE,4",
        "SAVE_AFTER,1",
        "SAVE_AFTER,2",
        "SAVE_AFTER,3",
        "SAVE_AFTER,4",
        "REPAIR_BEFORE,1",
        "REPAIR_AFTER,1",
        "SEND_BEFORE,1",
        "SEND_AFTER,1"
    })
    void aGuardThatDiesLeavesItsSuccessorAllThatItOwes(Failpoint point, int nth) throws Exception {
        Process mortal = guard(point.name(), String.valueOf(nth));
        tree.sh("chmod 000 site/frontend/build/index.html");

        boolean died = mortal.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        String said = Files.readString(folder.resolve("guard.out"));
        assertThat(died).as("it came to %s, %d times\n%s", point, nth, said).isTrue();
        assertThat(mortal.exitValue()).as(said).isEqualTo(137);
        guard();

        Message told = bot.awaitMessage(message -> message.text().contains(HEALED), PATIENCE);
        assertThat(told.text()).contains("index.html");
        assertThat(tree.rights("site/frontend/build/index.html")).isEqualTo("www-data:www-data 0644");
        assertThat(bot.chat()).as("messages of one incident and one kill").hasSizeBetween(1, 2);
        assertThat(bot.chat().getLast().text()).as("in order").contains(HEALED);
    }
}
