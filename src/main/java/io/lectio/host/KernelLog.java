package io.lectio.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the kernel says of the processes that it kills. Source: mm/oom_kill.c, `dump_oom_summary`.
public final class KernelLog {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 262_144;
    private static final Pattern KILL =
            Pattern.compile("oom-kill:.*task_memcg=([^,]*),task=([^,]*),pid=(\\d+),uid=\\d+.*");
    private static final Pattern UNIT = Pattern.compile(".*/([^/]+\\.(?:service|scope))(?:/.*)?");

    /// Where the lines come from, the last one last.
    @FunctionalInterface
    public interface Lines {
        List<String> last() throws IOException, InterruptedException;
    }

    private final Lines lines;

    public KernelLog() {
        this(() -> Child.run(List.of("journalctl", "-k", "-q", "-o", "cat", "-n", "500"), DEADLINE, MOST_BYTES)
                .text()
                .lines()
                .toList());
    }

    public KernelLog(Lines lines) {
        this.lines = lines;
    }

    /// @param unit empty where the process belonged to none
    public record Kill(String unit, String process, int pid) {}

    /// @return empty where the log does not tell, or cannot be read
    public Optional<Kill> lastKill() throws InterruptedException {
        try {
            return lastOf(lines.last());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Kill> lastOf(List<String> said) {
        return said.stream()
                .map(KILL::matcher)
                .filter(Matcher::matches)
                .reduce((_, last) -> last)
                .map(kill -> new Kill(unit(kill.group(1)), kill.group(2), Integer.parseInt(kill.group(3))));
    }

    private static String unit(String group) {
        Matcher unit = UNIT.matcher(group);
        return unit.matches() ? unit.group(1) : "";
    }
}
