package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Level;
import io.lectio.core.incident.Remark;
import io.lectio.engine.EventLog.Line;
import io.lectio.engine.EventLog.Log;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One event is one line, whatever its text holds and whatever happens to the files.
class LogFilesTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00.007Z");
    private static final int LARGEST = 10_000_000;
    private static final int MIB = 1 << 20;

    @TempDir
    private Path folder = Path.of("");

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();

    private final List<LogFiles> logs = new ArrayList<>();

    private LogFiles logIn(Path place) {
        return logTo(place, terminal);
    }

    private LogFiles logTo(Path place, OutputStream out) {
        LogFiles log = new LogFiles(
                place,
                InstantSource.fixed(NOW),
                ZoneId.of("Europe/Moscow"),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        logs.add(log);
        return log;
    }

    private String read(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private String shown() {
        logs.forEach(LogFiles::close); // says the rest
        return terminal.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineHasTheLocalTimeTheLevelAndTheText() throws IOException {
        logIn(folder).health(Level.WARNING, "attempt 1");
        assertThat(read("health.log")).isEqualTo("2026-01-22 06:12:00.007 WARNING attempt 1\n");
    }

    @Test
    @Timeout(60)
    void theJournalHasFieldsInPlaceOfALine() throws Exception {
        Path socket = folder.resolve("journal");
        Process journal = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-c",
                        "import socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]);"
                                + " print('bound',flush=True); print(s.recv(65536).decode(),end='')",
                        socket.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = journal.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("bound");
            try (Terminal screen = new Terminal(new PrintStream(terminal), Optional.of(socket))) {
                Remark remark = new Remark(7, Remark.Kind.ATTEMPT, "attempt 1\nPRIORITY=0");
                screen.print("a line", Optional.of(new Line(Log.HEALTH, Level.WARNING, "shop", remark)));
            }
            assertThat(out.lines())
                    .containsExactly(
                            "MESSAGE=WARNING shop: incident 7: attempt 1\\u000aPRIORITY=0",
                            "PRIORITY=4",
                            "SYSLOG_IDENTIFIER=lectio",
                            "LECTIO_LOG=health",
                            "LECTIO_KIND=attempt",
                            "LECTIO_SITE=shop",
                            "LECTIO_INCIDENT=7");
            assertThat(terminal.size()).isZero();
        } finally {
            journal.destroyForcibly();
        }
    }

    @Test
    void whatTheJournalDoesNotTakeIsPrinted() {
        try (Terminal screen = new Terminal(new PrintStream(terminal), Optional.of(folder.resolve("nobody")))) {
            Line entry = new Line(Log.HEALTH, Level.INFO, "", new Remark(0, Remark.Kind.NOTE, "x"));
            screen.print("a line", Optional.of(entry));
        }
        assertThat(terminal.toString(StandardCharsets.UTF_8)).isEqualTo("<6>a line\n");
    }

    @Test
    void alertsHaveTheirOwnFileAndTheTerminalHasBoth() throws IOException {
        LogFiles log = logIn(folder);
        log.health(Level.INFO, "started");
        log.alert(Level.CRITICAL, 1, "нужен человек");
        assertThat(read("health.log")).isEqualTo("2026-01-22 06:12:00.007 INFO started\n");
        assertThat(read("alerts.log")).isEqualTo("2026-01-22 06:12:00.007 CRITICAL нужен человек\n");
        assertThat(shown()).isEqualTo(read("health.log") + read("alerts.log"));
    }

    /// Texts that would break a line, hide in it, or take over the terminal.
    static List<String> hostile() {
        return List.of(
                "two\nlines",
                "back\rover",
                "\u001b[2J\u001b]0;title\u0007",
                "\u009b31mred",
                "\u2028\u2029\u0085\u000b\u000c",
                "\u202egpj.exe\u2066x",
                "zero\u0000byte\u007f",
                "half \ud83d",
                "half \ude00 again",
                "\u200b\ufeff",
                "",
                "a".repeat(MIB),
                "\n".repeat(MIB));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void oneEventIsOneLineWhateverItsTextHolds(String text) throws IOException {
        LogFiles log = logIn(folder);
        log.health(Level.INFO, text);
        log.health(Level.INFO, "next");
        for (String lines : List.of(read("health.log"), shown())) {
            assertThat(lines.lines()).hasSize(2).allMatch(line -> line.startsWith("2026-01-22 06:12:00.007 INFO "));
            assertThat(controls(lines)).isEmpty();
        }
    }

    private static List<Integer> controls(String lines) {
        return lines.codePoints()
                .filter(point -> point != '\n')
                .filter(point -> Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.SURROGATE
                        || point == 0x2028
                        || point == 0x2029)
                .boxed()
                .toList();
    }

    @Test
    void whatWouldBreakTheLineIsShownAsItsCode() throws IOException {
        logIn(folder).health(Level.INFO, "a\nb\u001b\ud83d😀я");
        assertThat(read("health.log")).endsWith(" INFO a\\u000ab\\u001b\\ud83d😀я\n");
    }

    @Test
    void aFullFileIsSetAsideOnceAndReplacesTheOneBefore() throws IOException {
        Files.writeString(folder.resolve("health.log.1"), "oldest");
        Files.write(folder.resolve("health.log"), new byte[LARGEST + 1]);
        LogFiles log = logIn(folder);
        log.health(Level.INFO, "first");
        log.health(Level.INFO, "second");
        assertThat(Files.size(folder.resolve("health.log.1"))).isEqualTo(LARGEST + 1);
        assertThat(read("health.log").lines()).hasSize(2);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aFileThatIsNotFullYetIsKept() throws IOException {
        Files.write(folder.resolve("alerts.log"), new byte[LARGEST]);
        logIn(folder).alert(Level.INFO, 0, "one more");
        assertThat(folder.resolve("alerts.log.1")).doesNotExist();
    }

    @Test
    void goesOnAfterAFileIsRenamedOrRemovedFromOutside() throws IOException {
        LogFiles log = logIn(folder);
        log.health(Level.INFO, "before");
        Files.move(folder.resolve("health.log"), folder.resolve("health.log-20260122"));
        log.health(Level.INFO, "renamed");
        assertThat(read("health.log")).endsWith(" INFO renamed\n").doesNotContain("before");
        Files.delete(folder.resolve("health.log"));
        log.health(Level.INFO, "removed");
        assertThat(read("health.log")).endsWith(" INFO removed\n").doesNotContain("renamed");
    }

    @Test
    void goesOnInAFileThatWasCutToNothingInPlace() throws IOException {
        LogFiles log = logIn(folder);
        log.health(Level.INFO, "before");
        Files.write(folder.resolve("health.log"), new byte[0]);
        log.health(Level.INFO, "after");
        assertThat(read("health.log")).isEqualTo("2026-01-22 06:12:00.007 INFO after\n");
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldOnTheTerminalAndStopsNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the folder's place");
        LogFiles log = logIn(file);
        log.alert(Level.CRITICAL, 0, "the site is down");
        log.alert(Level.CRITICAL, 0, "still down");
        assertThat(shown())
                .contains(" CRITICAL the site is down", " CRITICAL still down")
                .contains("cannot write alerts.log: ");
    }

    @Test
    void aFolderThatIsGoneIsToldOnTheTerminalAndStopsNothing() {
        logIn(folder.resolve("gone")).health(Level.INFO, "text");
        assertThat(shown()).contains(" INFO text", "cannot write health.log: ");
    }

    @Test
    void twoThreadsDoNotMixTheirLines() throws Exception {
        int each = 300;
        LogFiles log = logIn(folder);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> writers = Stream.of("a", "b")
                .map(letter -> Thread.ofPlatform().start(() -> write(log, letter.repeat(2_000), each, start)))
                .toList();
        start.countDown();
        for (Thread writer : writers) {
            assertThat(writer.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(read("health.log").lines())
                .hasSize(2 * each)
                .allMatch(line -> line.matches("2026-01-22 06:12:00\\.007 INFO (a{2000}|b{2000})"));
        assertThat(shown().lines()).hasSize(2 * each);
    }

    private static void write(LogFiles log, String text, int times, CountDownLatch start) {
        try {
            start.await();
            IntStream.range(0, times).forEach(_ -> log.health(Level.INFO, text));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A terminal at which somebody has pressed Ctrl-S, until he lets it go on.
    private final class Stopped extends OutputStream {
        private final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public void write(int one) throws IOException {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            terminal.write(one);
        }
    }

    @Test
    @Timeout(30)
    void aTerminalThatNobodyReadsHoldsUpNobodyAndLosesOnlyWhatIsCounted() throws IOException {
        int lines = 3_000;
        Stopped stopped = new Stopped();
        LogFiles log = logTo(folder, stopped);
        for (int i = 0; i < lines; i++) {
            log.health(Level.INFO, "line " + i);
        }
        log.close(); // does not wait for ever
        assertThat(read("health.log").lines()).hasSize(lines);
        stopped.goOn.countDown();
        log.health(Level.INFO, "read again");
        List<String> shown = List.of();
        while (shown.stream().noneMatch(line -> line.contains("left out"))) {
            shown = terminal.toString(StandardCharsets.UTF_8).lines().toList();
        }
        long missing = shown.stream()
                .filter(line -> line.contains("left out"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        assertThat(missing).isBetween(lines - 1_100L, lines - 1_000L);
    }

    @Test
    void grepFindsWhatIsCriticalAsThePlanAsks() throws Exception {
        LogFiles log = logIn(folder);
        log.alert(Level.WARNING, 0, "healed");
        log.alert(Level.CRITICAL, 0, "down");
        log.alert(Level.INFO, 0, "for the record");
        Path found = folder.resolve("found");
        Process grep = new ProcessBuilder(
                        "grep", "CRITICAL\\|ERROR", folder.resolve("alerts.log").toString())
                .redirectOutput(found.toFile())
                .start();
        assertThat(grep.waitFor(Duration.ofSeconds(30))).isTrue();
        assertThat(Files.readString(found)).isEqualTo("2026-01-22 06:12:00.007 CRITICAL down\n");
    }
}
