package io.lectio.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The time that a question about the past is about.
final class Period {
    private static final Duration USUAL = Duration.ofDays(30);
    private final Instant now = Instant.now();

    @Option(names = "--month", paramLabel = "YYYY-MM", description = "That month; otherwise the last 30 days.")
    private Optional<YearMonth> month = Optional.empty();

    Instant from() {
        return month.map(Period::begin).orElse(now.minus(USUAL));
    }

    /// Now at the latest.
    Instant to() {
        Instant end = month.map(asked -> begin(asked.plusMonths(1))).orElse(now);
        return end.isAfter(now) && from().isBefore(now) ? now : end;
    }

    private static Instant begin(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneId.systemDefault()).toInstant();
    }
}
