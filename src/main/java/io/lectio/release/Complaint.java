package io.lectio.release;

import io.lectio.host.LastWords;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The lines of a Python program's output that tell why it has failed.
final class Complaint {
    private static final int LINES = 3;
    private static final int LONGEST = 2_000;
    private static final Pattern EXCEPTION = Pattern.compile(
            "(?:\\w++\\.)*+[A-Z]\\w*" + "(?:Error|Exception|Exit|Configured|DoesNotExist|NotFound|Interrupt)(?:: .*)?");

    private static final Pattern PLACE = Pattern.compile("(?m)^ +File \"(/[^\"\\x00]+)\", line (\\d+)");
    private static final Set<String> ERRORS = Set.of("ERRORS:", "CRITICALS:");

    private Complaint() {}

    /// @param live of whose files the innermost is named
    static String in(String output, Path live) {
        List<String> found = output.lines()
                .dropWhile(line -> !ERRORS.contains(line))
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .limit(LINES)
                .toList();
        if (!found.isEmpty()) {
            return told(found);
        }
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        Optional<String> exception = lines.reversed().stream()
                .filter(line ->
                        line.length() <= LONGEST && EXCEPTION.matcher(line).matches())
                .findFirst();
        return exception
                .map(line -> LastWords.told(line) + place(output, live))
                .orElseGet(() -> told(lines.subList(Math.max(0, lines.size() - LINES), lines.size())));
    }

    private static String told(List<String> lines) {
        return lines.isEmpty()
                ? "it says nothing"
                : lines.stream().map(line -> LastWords.told(line.strip())).collect(Collectors.joining(" / "));
    }

    private static String place(String output, Path live) {
        return PLACE.matcher(output)
                .results()
                .filter(place ->
                        place.group(1).startsWith(live + "/") && !place.group(1).contains("/site-packages/"))
                .reduce((_, last) -> last)
                .map(place -> place(place, live))
                .orElse("");
    }

    private static String place(MatchResult place, Path live) {
        return " (" + live.relativize(Path.of(place.group(1))) + ":" + place.group(2) + ")";
    }
}
