package io.lectio.store;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// What became of a check's looks within one hour.
///
/// @param unknown looks without a verdict
/// @param slowest how long a look took at most
/// @param sum how long all of them took
public record Hour(
        Instant hour,
        String site,
        String check,
        long passed,
        long failed,
        long unknown,
        Duration slowest,
        Duration sum) {
    private static final int FIELDS = 8;

    public Hour plus(Hour other) {
        return new Hour(
                hour,
                site,
                check,
                passed + other.passed,
                failed + other.failed,
                unknown + other.unknown,
                slowest.compareTo(other.slowest) > 0 ? slowest : other.slowest,
                sum.plus(other.sum));
    }

    public long looks() {
        return passed + failed + unknown;
    }

    String line() {
        return "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d"
                .formatted(hour, site, check, passed, failed, unknown, slowest.toMillis(), sum.toMillis());
    }

    /// @param known the hours read so far: many lines are of each
    static Optional<Hour> of(String line, Map<String, Instant> known) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS) {
            return Optional.empty();
        }
        try {
            long[] figures = new long[FIELDS];
            for (int i = 3; i < FIELDS; i++) {
                figures[i] = Long.parseLong(fields[i]);
            }
            return Optional.of(new Hour(
                    known.computeIfAbsent(fields[0], Instant::parse),
                    fields[1],
                    fields[2],
                    figures[3],
                    figures[4],
                    figures[5],
                    Duration.ofMillis(figures[6]),
                    Duration.ofMillis(figures[7])));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
