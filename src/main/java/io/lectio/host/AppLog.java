package io.lectio.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
    private static final int BYTES = 32_768;
    private static final Duration FRESH = Duration.ofMinutes(2);
    private static final Pattern TIME = Pattern.compile(
            "\\[?(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d)(?:[.,]\\d+)?(?: ?([+-]\\d\\d:?\\d\\d|Z))?");

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
            return new AppLog(List.of());
        }
        List<String> texts;
        Instant written;
        try (RegularFile file = held.get();
                FileChannel channel = file.read()) {
            written = file.written();
            if (!isFresh(written)) {
                return new AppLog(List.of());
            }
            ByteBuffer end = ByteBuffer.allocate(BYTES);
            channel.read(end, Math.max(0, channel.size() - BYTES));
            texts = new String(end.array(), 0, end.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
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

    /// The exception that ends the last traceback: the first line after it that is not indented. An old one is not
    /// told.
    public Optional<String> exception() {
        boolean inside = false;
        Optional<String> end = Optional.empty();
        for (Line line : lines) {
            if (line.text().startsWith("Traceback (most recent call last)")) {
                inside = true;
            } else if (inside && !line.text().isBlank() && !line.text().startsWith(" ")) {
                end = isFresh(line.at()) ? Optional.of(line.text()) : Optional.empty();
                inside = false;
            }
        }
        return end;
    }

    /// The time with which a line begins, as gunicorn and Python's logging write it.
    static Optional<Instant> time(String line) {
        Matcher time = TIME.matcher(line);
        try {
            return time.lookingAt()
                    ? Optional.of(LocalDateTime.parse(time.group(1) + "T" + time.group(2))
                            .atZone(time.group(3) == null ? ZoneId.systemDefault() : ZoneOffset.of(time.group(3)))
                            .toInstant())
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty(); // digits that are no time
        }
    }
}
