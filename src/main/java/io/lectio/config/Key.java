package io.lectio.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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

    /// Whose, path, name in config.env, type, default, words. `-` is none.
    private static final String TABLE = """
            all  | language | LECTIO_LANGUAGE | choice ru en | ru | The language of the alerts.
            all  | - | TELEGRAM_BOT_TOKEN | token | - | The bot that tells. Without it alerts go to alerts.log only.
            all  | telegram.chat | TELEGRAM_CHAT_ID | chat | - | The chat that is told.
            all  | telegram.api | TELEGRAM_API_URL | text | https://api.telegram.org | Where the Bot API is.
            all  | - | TELEGRAM_PROXY | text | - | `http://[user:password@]host:port` or `socks5://…`, for Telegram.
            all  | telegram.clock | LECTIO_CLOCK | switch | true | Whether this machine's clock is compared with that server's, by the `Date` of an answer each ten minutes.
            all  | mail.to | LECTIO_MAIL_TO | mailboxes | - | Who gets alerts by mail where Telegram has failed for 60 s; without Telegram, at once.
            all  | mail.from | LECTIO_MAIL_FROM | mailbox | - | The sender; else the first of `to`.
            all  | mail.server | LECTIO_MAIL_SERVER | text | smtp://localhost:25 | `smtp://host:port`, or `smtps://host:port` where TLS comes first. Without a port 25, with a user 587, of `smtps` 465.
            all  | mail.user | LECTIO_MAIL_USER | text | - | Where the server wants one; with `LECTIO_MAIL_PASSWORD`.
            all  | - | LECTIO_MAIL_PASSWORD | text | - | That user's.
            all  | - | LECTIO_WEBHOOK_URL | text | - | A further way: gets the alert as JSON, by POST.
            all  | - | LECTIO_HEARTBEAT_URL | text | - | An outside watcher's address, asked after a finished round, at most every 30 s.
            all  | alive | LECTIO_ALIVE | hour | 09:00 | When the daily sign of life is told; empty: never.
            site | name | - | name | - | What alerts call the site; its state lies below `state/sites/NAME`. All but the first of several need one.
            site | url | LECTIO_SITE_URL | text | http://localhost/ | The page; its host is sent as `Host`. Each of several sites needs its own.
            site | server | LECTIO_SITE_SERVER | word | 127.0.0.1 | The address that is asked.
            site | root | LECTIO_SITE_ROOT | text | /var/www/teaching_panel | The site's folder; nothing above it is ever changed. Each of several sites needs its own.
            site | web.root | LECTIO_WEB_ROOT | text | - | The folder that is served; else `frontend/build` in `root`.
            site | web.user | LECTIO_WEB_USER | word | www-data | The user of the web server's workers, who must be able to read what is served; not `root`.
            site | web.unit | LECTIO_WEB_UNIT | unit | nginx.service | The web server's unit; empty: not guarded. Of several sites the first that names a unit guards it.
            site | app.unit | LECTIO_APP_UNIT | unit | teaching_panel.service | The application's unit; empty: not guarded, as it is by default where there are several sites.
            site | app.server | LECTIO_APP_SERVER | listener | 127.0.0.1:8000 | Where the application itself listens, or `unix:/run/app.sock`.
            site | app.api | LECTIO_API_URL | text | - | Answered with 200, and with no page, when the application is well; else `/api/health/` of `url`.
            site | app.code | LECTIO_APP_CODE | text | - | The folder of the application's code, with `manage.py`, at or below `root`; else `NAME` in `root`, NAME being its last name, where that has one.
            site | app.database | LECTIO_DATABASE | text | - | The application's SQLite file, or its PostgreSQL database without a password (`postgresql:///school`), asked by `psql` as the application's user; else `NAME/db.sqlite3` in `root`, NAME being its last name, where that is there.
            site | app.needs | LECTIO_APP_NEEDS | units | - | Units that the application cannot work without, the deepest first: `postgresql@15-main.service, redis-server.service`. Its own failures are theirs while one is down; the deepest is started, none is killed.
            site | app.beside | LECTIO_APP_BESIDE | units | - | Units that work beside it: `celery.service`.
            site | copies.at | LECTIO_COPIES_AT | hour | 03:00 | When the daily copy of the SQLite database is made, by a guard that repairs; empty: none is made, and none is missed.
            site | copies.folder | LECTIO_COPIES | text | - | Where the copies are, root's alone; else `backups` in `root`. Outside of `web.root`.
            site | copies.daily | LECTIO_COPIES_DAILY | number 1 366 | 7 | The last copy of so many days is kept, besides the last five.
            site | copies.weekly | LECTIO_COPIES_WEEKLY | number 0 104 | 4 | Of so many weeks.
            site | copies.monthly | LECTIO_COPIES_MONTHLY | number 0 120 | 6 | Of so many months.
            site | copies.to | LECTIO_COPIES_TO | host-folder | - | Where each copy goes besides, by ssh with root's own key: `user@host:folder`.
            site | private | LECTIO_PRIVATE | names | - | Further names never opened up, with `*` and `?`: `*.map`, `backup-*`.
            site | limits.attempts | - | number 1 10 | 3 | Attempts in a row without proof before a pause.
            site | limits.cooldown | - | length 10s 24h | 5m | That pause; it ends by itself.
            site | limits.repairs-per-hour | LECTIO_REPAIRS_PER_HOUR | number 1 1000 | 20 | Of each remedy.
            site | checks.page.enabled | - | switch | true | Whether it is looked at.
            site | checks.page.failures | - | number 1 20 | 3 | So many in a row are a fault.
            site | checks.page.successes | - | number 1 20 | 1 | So many in a row are its end.
            site | checks.api.enabled | - | switch | true | Whether it is looked at.
            site | checks.api.failures | - | number 1 20 | 3 | So many in a row are a fault.
            site | checks.api.successes | - | number 1 20 | 3 | So many in a row are its end.
            site | checks.files.enabled | - | switch | true | Whether it is looked at.
            site | checks.config.enabled | - | switch | true | Whether the web server's configuration is looked at.
            site | checks.proxy.enabled | - | switch | true | Whether the web server's unit is looked at.
            site | checks.app.enabled | - | switch | true | Whether the application's unit is looked at.
            site | checks.disk.enabled | - | switch | true | Whether the file systems are looked at that hold the site and its database; with the first site those of the system, logs and state, too.
            site | checks.disk.warning | - | number 50 99 | 90 | Percent of a file system, or of its inodes, that are told.
            site | checks.disk.critical | - | number 50 100 | 95 | Percent that need a person; of a file system of 20 GB and more less than 1 GB left does.
            site | checks.memory.enabled | - | switch | true | Whether the machine's memory is looked at; of the first site.
            site | checks.memory.least | - | number 1 50 | 10 | Percent that must be available, unless nothing waits for memory.
            site | checks.database.enabled | - | switch | true | Whether the database is looked at.
            site | checks.needed.enabled | - | switch | true | Whether the units of `app.needs` are looked at.
            site | checks.beside.enabled | - | switch | true | Whether the units of `app.beside` are looked at.
            site | checks.public.enabled | - | switch | true | Whether the public name, its certificate and this machine's network are looked at, where the site has such a name.
            site | remedies.open-paths | - | switch | true | Give the web user back what it cannot read. false: it is only told.
            site | remedies.restore-release | - | switch | true | Put back the files of the live release that were changed outside a deploy, where the page fails since. false: it is only told.
            site | remedies.roll-back | - | switch | true | Take a release back whose page fails in its watch. false: it is only told.
            site | remedies.restart-web | - | switch | true | Start the web server anew. false: it is only told.
            site | remedies.restart-app | - | switch | true | Start the application anew. false: it is only told.
            site | remedies.restart-needed | - | switch | true | Start what the application needs. false: it is only told.
            site | remedies.restart-beside | - | switch | true | Start anew what works beside it. false: it is only told.
            site | timing.round | - | length 1s 30s | 5s | Between two looks, besides those at once on an event. Over 10s only where no unit is watched: a hang would be seen too late.
            site | timing.slow-round | - | length 10s 1h | 60s | Between two tests of the web server's configuration, and two looks at the public name and its certificate.
            site | timing.hung | - | length 5s 10m | 30s | No answer and no progress of a service for so long is a hang.
            site | timing.hung-at-most | - | length 5s 30m | 60s | The same where its answers are slow; at least `hung`.
            site | timing.busy | - | length 5s 1h | 15s | Progress without an answer for so long is overload.
            site | timing.start | - | length 1s 30m | 20s | From a service's start to its first answer.
            site | timing.packages | - | length 1m 2h | 10m | So long a restart waits for a package manager at work.
            site | timing.escalate | - | length 1m 24h | 5m | A fault that lasts longer needs a person.
            site | timing.watch | - | length 30s 24h | 5m | So long after a deploy a fault of the page that has no other cause is the release's, which is taken back.
            site | maintenance | - | windows | - | When a person works on the site: nothing is repaired then and nothing told. Each is days (`day` for all), an hour of this machine's clock, and a length.
            """;

    private static final List<Key> ALL = TABLE.lines().map(Key::of).toList();

    private static Key of(String line) {
        List<String> parts = Arrays.stream(line.split("\\|"))
                .map(part -> part.strip().equals("-") ? "" : part.strip())
                .toList();
        return new Key(
                parts.get(0).equals("site"),
                parts.get(1),
                parts.get(2),
                Type.of(parts.get(3)),
                parts.get(4),
                parts.get(5));
    }

    static List<Key> all() {
        return ALL;
    }

    /// @param name its path, or of a secret its name in `config.env`
    static Key named(String name) {
        return ALL.stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no key " + name));
    }

    String name() {
        return isSecret() ? env : path;
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
