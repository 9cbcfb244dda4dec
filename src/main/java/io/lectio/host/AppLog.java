package io.lectio.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The end of the application's own log, where it is fresh.
///
/// @param lines at most 32 KB of them
public record AppLog(List<Line> lines) {
    public static final AppLog NONE = new AppLog(List.of());
    private static final int BYTES = 32_768;
    private static final Duration FRESH = Duration.ofMinutes(2);
    private static final Pattern TIME = Pattern.compile(
            "\\[?(\\d{4}[-/]\\d\\d[-/]\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d)(?:[.,]\\d+)?(?: ?([+-]\\d\\d:?\\d\\d|Z))?");

    /// A line of a traceback; the file by its name and its folder's.
    private static final Pattern FRAME =
            Pattern.compile("  File \"(?:[^\"]*?/)?([^\"/]+/[^\"/]+|[^\"/]+)\", line (\\d+)");

    private static final Pattern OF_NGINX = Pattern.compile("\\S+ \\S+ \\[(?:error|crit)\\] \\d+#\\d+: (?:\\*\\d+ )?"
            + "((?:connect\\(\\)|recv\\(\\)|send\\(\\)) failed \\(\\d+: [A-Za-z ]+\\) while [a-z ]+"
            + "|upstream (?:timed out \\(\\d+: [A-Za-z ]+\\)|prematurely closed connection) while [a-z ]+"
            + "|no live upstreams while connecting to upstream).*");

    public AppLog {
        lines = List.copyOf(lines);
    }

    /// @param at the last time before it; in a log without times the file's own
    public record Line(Instant at, String text) {}

    /// Empty where there is none, or nothing has been written to it for two minutes.
    ///
    /// @throws IOException also where something else than a file is there
    public static AppLog end(Path log) throws IOException {
        Optional<RegularFile> held = RegularFile.hold(log);
        if (held.isEmpty()) {
            return NONE;
        }
        List<String> texts;
        Instant written;
        try (RegularFile file = held.get()) {
            written = file.written();
            if (!isFresh(written)) {
                return NONE;
            }
            texts = file.lastLines(BYTES);
        }
        Instant at = texts.stream().anyMatch(line -> time(line).isPresent()) ? Instant.EPOCH : written;
        List<Line> lines = new ArrayList<>();
        for (String text : texts) {
            at = time(text).orElse(at);
            lines.add(new Line(at, text));
        }
        return new AppLog(lines);
    }

    private static boolean isFresh(Instant at) {
        return at.isAfter(Instant.now().minus(FRESH));
    }

    /// The texts that are no older than this.
    List<String> since(Instant then) {
        return lines.stream()
                .filter(line -> !line.at().isBefore(then))
                .map(Line::text)
                .toList();
    }

    /// The exception that ends the last traceback, and where it was raised: the first line after it that is not
    /// indented.
    /// An old one is not told.
    public Optional<String> exception() {
        return raised().map(last -> LastWords.told(last.line()) + last.place());
    }

    /// The same without its own words, which may be a visitor's.
    public Optional<String> exceptionsName() {
        return raised().map(last -> LastWords.told(last.line().replaceFirst("[^A-Za-z0-9_.].*", "")) + last.place());
    }

    private record Raised(String line, String place) {}

    private Optional<Raised> raised() {
        boolean inside = false;
        String place = "";
        Optional<Raised> end = Optional.empty();
        for (Line line : lines) {
            Matcher frame = FRAME.matcher(line.text());
            if (line.text().startsWith("Traceback (most recent call last)")) {
                inside = true;
                place = "";
            } else if (inside && frame.lookingAt()) {
                place = " (" + LastWords.told(frame.group(1)) + ":" + frame.group(2) + ")";
            } else if (inside && !line.text().isBlank() && !line.text().startsWith(" ")) {
                end = isFresh(line.at()) ? Optional.of(new Raised(line.text(), place)) : Optional.empty();
                inside = false;
            }
        }
        return end;
    }

    /// What nginx has last written there of what stands behind it, in its own words alone: a path may be a visitor's.
    /// An old one is not told.
    public Optional<String> errorOfNginx() {
        return lines.reversed().stream()
                .filter(line -> isFresh(line.at()))
                .map(line -> OF_NGINX.matcher(line.text()))
                .filter(Matcher::matches)
                .map(line -> LastWords.told(line.group(1)))
                .findFirst();
    }

    /// The time with which a line begins, as gunicorn and Python's logging write it.
    static Optional<Instant> time(String line) {
        Matcher time = TIME.matcher(line);
        try {
            return time.lookingAt()
                    ? Optional.of(LocalDateTime.parse(time.group(1).replace('/', '-') + "T" + time.group(2))
                            .atZone(time.group(3) == null ? ZoneId.systemDefault() : ZoneOffset.of(time.group(3)))
                            .toInstant())
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty(); // digits that are no time
        }
    }
}
