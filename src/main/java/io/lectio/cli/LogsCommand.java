package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.core.incident.Level;
import io.lectio.json.JsonCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The last lines of a log, and those that follow.
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Shows the last lines of a log.",
        footer = {"", "Example: lectio logs -f alerts --level WARNING"})
final class LogsCommand implements Callable<Integer> {
    private static final int BETWEEN_LOOKS = 250;

    enum Log {
        HEALTH,
        ALERTS,
        DEPLOY,
        CRON
    }

    @Parameters(arity = "0..1", paramLabel = "LOG", description = "health (default), alerts, deploy or cron.")
    private Log log = Log.HEALTH;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "How many lines; 20 unless told.")
    private int lines = 20;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with the lines that follow, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--level", description = "Only lines of this level or louder: INFO, WARNING, CRITICAL.")
    private Level level = Level.INFO;

    @Option(names = "--json", description = "Each line as a JSON object of its own, for programs.")
    private boolean json;

    private final Paint paint = Paint.of(System.getenv());

    private record Line(Optional<Level> level, String line) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (lines < 0) {
            return LectioCommand.refuse("-n wants a number of lines, not " + lines);
        }
        Path file = Home.of(System.getenv()).logs().resolve(log.name().toLowerCase(Locale.ROOT) + ".log");
        Deque<String> last = new ArrayDeque<>();
        BufferedReader part = open(file);
        BasicFileAttributes read = Files.readAttributes(file, BasicFileAttributes.class);
        try {
            for (String line = part.readLine(); line != null; line = part.readLine()) {
                if (isWanted(line) && last.offerLast(line) && last.size() > lines) {
                    last.removeFirst();
                }
            }
            for (String line : last) {
                print(line);
            }
            while (follow && !System.out.checkError()) {
                Thread.sleep(BETWEEN_LOOKS);
                BasicFileAttributes before = read;
                read = Files.exists(file) ? Files.readAttributes(file, BasicFileAttributes.class) : before;
                for (String line = part.readLine(); line != null; line = part.readLine()) {
                    if (isWanted(line)) {
                        print(line);
                    }
                }
                if (!Objects.equals(read.fileKey(), before.fileKey()) || read.size() < before.size()) { // rotated
                    part.close();
                    part = open(file);
                }
            }
        } finally {
            part.close();
        }
        return LectioCommand.OK;
    }

    /// Other programs write there too: what is no UTF-8 is replaced.
    private static BufferedReader open(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    private boolean isWanted(String line) {
        return level == Level.INFO
                || levelOf(line).filter(each -> each.compareTo(level) >= 0).isPresent();
    }

    /// The third word, where the line begins as the guard writes it.
    private static Optional<Level> levelOf(String line) {
        String[] words = line.split(" ", 4);
        return Arrays.stream(Level.values())
                .filter(each -> words.length > 2 && each.name().equals(words[2]))
                .findFirst();
    }

    private void print(String line) throws IOException {
        Optional<Level> of = levelOf(line);
        String shown = paint.level(of.orElse(Level.INFO), Paint.harmless(line));
        System.out.println(json ? JsonCodec.writeLine(new Line(of, line)) : shown);
    }
}
