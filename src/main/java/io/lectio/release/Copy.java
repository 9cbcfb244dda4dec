package io.lectio.release;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A verified copy. All that is known of one is its file's name, which it gets by its proof, so a list and its copies
/// cannot differ.
///
/// @param of which database: [#identity]
/// @param taken when the copying began, to the second
/// @param hash of the database's bytes: the first half of SHA-256, in hexadecimal
/// @param bytes what it takes on the disk
public record Copy(String of, Instant taken, String hash, long bytes) {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern FILE =
            Pattern.compile("db-([0-9a-f]{8})-(\\d{8}T\\d{6}Z)-([0-9a-f]{32})\\.sqlite3\\.gz");
    private static final int IDENTITY = 8;

    /// A database by its path, as the configuration has it: no copy is ever taken for that of another one.
    public static String identity(Path database) {
        byte[] path = database.toString().getBytes(StandardCharsets.UTF_8);
        return Copies.hash(Copies.digest(), path).substring(0, IDENTITY);
    }

    /// Empty for the name of anything else.
    static Optional<Copy> of(Path file, long bytes) {
        Matcher name = FILE.matcher(String.valueOf(file.getFileName()));
        try {
            return name.matches()
                    ? Optional.of(new Copy(name.group(1), at(name.group(2)), name.group(3), bytes))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// Its time in UTC, as `20260122T030000Z`.
    public String id() {
        return id(taken);
    }

    static String id(Instant taken) {
        return ID.format(taken);
    }

    /// @throws DateTimeException where this is no such time
    public static Instant at(String id) {
        return ID.parse(id, Instant::from);
    }

    String file() {
        return "db-" + of + "-" + id() + "-" + hash + ".sqlite3.gz";
    }
}
