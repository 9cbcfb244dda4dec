package io.lectio.release;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a Django project says of itself to `project.py`.
///
/// @param lines each a kind and its words
record Project(List<List<String>> lines) {
    private static final String MARK = "@lectio ";

    Project {
        lines = List.copyOf(lines);
    }

    /// @param output among which may be what the project itself says
    static Project of(String output) {
        return new Project(output.lines()
                .filter(line -> line.startsWith(MARK))
                .map(line -> Stream.of(line.substring(MARK.length()).split(" ", -1))
                        .map(Project::plain)
                        .toList())
                .toList());
    }

    private static String plain(String word) {
        try {
            String plain = URLDecoder.decode(word.replace("+", "%2B"), StandardCharsets.UTF_8);
            return plain.indexOf('\0') < 0 ? plain : word; // no path has one
        } catch (IllegalArgumentException e) {
            return word; // the project's own line
        }
    }

    private Stream<List<String>> all(String kind, int words) {
        return lines.stream().filter(line -> line.getFirst().equals(kind) && line.size() == words + 1);
    }

    /// @param additive whether code that knows nothing of it can surely still read and write
    public record Migration(String name, boolean additive) {}

    List<Migration> migrations() {
        return all("migration", 2)
                .map(line -> new Migration(line.get(1), line.get(2).equals("1")))
                .toList();
    }

    List<String> applied() {
        return all("applied", 1).map(List::getLast).toList();
    }

    /// @param host empty for this machine
    record Database(String alias, String vendor, String name, String host) {
        boolean isNear() {
            return host.isEmpty() || host.matches("localhost|127\\.[\\d.]+|::1|/.*");
        }
    }

    List<Database> databases() {
        return all("database", 4)
                .map(line -> new Database(line.get(1), line.get(2), line.get(3), line.get(4)))
                .toList();
    }

    /// `MEDIA_ROOT` and `STATIC_ROOT`, where they are set.
    Map<String, Path> folders() {
        return all("folder", 2)
                .collect(Collectors.toMap(line -> line.get(1), line -> Path.of(line.get(2)), (a, _) -> a));
    }

    /// By which its proxy tells it that a visitor came by https.
    Map<String, String> header() {
        return all("header", 2)
                .filter(line ->
                        line.get(1).matches("[A-Za-z0-9-]+") && line.get(2).matches("[ -~]*"))
                .collect(Collectors.toMap(line -> line.get(1), List::getLast, (a, _) -> a));
    }

    /// A requirement that is not met, with why.
    Optional<String> lacks() {
        String all = all("requirement", 2)
                .filter(line -> !line.getLast().isEmpty())
                .map(line -> line.get(1) + ": " + line.getLast())
                .collect(Collectors.joining("; "));
        return Optional.of(all).filter(text -> !text.isEmpty());
    }

    int requirements() {
        return (int) all("requirement", 2).count();
    }
}
