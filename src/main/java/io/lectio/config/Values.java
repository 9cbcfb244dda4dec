package io.lectio.config;

import io.lectio.core.policy.GuardedPaths;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Window;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Texts to values. What is wrong with one is an [IllegalArgumentException]; its message goes on after the key's
/// name.
final class Values {
    /// Dumps, databases, keys, copies: never opened up, whatever else the owner names.
    private static final List<String> NO_PART_OF_A_BUILD = List.of(
            "*.sql *.sql.* *.sqlite *.sqlite3* *.db *.dump *.bak *.env *.key *.pem *.p12 *.kdbx id_rsa*".split(" "));

    private static final String POSTGRES =
            "postgres(ql)?://([A-Za-z0-9_.%-]+@)?([A-Za-z0-9_.%-]+|\\[[0-9a-fA-F:.]+\\])?(:[0-9]{1,5})?/[A-Za-z0-9_.%-]+(\\?[A-Za-z0-9_.%/=&-]*)?";

    private Values() {}

    /// @param text as [Type#WINDOWS] has checked it
    static Window window(String text) {
        String[] parts = text.split(" ");
        Set<DayOfWeek> days = Arrays.stream(DayOfWeek.values())
                .filter(day -> parts[0].equals("day")
                        || List.of(parts[0].split(","))
                                .contains(day.name().substring(0, 3).toLowerCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        return new Window(days, LocalTime.parse(parts[1]), Type.length(parts[3]));
    }

    static PrivatePatterns privates(List<String> owners) {
        return new PrivatePatterns(Stream.concat(NO_PART_OF_A_BUILD.stream(), owners.stream())
                .distinct()
                .toList());
    }

    /// Empty for a service that is not to be guarded.
    static Optional<String> unit(String text) {
        return Optional.of(text)
                .filter(name -> !name.isEmpty())
                .map(name -> name.endsWith(".service") ? name : name + ".service");
    }

    static URI mailServer(String text, int port) {
        URI url = parse(text);
        boolean secure = "smtps".equals(url.getScheme());
        if (url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getPort() > 65_535
                || !(secure || "smtp".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "is smtp://host:port or smtps://host:port; the user is mail.user, or LECTIO_MAIL_USER");
        }
        int asked = url.getPort() > 0 ? url.getPort() : secure ? 465 : port;
        return URI.create(url.getScheme() + "://" + url.getHost() + ":" + asked);
    }

    static Secret secretAddress(String text) {
        return new Secret(address(text).toString());
    }

    static Path guarded(String what, String text) {
        Path path = Path.of(text);
        GuardedPaths.requireGuardable(what, path);
        return path;
    }

    static Path absolute(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("is no absolute path");
        }
        return path.normalize();
    }

    static Services.Database database(String text) {
        if (!text.startsWith("postgres")) {
            return new Services.SqliteDatabase(absolute(text));
        }
        if (text.matches("[^/]*//[^/@]*:[^/@]*@.*") || text.contains("password=")) {
            throw new IllegalArgumentException(
                    "has a password, which belongs into the file .pgpass of the application's user");
        }
        if (!text.matches(POSTGRES)) {
            throw new IllegalArgumentException("is no address such as postgresql:///school");
        }
        return new Services.PostgresDatabase(text);
    }

    static URI address(String text) {
        URI url = parse(text);
        boolean known = List.of("http", "https").contains(String.valueOf(url.getScheme()));
        if (!known || url.getHost() == null || url.getUserInfo() != null) {
            throw new IllegalArgumentException("is not an address such as https://host/");
        }
        return url.getRawPath().isEmpty() ? url.resolve("/") : url;
    }

    /// May hold a password, so what is wrong with it is told without it.
    static URI proxy(String text) {
        URI url = parse(text);
        boolean known = List.of("http", "socks5").contains(String.valueOf(url.getScheme()));
        if (!known || url.getHost() == null || url.getPort() < 0) {
            throw new IllegalArgumentException(
                    "is http://host:port or socks5://host:port, with user:password@ before the host if need be");
        }
        return url;
    }

    private static URI parse(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is not an address", e);
        }
    }

    static String user(String text) {
        if (text.equals("root") || text.matches("0+")) {
            throw new IllegalArgumentException("is root, who may read everything, so that no fault would ever be seen:"
                    + " name the user that the web server's workers run as (ps -o user= -C nginx)");
        }
        return text;
    }
}
