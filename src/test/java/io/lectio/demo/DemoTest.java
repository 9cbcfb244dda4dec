package io.lectio.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.Main;
import io.lectio.host.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The demo from its first line to its end, with the program as a newcomer starts it.
@Tag("slow")
class DemoTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern HEALED = Pattern.compile(".*healed {4}in (\\d+) ms; proved: .*");

    @TempDir
    private Path folder = Path.of("");

    private final List<Process> started = new ArrayList<>();
    private Path home = Path.of("");
    private boolean asNobody;

    @BeforeEach
    void open() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        home = folder.resolve("home");
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private Process lectio(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (asNobody) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--clear-groups"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("LECTIO_") || name.startsWith("JAVA_TOOL"));
        builder.environment().put("LECTIO_HOME", home.toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /// Copied, since a local repository may be closed to others.
    private String classPath() throws IOException {
        List<String> all = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            Path from = Path.of(entry);
            if (Files.isDirectory(from)) {
                all.add(entry);
            } else {
                Path to = folder.resolve(String.valueOf(from.getFileName()));
                if (!Files.exists(to)) {
                    Files.copy(from, to);
                }
                all.add(to.toString());
            }
        }
        return String.join(":", all);
    }

    private static String await(BufferedReader lines, Pattern wanted) throws IOException {
        List<String> seen = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (wanted.matcher(line).matches()) {
                return line;
            }
            seen.add(line);
        }
        throw new AssertionError("it ended without: " + wanted + "\n" + String.join("\n", seen));
    }

    private Process startDemo() throws IOException {
        Process demo = lectio("run", "--demo");
        await(demo.inputReader(), Pattern.compile("Ctrl-C.*"));
        return demo;
    }

    private int pid(String name) throws IOException {
        return Integer.parseInt(Files.readString(home.resolve("demo/" + name + ".pid")));
    }

    private Path page() throws IOException {
        return Files.readAllLines(home.resolve("demo/running")).stream()
                .filter(line -> line.startsWith("build="))
                .map(line -> Path.of(line.substring("build=".length())).resolve("index.html"))
                .findFirst()
                .orElseThrow();
    }

    private static int code(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void healsAClosedPageAKilledAndAStoppedApplicationAndLeavesNothing(boolean nobody) throws Exception {
        assumeTrue(!nobody || isRoot());
        asNobody = nobody;
        Process demo = startDemo();
        BufferedReader lines = demo.inputReader();
        for (Path closed : List.of(page(), page().resolveSibling(""))) {
            Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
            Matcher healed = HEALED.matcher(await(lines, HEALED));
            assertThat(healed.matches()).isTrue();
            assertThat(Files.getPosixFilePermissions(page())).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
        }
        int killed = pid("demo-app");
        Signals.send(killed, Signals.KILL);
        await(lines, HEALED);
        assertThat(pid("demo-app")).isNotEqualTo(killed);
        Signals.send(pid("demo-app"), Signals.STOP);
        await(lines, HEALED);
        Process second = lectio("run", "--demo");
        assertThat(code(second)).isEqualTo(3);
        List<ProcessHandle> children = demo.descendants().toList();
        assertThat(children).hasSize(2);
        demo.destroy();
        assertThat(code(demo)).isZero();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(home.resolve("demo")).doesNotExist();
    }

    @Test
    void killedItLeavesNoProcessThoughOneBeStopped() throws Exception {
        Process demo = startDemo();
        List<ProcessHandle> children = demo.descendants().toList();
        assertThat(children).hasSize(2);
        Signals.send(pid("demo-app"), Signals.STOP);
        demo.destroyForcibly();
        for (ProcessHandle child : children) {
            child.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void asRootItsSiteWorksAsNobody() throws Exception {
        assumeTrue(isRoot());
        startDemo();
        for (String unit : List.of("demo-app", "demo-web")) {
            assertThat(Files.readAllLines(Path.of("/proc/" + pid(unit) + "/status")))
                    .contains("Uid:\t65534\t65534\t65534\t65534", "Groups:\t ");
        }
    }

    @Test
    void aDrillMeasuresAndPutsBack() throws Exception {
        startDemo();
        Object owner = Files.getAttribute(page(), "unix:uid");
        Process drill = lectio("drill", "permissions", "app-hang", "--json");
        String said = new String(drill.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(code(drill)).as(said).isZero();
        assertThat(said)
                .containsPattern("\"drill\":\"permissions\".*\"foundMillis\":\\d+,\"repairedMillis\":\\d+,")
                .containsPattern("\"drill\":\"app-hang\".*\"outageMillis\":\\d{3,5},\"toldMillis\":\\d+,\"kept\":true");
        assertThat(Files.getAttribute(page(), "unix:uid")).isEqualTo(owner);
        assertThat(home.resolve("state/drill/undo")).doesNotExist();
    }

    @Test
    void aDrillThatIsKilledIsPutBackAllTheSame() throws Exception {
        startDemo();
        byte[] before = Files.readAllBytes(page());
        Process drill = lectio("drill", "page");
        while (!Files.readString(page()).equals("broken")) {
            assertThat(drill.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        List<ProcessHandle> watcher = drill.descendants().toList();
        drill.destroyForcibly();
        assertThat(watcher).isNotEmpty();
        for (ProcessHandle each : watcher) {
            each.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(Arrays.equals(Files.readAllBytes(page()), before)).isTrue();
        assertThat(home.resolve("state/drill/undo")).doesNotExist();
    }

    @Test
    void withoutAGuardNothingIsBroken() throws Exception {
        assertThat(code(lectio("drill", "page"))).isEqualTo(3);
        assertThat(code(lectio("drill", "everything"))).isEqualTo(2);
    }
}
