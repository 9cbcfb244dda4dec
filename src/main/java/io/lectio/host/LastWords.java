package io.lectio.host;

import io.lectio.core.health.Condition.Reason;
import io.lectio.core.health.Condition.Unfit;
import io.lectio.core.health.UnitState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a run of a service has said before it ended.
public final class LastWords {
    private static final int LONGEST_TELLING = 160;
    private static final int LONGEST_READ = 2_000;
    /// What ends at its start does so within this time.
    private static final Duration LONGEST_START = Duration.ofSeconds(15);

    /// A line of the journal that systemd itself has not written.
    private static final Pattern OF_A_PROCESS = Pattern.compile("\\S+ \\S+ (?!systemd\\[1])[^\\[]+\\[\\d+]: (.+)");

    private static final Pattern SECRET = Pattern.compile("(://[^\\s/:@]*:)\\S+(?=@)|(://)[^\\s/:@]+(?=@)"
            + "|(?i)((?:password|passwd|pwd|secret|token|key)['\"]?\\s*[:=]\\s*)(?:'[^']*'|\"[^\"]*\"|\\S+)");

    /// Each as Python or gunicorn begins its line with it, so that no visitor's words can be one.
    private static final Pattern ENVIRONMENT = Pattern.compile("KeyError: '[A-Z][A-Z0-9_]+'"
            + "|(?:[a-z_.]+\\.)?(?:ImproperlyConfigured|UndefinedValueError): .*(?i:environment|setting|secret_key).*");

    private static final Pattern IMPORT = Pattern.compile("(?:ModuleNotFound|Import|Syntax|Indentation|Tab)Error: .*");
    private static final Pattern PORT = Pattern.compile(
            "(?:OSError: \\[Errno 98] |\\[[^\\]]*] \\[\\d+] \\[ERROR] )(?:Address already|Connection) in use.*");

    private LastWords() {}

    /// The lines of the service's own processes, as they were written.
    public static List<String> of(List<String> journal) {
        return journal.stream()
                .map(OF_A_PROCESS::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .toList();
    }

    /// What a run that has ended has said, to the journal or to its own log.
    ///
    /// @param log the application's own
    public static List<String> of(Supervisor supervisor, UnitState ended, Optional<Path> log)
            throws IOException, InterruptedException {
        Instant since = ended.since().minus(LONGEST_START);
        List<String> said = new ArrayList<>(of(supervisor.journal(ended).stream()
                .filter(line ->
                        AppLog.time(line).filter(at -> at.isBefore(since)).isEmpty())
                .toList()));
        if (log.isPresent()) {
            said.addAll(AppLog.end(log.get()).since(since));
        }
        return said;
    }

    /// Why another start would bring nothing, as far as the last of these lines tell.
    public static Optional<Unfit> unfit(List<String> said) {
        for (String line : said.reversed()) {
            Optional<Reason> reason = ENVIRONMENT.matcher(line).matches()
                    ? Optional.of(Reason.ENVIRONMENT)
                    : IMPORT.matcher(line).matches()
                            ? Optional.of(Reason.IMPORT_ERROR)
                            : PORT.matcher(line).matches() ? Optional.of(Reason.PORT_TAKEN) : Optional.empty();
            if (reason.isPresent()) {
                return Optional.of(new Unfit(reason.get(), told(line)));
            }
        }
        return Optional.empty();
    }

    /// As it may be sent to the owner: short, and without what looks like a password.
    public static String told(String line) {
        String open = SECRET.matcher(line.substring(0, Math.min(line.length(), LONGEST_READ)))
                .replaceAll("$1$2$3***");
        return open.length() > LONGEST_TELLING ? open.substring(0, LONGEST_TELLING) + "…" : open;
    }
}
