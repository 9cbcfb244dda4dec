package io.lectio.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A PostgreSQL server, asked by its own programs in short children, so that this process needs no driver and no
/// password. Sources: psql(1), pg_isready(1), libpq's connection strings.
public final class PostgresServer {
    private static final int MOST_BYTES = 4_096;
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    /// Where Debian's `psql` is a Perl script that starts this one.
    private static final String USUAL = "/usr/bin";

    /// All that an ordinary user may take, and what is left of it; who may not see others' sessions sees that they are.
    /// Workers of the server itself have no user.
    private static final String QUESTION = "select most, most - (select count(*) from pg_stat_activity where datid is"
            + " not null and usesysid is not null) + 1 from (select current_setting('max_connections')::int -"
            + " current_setting('superuser_reserved_connections')::int -"
            + " coalesce(current_setting('reserved_connections', true)::int, 0) as most) as settings";

    private static final Pattern ANSWER = Pattern.compile("(?m)^(\\d+)\\|(-?\\d+)$");

    /// In the two languages of this guard's owners: what the server says before it knows who asks is in its own.
    private static final Pattern TOO_MANY = Pattern.compile(
            "too many clients|too many connections|remaining connection slots|слишком много клиентов|слишком много подключений|оставшиеся слоты");

    private static final Pattern NO_DATABASE =
            Pattern.compile("database \".*\" does not exist|база данных \".*\" не существует");
    private static final int REJECTS = 1;
    private static final int SILENT = 2;

    private PostgresServer() {}

    public sealed interface Word {}

    /// @param most connections that an ordinary user may have in all
    /// @param left of them, besides the one that asked
    public record Answered(int most, int left) implements Word {}

    public record NoneLeft(String says) implements Word {}

    public record NoDatabase(String says) implements Word {}

    /// Nothing listens, or it takes nobody yet, or does not answer in time.
    public record Away(String says) implements Word {}

    /// @param address without a password, as `postgresql://user@host:5432/name`
    /// @param user as whom it is asked
    /// @throws IOException where it cannot be told: no `psql`, or the server does not let this user in
    public static Word ask(String address, WebUser user, Duration within) throws IOException, InterruptedException {
        Child.Result said = run(user, within, "psql", "-XAtqw", "-c", QUESTION, "-d", address);
        Matcher answer = ANSWER.matcher(said.text());
        if (said.exit().orElse(1) == 0 && answer.find()) {
            return new Answered(Integer.parseInt(answer.group(1)), Integer.parseInt(answer.group(2)));
        }
        if (said.timedOut()) {
            return new Away("no answer within " + within.toSeconds() + " s");
        }
        String says = said.text()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("");
        if (TOO_MANY.matcher(said.text()).find()) {
            return new NoneLeft(says);
        }
        if (NO_DATABASE.matcher(said.text()).find()) {
            return new NoDatabase(says);
        }
        int ready = run(user, within, "pg_isready", "-q", "-d", address).exit().orElse(SILENT);
        if (ready == REJECTS || ready == SILENT) {
            return new Away(says);
        }
        throw new IOException("PostgreSQL could not be asked as " + user.name() + ": " + says);
    }

    private static Child.Result run(WebUser user, Duration within, String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> asks = new ArrayList<>(List.of(newest(program)));
        asks.addAll(List.of(arguments));
        List<String> command =
                new ArrayList<>(List.of("env", "-C", "/")); // where the guard was started may be closed to it
        command.addAll(Child.as(user, asks, within));
        return Child.run(command, within, MOST_BYTES);
    }

    private static String newest(String program) throws IOException {
        return versions()
                .map(version -> version.resolve("bin").resolve(program))
                .filter(Files::isExecutable)
                .findFirst()
                .or(() -> Optional.of(Path.of(USUAL, program)).filter(Files::isExecutable))
                .orElseThrow(() -> new IOException("there is no " + program + ": sudo apt install postgresql-client"))
                .toString();
    }

    /// The newest first.
    private static Stream<Path> versions() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return Stream.empty();
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(VERSIONS, "[1-9][0-9]")) {
            List<Path> versions = new ArrayList<>();
            folders.forEach(versions::add);
            return versions.stream().sorted(Comparator.reverseOrder());
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }
}
