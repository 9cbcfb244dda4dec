package io.lectio.doctor;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A service's unit as systemd has loaded it, and what is seen of its run.
///
/// @param systemd its version: 252
/// @param properties as org.freedesktop.systemd1(5) has them: times in microseconds, arrays as lists
/// @param pinged whether our own pinger runs in it
/// @param notified whether systemd knows the units of its `OnFailure=`
/// @param socket the properties of the socket unit of its name, if there is one
public record UnitFacts(
        String unit,
        int systemd,
        Map<String, Object> properties,
        boolean pinged,
        boolean notified,
        Optional<Map<String, Object>> socket) {
    /// What is asked of systemd.
    public static final Set<String> WANTED =
            Set.of(("LoadState ActiveState Result UnitFileState NeedDaemonReload Type NotifyAccess KillMode Restart"
                            + " RestartUSec RestartSteps RestartMaxDelayUSec RestartMode WatchdogUSec"
                            + " WatchdogTimestampMonotonic ActiveEnterTimestampMonotonic TimeoutStopUSec"
                            + " TimeoutAbortUSec StartLimitIntervalUSec StartLimitBurst OnFailure ControlGroup"
                            + " Backlog")
                    .split(" "));

    static final Duration FOREVER = Duration.ofDays(36_500);

    public UnitFacts {
        properties = Map.copyOf(properties);
    }

    public String text(String property) {
        return properties.get(property) instanceof String text ? text : "";
    }

    public boolean isSet(String property) {
        return Boolean.TRUE.equals(properties.get(property));
    }

    public int number(String property) {
        return properties.get(property) instanceof Integer number ? number : 0;
    }

    public List<String> texts(String property) {
        return properties.get(property) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    public long micros(String property) {
        return properties.get(property) instanceof Long micros ? micros : 0;
    }

    /// `infinity` is longer than anybody waits.
    public Duration span(String property) {
        long micros = micros(property);
        return micros < 0 ? FOREVER : Duration.of(Math.min(micros, FOREVER.toSeconds() * 1_000_000), ChronoUnit.MICROS);
    }

    /// As unit files have it.
    static String shown(Duration span) {
        return span.compareTo(FOREVER) >= 0
                ? "infinity"
                : span.toMillis() % 1_000 == 0 ? span.toSeconds() + " s" : span.toMillis() + " ms";
    }
}
