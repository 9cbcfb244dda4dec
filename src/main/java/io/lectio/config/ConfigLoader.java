package io.lectio.config;

import io.lectio.config.ConfigEnv.Assigned;
import io.lectio.config.Settings.Channels;
import io.lectio.config.Settings.Invalid;
import io.lectio.config.Settings.Mail;
import io.lectio.config.Settings.Telegram;
import io.lectio.core.policy.GuardedPaths;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `config.env` to [Settings]: every error at once, with file, line and reason. Values of secret keys are never
/// repeated.
public final class ConfigLoader {
    private static final List<String> KEYS = List.of(
            "TELEGRAM_BOT_TOKEN",
            "TELEGRAM_CHAT_ID",
            "TELEGRAM_PROXY",
            "TELEGRAM_API_URL",
            "LECTIO_LANGUAGE",
            "LECTIO_SITE_URL",
            "LECTIO_SITE_SERVER",
            "LECTIO_SITE_ROOT",
            "LECTIO_WEB_ROOT",
            "LECTIO_WEB_USER",
            "LECTIO_PRIVATE",
            "LECTIO_WEB_UNIT",
            "LECTIO_APP_UNIT",
            "LECTIO_APP_SERVER",
            "LECTIO_API_URL",
            "LECTIO_REPAIRS_PER_HOUR",
            "LECTIO_MAIL_TO",
            "LECTIO_MAIL_FROM",
            "LECTIO_MAIL_SERVER",
            "LECTIO_MAIL_USER",
            "LECTIO_MAIL_PASSWORD",
            "LECTIO_WEBHOOK_URL",
            "LECTIO_HEARTBEAT_URL",
            "LECTIO_ALIVE");
    private static final Set<String> SECRET_KEYS = Set.of(
            "TELEGRAM_BOT_TOKEN",
            "TELEGRAM_PROXY",
            "LECTIO_MAIL_PASSWORD",
            "LECTIO_WEBHOOK_URL",
            "LECTIO_HEARTBEAT_URL");
    private static final Pattern MAILBOX = Pattern.compile("[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,190}");
    /// Dumps, databases, keys, copies: never opened up, whatever else the owner names.
    private static final List<String> NO_PART_OF_A_BUILD = List.of(
            "*.sql *.sql.* *.sqlite *.sqlite3* *.db *.dump *.bak *.env *.key *.pem *.p12 *.kdbx id_rsa*".split(" "));
    private static final int FAR = 4;
    private static final int LONGEST_SOCKET = 107;

    private final ConfigEnv env;
    private final Path home;

    private ConfigLoader(ConfigEnv env, Path file) {
        this.env = env;
        this.home = file.toAbsolutePath().normalize().resolveSibling("");
    }

    /// A missing file means the plan's defaults.
    ///
    /// @throws Invalid when anything in it is wrong; then nothing of it counts
    public static Settings load(Path file) throws Invalid {
        String text = "";
        Optional<Rights> rights = Optional.empty();
        try {
            if (Files.exists(file)) {
                text = Files.readString(file);
                rights = Optional.of(Rights.of(file));
            }
        } catch (CharacterCodingException e) {
            throw new Invalid(List.of(new Settings.Problem(file.toString(), 0, "is not UTF-8 text")));
        } catch (IOException e) {
            throw new Invalid(List.of(new Settings.Problem(file.toString(), 0, "cannot be read: " + e.getMessage())));
        }
        ConfigEnv env = new ConfigEnv(file.toString(), text);
        rights.ifPresent(
                found -> found.problems(file, env.values().keySet().stream().anyMatch(SECRET_KEYS::contains))
                        .forEach(problem -> env.warn(0, problem)));
        return new ConfigLoader(env, file).settings();
    }

    private Settings settings() throws Invalid {
        env.values().forEach((key, assigned) -> {
            if (!KEYS.contains(key)) {
                env.error(assigned.line(), "unknown key " + key + nearest(key));
            }
        });
        Channels channels = new Channels(
                telegram(),
                mail(),
                value("LECTIO_WEBHOOK_URL", Optional.empty(), ConfigLoader::secretAddress),
                value("LECTIO_HEARTBEAT_URL", Optional.empty(), ConfigLoader::secretAddress),
                value("LECTIO_ALIVE", Optional.of(LocalTime.of(9, 0)), ConfigLoader::timeOfDay));
        Path siteRoot =
                value("LECTIO_SITE_ROOT", Path.of("/var/www/teaching_panel"), text -> guarded("site root", text));
        Path webRoot = value("LECTIO_WEB_ROOT", siteRoot.resolve("frontend/build"), text -> guarded("web root", text));
        URI page = value("LECTIO_SITE_URL", URI.create("http://localhost/"), text -> address(text, "http", "https"));
        String server = value("LECTIO_SITE_SERVER", "127.0.0.1", ConfigLoader::word);
        String user = value("LECTIO_WEB_USER", "www-data", ConfigLoader::user);
        PrivatePatterns privates =
                value("LECTIO_PRIVATE", new PrivatePatterns(NO_PART_OF_A_BUILD), ConfigLoader::privates);
        int perHour = value("LECTIO_REPAIRS_PER_HOUR", Limits.DEFAULT.repairsPerHour(), text -> number(text, 1, 1_000));
        Language language = value("LECTIO_LANGUAGE", Language.RU, ConfigLoader::language);
        Services services = services(page);
        if (webRoot.startsWith(home) || home.startsWith(webRoot)) {
            env.error(
                    line("LECTIO_WEB_ROOT"),
                    "LECTIO_WEB_ROOT " + webRoot + " and Lectio's own home " + home
                            + ", which has the token, must lie apart");
        }
        if (!webRoot.startsWith(siteRoot)) {
            env.error(
                    line("LECTIO_WEB_ROOT"),
                    "LECTIO_WEB_ROOT " + webRoot + " is not below LECTIO_SITE_ROOT " + siteRoot);
        }
        if (!env.errors().isEmpty()) {
            throw new Invalid(env.errors());
        }
        return new Settings(
                new Site(page, server, siteRoot, webRoot, user, privates),
                services,
                perHour,
                language,
                channels,
                env.warnings());
    }

    private Services services(URI page) {
        Optional<String> proxy = value("LECTIO_WEB_UNIT", Optional.of("nginx.service"), ConfigLoader::unit);
        Optional<String> app = value("LECTIO_APP_UNIT", Optional.of("teaching_panel.service"), ConfigLoader::unit);
        String direct = value("LECTIO_APP_SERVER", "127.0.0.1:8000", ConfigLoader::direct);
        URI api = value("LECTIO_API_URL", page.resolve("/api/health/"), text -> address(text, "http", "https"));
        return new Services(
                app.map(unit -> new Services.App(unit, direct, api)),
                proxy.map(unit -> new Services.Proxy(unit, unit.startsWith("nginx"))));
    }

    /// Empty for a service that is not to be guarded.
    private static Optional<String> unit(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.matches("[A-Za-z0-9][A-Za-z0-9:_.@\\\\-]{0,200}")) {
            throw new IllegalArgumentException("is not a unit's name such as nginx.service; empty for none");
        }
        return Optional.of(text.endsWith(".service") ? text : text + ".service");
    }

    private static String direct(String text) {
        boolean fits = text.startsWith("unix:/")
                ? text.length() <= "unix:".length() + LONGEST_SOCKET
                : text.matches("([A-Za-z0-9._-]{1,253}|\\[[0-9a-fA-F:.]+]):[1-9]\\d{0,4}");
        if (!fits) {
            throw new IllegalArgumentException("is where the application listens: 127.0.0.1:8000, unix:/run/app.sock");
        }
        return text;
    }

    private Optional<Telegram> telegram() {
        Optional<String> token = value("TELEGRAM_BOT_TOKEN", Optional.empty(), text -> {
            if (text.isEmpty() || text.equals("your_token")) {
                return Optional.empty();
            }
            if (!text.matches("\\d{3,20}:[A-Za-z0-9_-]{20,64}")) {
                throw new IllegalArgumentException("does not look like a bot's token (digits, a colon, 35 characters)");
            }
            return Optional.of(text);
        });
        Optional<String> chat = value("TELEGRAM_CHAT_ID", Optional.empty(), text -> {
            if (text.isEmpty() || text.equals("your_chat_id")) {
                return Optional.empty();
            }
            if (!text.matches("-?\\d{1,20}|@[A-Za-z0-9_]{4,64}")) {
                throw new IllegalArgumentException("is a number, or @ and a channel's name");
            }
            return Optional.of(text);
        });
        URI api = value(
                "TELEGRAM_API_URL", URI.create("https://api.telegram.org"), text -> address(text, "http", "https"));
        Optional<URI> proxy = value(
                "TELEGRAM_PROXY",
                Optional.empty(),
                text -> text.isEmpty() ? Optional.empty() : Optional.of(proxy(text)));
        if (token.isPresent() != chat.isPresent()) {
            env.warn(0, "Telegram needs both TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID; alerts go to alerts.log only");
        }
        return token.flatMap(secret -> chat.map(id -> new Telegram(new Secret(secret), id, api, proxy)));
    }

    private Optional<Mail> mail() {
        List<String> to = value("LECTIO_MAIL_TO", List.of(), ConfigLoader::mailboxes);
        String from = value("LECTIO_MAIL_FROM", to.isEmpty() ? "" : to.getFirst(), ConfigLoader::mailbox);
        Optional<String> user = value("LECTIO_MAIL_USER", Optional.empty(), Optional::of);
        Optional<String> password = value("LECTIO_MAIL_PASSWORD", Optional.empty(), Optional::of);
        URI server = value(
                "LECTIO_MAIL_SERVER",
                URI.create("smtp://localhost:25"),
                text -> mailServer(text, user.isPresent() ? 587 : 25));
        if (user.isPresent() != password.isPresent()) {
            env.error(
                    line(user.isPresent() ? "LECTIO_MAIL_USER" : "LECTIO_MAIL_PASSWORD"),
                    "LECTIO_MAIL_USER and LECTIO_MAIL_PASSWORD are only of use together");
        }
        return to.isEmpty()
                ? Optional.empty()
                : Optional.of(new Mail(server, user, new Secret(password.orElse("")), from, to));
    }

    private static List<String> mailboxes(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(ConfigLoader::mailbox)
                .toList();
    }

    private static String mailbox(String text) {
        if (!MAILBOX.matcher(text).matches()) {
            throw new IllegalArgumentException("is a mail address such as you@example.org");
        }
        return text;
    }

    private static URI mailServer(String text, int port) {
        URI url = parse(text);
        boolean secure = "smtps".equals(url.getScheme());
        if (url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getPort() > 65_535
                || !(secure || "smtp".equals(url.getScheme()))) {
            throw new IllegalArgumentException(
                    "is smtp://host:port or smtps://host:port; the user is LECTIO_MAIL_USER");
        }
        int asked = url.getPort() > 0 ? url.getPort() : secure ? 465 : port;
        return URI.create(url.getScheme() + "://" + url.getHost() + ":" + asked);
    }

    private static Optional<Secret> secretAddress(String text) {
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(new Secret(address(text, "https", "http").toString()));
    }

    private static Optional<LocalTime> timeOfDay(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(LocalTime.parse(text));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("is a time of day such as 09:00; empty for none", e);
        }
    }

    private <T> T value(String key, T otherwise, Function<String, T> parse) {
        Assigned assigned = env.values().get(key);
        if (assigned == null) {
            return otherwise;
        }
        if (!SECRET_KEYS.contains(key) && ConfigEnv.holdsToken(assigned.value())) {
            env.error(assigned.line(), key + " holds what looks like a bot's token: that is for TELEGRAM_BOT_TOKEN");
            return otherwise;
        }
        try {
            return parse.apply(assigned.value());
        } catch (IllegalArgumentException e) {
            env.error(assigned.line(), key + " " + e.getMessage());
            return otherwise;
        }
    }

    private int line(String key) {
        Assigned assigned = env.values().get(key);
        return assigned == null ? 0 : assigned.line();
    }

    private static Path guarded(String what, String text) {
        Path path = Path.of(text);
        GuardedPaths.requireGuardable(what, path);
        return path;
    }

    private static URI address(String text, String... schemes) {
        URI url = parse(text);
        if (url.getHost() == null
                || url.getUserInfo() != null
                || !List.of(schemes).contains(String.valueOf(url.getScheme()))) {
            throw new IllegalArgumentException("is not an address such as " + schemes[0] + "://host/");
        }
        return url.getRawPath().isEmpty() ? url.resolve("/") : url;
    }

    /// May hold a password, so what is wrong with it is told without it.
    private static URI proxy(String text) {
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
        } catch (java.net.URISyntaxException e) {
            throw new IllegalArgumentException("is not an address", e);
        }
    }

    private static String word(String text) {
        if (!text.matches("[A-Za-z0-9_.:\\[][A-Za-z0-9_.:\\]-]{0,252}")) {
            throw new IllegalArgumentException("is not one plain word");
        }
        return text;
    }

    private static PrivatePatterns privates(String text) {
        Stream<String> owners =
                Arrays.stream(text.split(",")).map(String::strip).filter(part -> !part.isEmpty());
        return new PrivatePatterns(
                Stream.concat(NO_PART_OF_A_BUILD.stream(), owners).distinct().toList());
    }

    private static String user(String text) {
        if (text.equals("root") || text.matches("0+")) {
            throw new IllegalArgumentException("is root, who may read everything, so that no fault would ever be seen:"
                    + " name the user that the web server's workers run as (ps -o user= -C nginx)");
        }
        return word(text);
    }

    private static int number(String text, int least, int most) {
        int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw new IllegalArgumentException("is a number from " + least + " to " + most);
        }
        return number;
    }

    private static Language language(String text) {
        return Arrays.stream(Language.values())
                .filter(each -> each.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is ru or en"));
    }

    private static String nearest(String key) {
        return KEYS.stream()
                .min(Comparator.comparingInt(known -> distance(known, key)))
                .filter(known -> distance(known, key) <= FAR)
                .map(known -> "; did you mean " + known + "?")
                .orElse("; known are " + String.join(", ", KEYS));
    }

    /// Levenshtein's.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int up = row[j];
                row[j] = Math.min(
                        Math.min(row[j], row[j - 1]) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = up;
            }
        }
        return row[b.length()];
    }
}
