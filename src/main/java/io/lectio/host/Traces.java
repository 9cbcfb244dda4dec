package io.lectio.host;

import io.lectio.host.Changes.Checkout;
import io.lectio.host.Changes.Login;
import io.lectio.host.Changes.Packaged;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Who was at work on this machine: what the journal, git and the package manager have written. What is missing, or
/// closed to who asks, tells nothing.
public final class Traces {
    private static final Duration A_DAY = Duration.ofDays(1);
    private static final int MOST_BYTES = 4_096;
    private static final int MOST_OF_A_LOG = 262_144;
    private static final int MOST_PACKAGES = 3;
    private static final int MOST_FOLDERS = 100;
    private static final int LONGEST = 2_000;
    public static final Path DPKG_LOG = Path.of("/var/log/dpkg.log");

    private static final Pattern ACCEPTED =
            Pattern.compile("(\\S+) \\S+ sshd\\S*: Accepted \\S+ for (\\S+) from (\\S+) .*");
    private static final Pattern OF_DPKG =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d) (install|upgrade|remove|purge) ([^ :]+).*");
    private static final Pattern REFLOG =
            Pattern.compile("[0-9a-f]+ [0-9a-f]+ ([^<]*) <[^>]*> (\\d{1,11}) [+-]\\d{4}\t(.*)");
    private static final DateTimeFormatter DPKG = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss[XXX][XX]");

    private Traces() {}

    /// The last login by ssh in the day before.
    public static Optional<Login> login(Instant before, Duration within) throws InterruptedException {
        List<String> asks = new ArrayList<>(List.of("journalctl", "-q", "--no-pager", "-o", "short-iso", "-r", "-n1"));
        asks.addAll(List.of("_UID=0", "-t", "sshd", "-t", "sshd-session", "-g", "^Accepted ")); // anyone may say "sshd"
        asks.add("--since=@" + before.minus(A_DAY).getEpochSecond());
        asks.add("--until=@" + (before.getEpochSecond() + 1));
        try {
            return Child.run(asks, within, MOST_BYTES)
                    .text()
                    .lines()
                    .flatMap(line -> login(line).stream())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // no journal here
        }
    }

    static Optional<Login> login(String line) {
        Matcher accepted = ACCEPTED.matcher(line);
        try {
            return accepted.matches()
                    ? Optional.of(new Login(
                            told(accepted.group(2)),
                            told(accepted.group(3)),
                            OffsetDateTime.parse(accepted.group(1), ISO).toInstant()))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty(); // digits that are no time
        }
    }

    /// The package manager's doings in this time, the newest first.
    ///
    /// @param log dpkg's
    public static List<Packaged> packages(Path log, Instant from, Instant to) {
        return packages(lastLines(log), from, to);
    }

    static List<Packaged> packages(List<String> lines, Instant from, Instant to) {
        return lines.reversed().stream()
                .map(OF_DPKG::matcher)
                .filter(Matcher::matches)
                .flatMap(done -> Stream.of(done.group(1))
                        .flatMap(time -> time(time).stream())
                        .filter(at -> !at.isBefore(from) && !at.isAfter(to))
                        .map(at -> new Packaged(done.group(2) + " " + told(done.group(3)), at)))
                .limit(MOST_PACKAGES)
                .toList();
    }

    private static Optional<Instant> time(String local) {
        try {
            return Optional.of(LocalDateTime.parse(local, DPKG)
                    .atZone(ZoneId.systemDefault())
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty(); // digits that are no time
        }
    }

    /// What git has last done in this time to a working copy that is this folder, or lies in it.
    public static Optional<Checkout> checkout(Path folder, Instant from, Instant to) {
        List<Path> copies = new ArrayList<>(List.of(folder));
        try (DirectoryStream<Path> below =
                Files.newDirectoryStream(folder, each -> Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))) {
            for (Path each : below) {
                copies.add(each);
                if (copies.size() > MOST_FOLDERS) {
                    break;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty(); // gone meanwhile
        }
        return copies.stream()
                .map(copy -> copy.resolve(".git/logs/HEAD"))
                .filter(Files::exists)
                .map(Traces::lastLines)
                .filter(lines -> !lines.isEmpty())
                .flatMap(lines -> checkout(lines.getLast()).stream())
                .filter(last -> !last.at().isBefore(from.truncatedTo(ChronoUnit.SECONDS))
                        && !last.at().isAfter(to))
                .max(Comparator.comparing(Checkout::at));
    }

    private static Optional<Checkout> checkout(String line) {
        Matcher entry = REFLOG.matcher(line.substring(0, Math.min(line.length(), LONGEST)));
        return entry.matches()
                ? Optional.of(new Checkout(
                        told(entry.group(1)),
                        told(entry.group(3)),
                        Instant.ofEpochSecond(Long.parseLong(entry.group(2)))))
                : Optional.empty();
    }

    private static String told(String others) {
        return LastWords.told(Names.show(others.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> lastLines(Path log) {
        try {
            Optional<RegularFile> held = RegularFile.hold(log);
            if (held.isEmpty()) {
                return List.of();
            }
            try (RegularFile file = held.get()) {
                return file.lastLines(MOST_OF_A_LOG);
            }
        } catch (IOException e) {
            return List.of(); // see the class
        }
    }
}
