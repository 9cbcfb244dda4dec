package io.lectio.bench;

import io.lectio.testhost.Fault;
import io.lectio.testhost.FaultPair;
import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardKilled;
import io.lectio.testhost.Overload;
import io.lectio.testhost.ServiceFaults;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/// What is asked of lectio's runs of a fault: their median and the worst of them.
record Budget(Duration median, Duration worst) {
    static final Budget ALERT = millis(3_000, 5_000);

    private static final Budget GUARD_KILLED = millis(3_000, 3_000);
    private static final Duration TWO_AT_ONCE = Duration.ofSeconds(12);

    /// Empty where nothing is asked, or what is asked is no time.
    static Optional<Budget> of(Fault fault) {
        return switch (fault) {
            case Faults _ -> Optional.of(millis(1_000, 1_000));
            case ServiceFaults service -> of(service);
            case Overload _ -> Optional.empty();
            case FaultPair(Fault one, Fault other) ->
                of(one).flatMap(first -> of(other).map(second -> first.atOnceWith(second)));
            case GuardKilled(Fault repaired) -> of(repaired).map(GUARD_KILLED::plus);
        };
    }

    private static Optional<Budget> of(ServiceFaults fault) {
        return switch (fault) {
            case GUNICORN_KILLED, GUNICORN_TERMED -> Optional.of(millis(1_500, 2_500));
            case GUNICORN_STOPPED, GUNICORN_WORKERS_STOPPED, NGINX_STOPPED -> Optional.of(millis(4_000, 8_000));
            case WORKERS_BLOCKED -> Optional.of(millis(35_000, 50_000));
            case NGINX_KILLED -> Optional.of(millis(400, 1_000));
            case PAGE_OVERWRITTEN -> Optional.empty();
        };
    }

    private static Budget millis(long median, long worst) {
        return new Budget(Duration.ofMillis(median), Duration.ofMillis(worst));
    }

    private Budget plus(Budget other) {
        return new Budget(median.plus(other.median), worst.plus(other.worst));
    }

    /// A median of the sum of both, and 12 s at the worst, or what one of the two may take by itself.
    private Budget atOnceWith(Budget other) {
        Duration most = Stream.of(TWO_AT_ONCE, worst, other.worst)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return new Budget(median.plus(other.median), most);
    }
}
