package io.lectio.config;

import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Threshold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// A key of the configuration. This table is the only place that names one: the two files are read by it, the JSON
/// Schema and docs/configuration.md are made from it.
///
/// @param ofSite whether each site has its own
/// @param path its place in `lectio.yaml`; empty for a secret, which only `config.env` may hold
/// @param env its name in `config.env`; empty where only `lectio.yaml` has it
/// @param fallback what holds where nobody sets it; some follow from other keys, as `what` says
/// @param what for the reference
record Key(boolean ofSite, String path, String env, Type type, String fallback, String what) {
    private static final int FAR = 4;
    private static final List<Key> TABLE = new ArrayList<>();

    static final Key LANGUAGE =
            global("language", "LECTIO_LANGUAGE", Type.oneOf("ru", "en"), "ru", "The language of the alerts.");
    static final Key TOKEN = global(
            "",
            "TELEGRAM_BOT_TOKEN",
            Type.ANY_TEXT,
            "",
            "The bot that tells. Without it alerts go to alerts.log only.");
    static final Key CHAT =
            global("telegram.chat", "TELEGRAM_CHAT_ID", Type.TEXT_OR_NUMBER, "", "The chat that is told.");
    static final Key TELEGRAM_API = global(
            "telegram.api", "TELEGRAM_API_URL", Type.ANY_TEXT, "https://api.telegram.org", "Where the Bot API is.");
    static final Key TELEGRAM_PROXY = global(
            "",
            "TELEGRAM_PROXY",
            Type.ANY_TEXT,
            "",
            "`http://[user:password@]host:port` or `socks5://…`, for Telegram.");

    static final Key NAME = site(
            "name",
            "",
            Type.matching("[a-z0-9][a-z0-9-]{0,30}", "small letters, digits and -, at most 31"),
            "",
            "What alerts call the site; its state lies below `state/sites/NAME`. All sites but the first need one.");
    static final Key URL = site(
            "url",
            "LECTIO_SITE_URL",
            Type.ANY_TEXT,
            "http://localhost/",
            "The page; its host is sent as `Host`. Each of several sites needs its own.");
    static final Key SERVER =
            site("server", "LECTIO_SITE_SERVER", Type.ANY_TEXT, "127.0.0.1", "The address that is asked.");
    static final Key ROOT = site(
            "root",
            "LECTIO_SITE_ROOT",
            Type.ANY_TEXT,
            "/var/www/teaching_panel",
            "The site's folder; nothing above it is ever changed. Each of several sites needs its own.");
    static final Key WEB_ROOT = site(
            "web.root",
            "LECTIO_WEB_ROOT",
            Type.ANY_TEXT,
            "",
            "The folder that is served; else `frontend/build` in `root`.");
    static final Key WEB_USER = site(
            "web.user",
            "LECTIO_WEB_USER",
            Type.ANY_TEXT,
            "www-data",
            "The user of the web server's workers, who must be able to read what is served; not `root`.");
    static final Key WEB_UNIT = site(
            "web.unit",
            "LECTIO_WEB_UNIT",
            Type.ANY_TEXT,
            "nginx.service",
            "The web server's unit; empty: not guarded. Of several sites the first that names a unit guards it.");
    static final Key APP_UNIT = site(
            "app.unit",
            "LECTIO_APP_UNIT",
            Type.ANY_TEXT,
            "teaching_panel.service",
            "The application's unit; empty: not guarded, as it is by default where there are several sites.");
    static final Key APP_SERVER = site(
            "app.server",
            "LECTIO_APP_SERVER",
            Type.ANY_TEXT,
            "127.0.0.1:8000",
            "Where the application itself listens, or `unix:/run/app.sock`.");
    static final Key APP_API = site(
            "app.api",
            "LECTIO_API_URL",
            Type.ANY_TEXT,
            "",
            "Answered with 200, and with no page, when the application is well; else `/api/health/` of `url`.");
    static final Key PRIVATE = site(
            "private",
            "LECTIO_PRIVATE",
            Type.NAMES,
            "",
            "Further names never opened up, with `*` and `?`: `*.map`, `backup-*`.");
    static final Key ATTEMPTS =
            site("limits.attempts", "", Type.number(1, 10), "3", "Attempts in a row without proof before a pause.");
    static final Key COOLDOWN =
            site("limits.cooldown", "", Type.length("10s", "24h"), "5m", "That pause; it ends by itself.");
    static final Key PER_HOUR =
            site("limits.repairs-per-hour", "LECTIO_REPAIRS_PER_HOUR", Type.number(1, 1_000), "20", "Of each remedy.");

    static final Map<CheckId, Key> ENABLED = new EnumMap<>(CheckId.class);
    static final Map<CheckId, Key> FAILURES = new EnumMap<>(CheckId.class);
    static final Map<CheckId, Key> SUCCESSES = new EnumMap<>(CheckId.class);

    static {
        sampled(CheckId.PAGE);
        sampled(CheckId.API);
        Stream.of(CheckId.FILES, CheckId.CONFIG, CheckId.PROXY, CheckId.APP).forEach(Key::enabled);
    }

    static final Key OPEN_PATHS = remedy("open-paths", "Give the web user back what it cannot read.");
    static final Key RESTART_WEB = remedy("restart-web", "Start the web server anew.");
    static final Key RESTART_APP = remedy("restart-app", "Start the application anew.");

    static final Key ROUND =
            timing("round", "1s", "10s", "5s", "Between two looks, besides those at once on an event.");
    static final Key SLOW_ROUND =
            timing("slow-round", "10s", "1h", "60s", "Between two tests of the web server's configuration.");
    static final Key HUNG =
            timing("hung", "5s", "10m", "30s", "No answer and no progress of a service for so long is a hang.");
    static final Key HUNG_AT_MOST =
            timing("hung-at-most", "5s", "30m", "60s", "The same where its answers are slow; at least `hung`.");
    static final Key BUSY = timing("busy", "5s", "1h", "15s", "Progress without an answer for so long is overload.");
    static final Key START = timing("start", "1s", "30m", "20s", "From a service's start to its first answer.");
    static final Key PACKAGES =
            timing("packages", "1m", "2h", "10m", "So long a restart waits for a package manager at work.");
    static final Key ESCALATE = timing("escalate", "1m", "24h", "5m", "A fault that lasts longer needs a person.");
    static final Key MAINTENANCE = site(
            "maintenance",
            "",
            Type.WINDOWS,
            "",
            "When a person works on the site: nothing is repaired then and nothing told."
                    + " Each is days (`day` for all), an hour of this machine's clock, and a length.");

    private static final List<Key> ALL = List.copyOf(TABLE);

    static List<Key> all() {
        return ALL;
    }

    private static Key add(Key key) {
        TABLE.add(key);
        return key;
    }

    private static Key global(String path, String env, Type type, String fallback, String what) {
        return add(new Key(false, path, env, type, fallback, what));
    }

    private static Key site(String path, String env, Type type, String fallback, String what) {
        return add(new Key(true, path, env, type, fallback, what));
    }

    private static void enabled(CheckId check) {
        ENABLED.put(
                check, site("checks." + word(check) + ".enabled", "", Type.SWITCH, "true", "Whether it is looked at."));
    }

    private static void sampled(CheckId check) {
        enabled(check);
        Threshold usual = Objects.requireNonNull(Policy.THRESHOLDS.get(check));
        FAILURES.put(check, threshold(check, "failures", usual.failures(), "So many in a row are a fault."));
        SUCCESSES.put(check, threshold(check, "successes", usual.successes(), "So many in a row are its end."));
    }

    private static Key threshold(CheckId check, String name, int usual, String what) {
        return site("checks." + word(check) + "." + name, "", Type.number(1, 20), String.valueOf(usual), what);
    }

    private static Key remedy(String name, String what) {
        return site("remedies." + name, "", Type.SWITCH, "true", what + " false: it is only told.");
    }

    private static Key timing(String name, String least, String most, String fallback, String what) {
        return site("timing." + name, "", Type.length(least, most), fallback, what);
    }

    private static String word(CheckId check) {
        return check.name().toLowerCase(Locale.ROOT);
    }

    boolean isSecret() {
        return path.isEmpty();
    }

    static Optional<Key> at(boolean ofSite, String path) {
        return ALL.stream()
                .filter(key -> key.ofSite() == ofSite && key.path().equals(path) && !path.isEmpty())
                .findFirst();
    }

    static Optional<Key> inEnv(String name) {
        return ALL.stream().filter(key -> key.env().equals(name)).findFirst();
    }

    /// The names that may stand where `start` leads, such as `web.`; empty where it leads nowhere.
    static List<String> below(boolean ofSite, String start) {
        return ALL.stream()
                .filter(key ->
                        key.ofSite() == ofSite && !key.isSecret() && key.path().startsWith(start))
                .map(key -> key.path().substring(start.length()).replaceFirst("\\..*", ""))
                .distinct()
                .toList();
    }

    /// What somebody may have meant.
    static String nearest(String name, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(each, name)))
                .filter(each -> distance(each, name) <= Math.min(FAR, name.length() - 1))
                .map(each -> "; did you mean " + each + "?")
                .orElse("; known are " + String.join(", ", known));
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
