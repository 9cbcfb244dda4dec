package io.lectio.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The time that a question about the past is about.
final class Period {
    private static final Duration USUAL = Duration.ofDays(30);
    private final Instant now = Instant.now();

    @Option(
            names = "--month",
            arity = "0..1",
            fallbackValue = "",
            converter = Month.class,
            paramLabel = "YYYY-MM",
            description = "That month, or the present one; otherwise the last 30 days.")
    private Optional<YearMonth> month = Optional.empty();

    static final class Month implements ITypeConverter<YearMonth> {
        @Override
        public YearMonth convert(String text) {
            if (text.isEmpty()) {
                return YearMonth.now(ZoneId.systemDefault());
            }
            try {
                return YearMonth.parse(text);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + text + "' is no month: 2026-01, say");
            }
        }
    }

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
