package io.lectio.config;

import io.lectio.config.LectioYaml.SiteNode;
import io.lectio.config.Settings.Channels;
import io.lectio.config.Settings.CopyPlan;
import io.lectio.config.Settings.Invalid;
import io.lectio.config.Settings.Mail;
import io.lectio.config.Settings.Place;
import io.lectio.config.Settings.Problem;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.config.Settings.Telegram;
import io.lectio.core.policy.Bounds;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Policy.Patience;
import io.lectio.core.policy.Policy.Timing;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.core.policy.Threshold;
import io.lectio.core.policy.Window;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// `config.env`, and `lectio.yaml` beside it, to [Settings]: every error at once, with file, line and reason.
/// Values of secret keys are never repeated.
public final class ConfigLoader {
    /// What the commands call a site without a name.
    public static final String UNNAMED = "main";

    private static final Set<CheckId> OF_THE_MACHINE = Set.of(CheckId.DISK, CheckId.MEMORY);
    private static final Set<CheckId> OF_UNITS = Set.of(CheckId.APP, CheckId.PROXY, CheckId.NEEDED, CheckId.BESIDE);
    private static final Duration LONGEST_ROUND_OF_UNITS = Duration.ofSeconds(10);
    private static final List<CheckId> SWITCHED = List.of(
            CheckId.PAGE,
            CheckId.API,
            CheckId.FILES,
            CheckId.CONFIG,
            CheckId.PROXY,
            CheckId.APP,
            CheckId.DISK,
            CheckId.MEMORY,
            CheckId.DATABASE,
            CheckId.NEEDED,
            CheckId.BESIDE,
            CheckId.PUBLIC);

    private final Path home;
    private final Place env;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final List<Effective> effective = new ArrayList<>();
    private final Map<Key, Written> global = new HashMap<>();
    private final List<SiteNode> sites = new ArrayList<>();
    private final boolean hasYaml;
    private final Optional<Map<String, String>> given;
    private final Map<String, String> texts = new TreeMap<>();
    private Map<Key, Written> written = global;
    /// Whose values `written` has; -1 for those of all.
    private int site = -1;

    private ConfigLoader(Path file, Optional<Map<String, String>> given) {
        this.home = file.toAbsolutePath().normalize().resolveSibling("");
        this.env = new Place(file);
        this.given = given;
        this.hasYaml = exists(yaml(file));
    }

    /// A value that holds.
    ///
    /// @param site its place in the list of sites; -1 for what holds for all
    /// @param from where the owner has set it
    record Effective(int site, Key key, List<String> texts, Optional<Place> from) {
        boolean isUnset() {
            return from.isEmpty() && (texts.isEmpty() || texts.equals(List.of("")));
        }

        String origin() {
            return from.map(Place::toString).orElse("default");
        }
    }

    /// @param values in the order of the table, site by site
    record Loaded(Settings settings, List<Effective> values, Map<String, String> texts) {}

    /// @param texts of the files that there are, by their names
    public record Source(Settings settings, Map<String, String> texts) {}

    /// A missing file means the plan's defaults.
    ///
    /// @param file `config.env`
    /// @throws Invalid when anything in it, or in the `lectio.yaml` beside it, is wrong; then nothing of them
    ///     counts
    public static Settings load(Path file) throws Invalid {
        return source(file).settings();
    }

    /// As [#load], with what was read.
    public static Source source(Path file) throws Invalid {
        Loaded loaded = read(file);
        return new Source(loaded.settings(), loaded.texts());
    }

    /// What the files had once said.
    ///
    /// @param texts as in [Source]
    /// @throws Invalid as [#load]
    public static Settings load(Path file, Map<String, String> texts) throws Invalid {
        return read(file, Optional.of(texts)).settings();
    }

    /// Beside `config.env`.
    public static Path yaml(Path file) {
        return file.resolveSibling("lectio.yaml");
    }

    /// The keys that belong to a site and are set in `config.env`, each with its place: beside a `lectio.yaml` they are
    /// errors.
    public static Map<String, Place> keysOfSites(Path file) throws IOException {
        Map<String, Place> keys = new TreeMap<>();
        if (Files.exists(file)) {
            new ConfigEnv(file.toString(), Files.readString(file))
                    .values()
                    .forEach((name, value) -> Key.inEnv(name)
                            .filter(Key::ofSite)
                            .ifPresent(_ -> keys.put(name, new Place(file.toString(), value.line(), 0))));
        }
        return keys;
    }

    static Loaded read(Path file) throws Invalid {
        return read(file, Optional.empty());
    }

    private static Loaded read(Path file, Optional<Map<String, String>> given) throws Invalid {
        ConfigLoader loader = new ConfigLoader(file, given);
        if (loader.hasYaml) {
            loader.readYaml(yaml(file));
        }
        loader.readEnv(file);
        Settings settings = loader.settings();
        if (!loader.errors.isEmpty()) {
            throw new Invalid(loader.errors);
        }
        loader.effective.sort(Comparator.comparingInt(Effective::site)
                .thenComparingInt(value -> Key.all().indexOf(value.key())));
        return new Loaded(settings, loader.effective, loader.texts);
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private boolean exists(Path file) {
        return given.map(all -> all.containsKey(name(file))).orElseGet(() -> Files.exists(file));
    }

    private Optional<String> text(Path file) {
        if (given.isPresent()) {
            return Optional.ofNullable(given.get().get(name(file)));
        }
        try {
            if (Files.exists(file)) {
                texts.put(name(file), Files.readString(file));
            }
            return Optional.ofNullable(texts.get(name(file)));
        } catch (CharacterCodingException e) {
            error(new Place(file), "is not UTF-8 text");
        } catch (IOException e) {
            error(new Place(file), "cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    private void warnOfRights(Path file, boolean hasSecret) {
        if (given.isPresent()) {
            return;
        }
        try {
            Rights.of(file).problems(file, hasSecret).forEach(problem -> warn(new Place(file), problem));
        } catch (IOException e) {
            error(new Place(file), "cannot be read: " + e.getMessage());
        }
    }

    private void readYaml(Path file) {
        text(file).ifPresent(text -> {
            warnOfRights(file, false);
            LectioYaml yaml = new LectioYaml(file.toString(), text);
            yaml.errors().forEach(problem -> error(problem.place(), problem.text()));
            global.putAll(yaml.values());
            sites.addAll(yaml.sites());
        });
    }

    private void readEnv(Path file) {
        ConfigEnv assigned = new ConfigEnv(file.toString(), text(file).orElse(""));
        errors.addAll(assigned.errors());
        warnings.addAll(assigned.warnings());
        if (exists(file)) {
            warnOfRights(
                    file,
                    assigned.values().keySet().stream()
                            .anyMatch(name ->
                                    Key.inEnv(name).filter(Key::isSecret).isPresent()));
        }
        if (sites.isEmpty()) {
            sites.add(new SiteNode(hasYaml ? new Place(yaml(file)) : env, new HashMap<>()));
        }
        assigned.values().forEach((name, value) -> {
            Place place = new Place(file.toString(), value.line(), 0);
            Optional<Key> key = Key.inEnv(name);
            if (key.isEmpty()) {
                List<String> known = Key.all().stream()
                        .map(Key::env)
                        .filter(env -> !env.isEmpty())
                        .toList();
                error(place, "unknown key " + name + Key.nearest(name, known));
                return;
            }
            Map<Key, Written> into = key.get().ofSite() ? sites.getFirst().values() : global;
            Written elsewhere = into.get(key.get());
            if (elsewhere != null) {
                error(place, name + " is " + elsewhere.as() + " in " + elsewhere.place() + " too: keep one of them");
            } else if (hasYaml && key.get().ofSite()) {
                error(
                        place,
                        name + " is of a site, and sites are in lectio.yaml: name it there, as "
                                + key.get().path());
            } else {
                into.put(key.get(), new Written(texts(key.get(), value.value()), place, name));
            }
        });
    }

    private static List<String> texts(Key key, String text) {
        return key.type().shape() == Type.Shape.LIST
                ? Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList()
                : List.of(text);
    }

    private Settings settings() {
        Language language = value("language", text -> Language.valueOf(text.toUpperCase(Locale.ROOT)));
        Channels channels = new Channels(
                telegram(),
                mail(),
                given("LECTIO_WEBHOOK_URL", Values::secretAddress),
                given("LECTIO_HEARTBEAT_URL", Values::secretAddress),
                given("alive", LocalTime::parse));
        List<SiteSettings> read = new ArrayList<>();
        for (SiteNode each : sites) {
            written = each.values();
            site++;
            site(each.place(), read).ifPresent(read::add);
        }
        return new Settings(read, language, channels, warnings);
    }

    /// @param before the sites above it
    private Optional<SiteSettings> site(Place place, List<SiteSettings> before) {
        int wrong = errors.size();
        Optional<String> name = given("name", text -> text);
        if (sites.size() > 1) {
            requireOwn(place, name, before);
        }
        Path siteRoot = value("root", text -> Values.guarded("site root", text));
        Path webRoot = value(
                "web.root", siteRoot.resolve("frontend/build").toString(), text -> Values.guarded("web root", text));
        URI page = value("url", Values::address);
        String server = value("server", text -> text);
        String user = value("web.user", Values::user);
        Services services = services(page, siteRoot);
        PrivatePatterns privates = values("private", List.of(), Values::privates);
        Limits limits =
                new Limits(number("limits.attempts"), length("limits.cooldown"), number("limits.repairs-per-hour"));
        Set<CheckId> checks = checks(services, page, before);
        Map<CheckId, Threshold> thresholds = new EnumMap<>(Policy.THRESHOLDS);
        thresholds.put(CheckId.PAGE, threshold("checks.page"));
        thresholds.put(CheckId.API, threshold("checks.api"));
        Set<String> withheld = withheld(services);
        Set<String> others = others(services, before);
        Timing timing = timing();
        Patience patience = patience();
        Bounds bounds = bounds();
        Optional<CopyPlan> copies = copies(services, siteRoot, webRoot, before);
        List<Window> windows = values(
                "maintenance",
                List.of(),
                texts -> texts.stream().map(Values::window).toList());
        if (webRoot.startsWith(home) || home.startsWith(webRoot)) {
            error("web.root", webRoot + " and Lectio's own home " + home + ", which has the token, must lie apart");
        }
        if (timing.round().compareTo(LONGEST_ROUND_OF_UNITS) > 0 && !Collections.disjoint(checks, OF_UNITS)) {
            error("timing.round", "over 10s a hang would be seen too late: 10s at most where a unit is watched");
        }
        if (!webRoot.startsWith(siteRoot)) {
            error("web.root", webRoot + " is not below " + as("root") + " " + siteRoot);
        }
        if (OF_THE_MACHINE.containsAll(checks)) {
            error(place, "every check of this site is switched off, so nothing of it is guarded: leave the site out");
        }
        before.stream()
                .filter(other -> overlap(siteRoot, other.site().siteRoot()))
                .forEach(other -> error(
                        "root",
                        siteRoot + " overlaps with that of another site, "
                                + other.site().siteRoot()));
        if (errors.size() > wrong) {
            return Optional.empty();
        }
        return Optional.of(new SiteSettings(
                name,
                new Policy(
                        new Site(page, server, siteRoot, webRoot, user, privates),
                        services,
                        checks,
                        true,
                        limits,
                        timing,
                        patience,
                        thresholds,
                        withheld,
                        others,
                        windows,
                        ZoneId.systemDefault(),
                        Optional.empty(),
                        bounds),
                copies));
    }

    private Optional<CopyPlan> copies(Services services, Path siteRoot, Path webRoot, List<SiteSettings> before) {
        Optional<Path> named = given("copies.folder", Values::absolute);
        Path folder = named.orElse(siteRoot.resolve("backups"));
        Optional<LocalTime> at = given("copies.at", LocalTime::parse);
        int daily = number("copies.daily");
        int weekly = number("copies.weekly");
        int monthly = number("copies.monthly");
        Optional<String> to = given("copies.to", text -> text);
        Optional<Services.Database> database = services.database()
                .or(() -> Optional.of(usualFile(siteRoot))
                        .filter(_ ->
                                Files.exists(folder.resolve("db_latest.sqlite3"))) // it is gone, its copies are not
                        .map(Services.SqliteDatabase::new));
        if (!(database.orElse(null) instanceof Services.SqliteDatabase(Path file))) {
            return Optional.empty();
        }
        if (overlap(folder, webRoot)) {
            String why = folder + " and the web root " + webRoot + " must lie apart: all there is served";
            if (named.isPresent()) {
                error("copies.folder", why);
            } else if (at.isPresent()) {
                warn(sites.get(site).place(), "the database is not copied: " + why + "; set " + as("copies.folder"));
            }
            return Optional.empty();
        }
        before.stream()
                .flatMap(other -> other.copies().stream())
                .filter(other -> real(other.folder()).equals(real(folder)))
                .forEach(other -> error("copies.folder", folder + " has another site's copies"));
        return Optional.of(new CopyPlan(folder, file, at, daily, weekly, monthly, to));
    }

    private void requireOwn(Place place, Optional<String> name, List<SiteSettings> before) {
        for (String key : List.of("url", "root")) {
            if (!written.containsKey(Key.named(key))) {
                error(place, "this site has no " + key + ": each of several sites needs its own");
            }
        }
        if (name.isEmpty() && site > 0) {
            error(place, "this site has no name: all of several sites but the first need one");
        }
        boolean taken = before.stream().anyMatch(other -> name.equals(Optional.of(other.label())));
        if (taken || name.equals(Optional.of(UNNAMED))) {
            error("name", "is another site's name too");
        }
    }

    private static boolean overlap(Path one, Path other) {
        Path real = real(one);
        return real.startsWith(real(other)) || real(other).startsWith(real);
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            return folder; // it is not there, which is told elsewhere
        }
    }

    private Services services(URI page, Path siteRoot) {
        Optional<String> proxy = value("web.unit", Values::unit);
        Optional<String> app =
                value("app.unit", sites.size() > 1 ? "" : Key.named("app.unit").fallback(), Values::unit);
        String direct = value("app.server", text -> text);
        URI api = value("app.api", page.resolve("/api/health/").toString(), Values::address);
        Set<String> taken = new HashSet<>();
        app.ifPresent(taken::add);
        proxy.ifPresent(taken::add);
        List<String> needed = units("app.needs", taken);
        List<String> beside = units("app.beside", taken);
        return new Services(
                app.map(unit -> new Services.App(unit, direct, api)),
                proxy.map(unit -> new Services.Proxy(unit, unit.startsWith("nginx"))),
                given("app.database", Values::database).or(() -> usualDatabase(siteRoot)),
                needed,
                beside,
                code(siteRoot).filter(_ -> app.isPresent()));
    }

    private Optional<Path> code(Path siteRoot) {
        Path usual = siteRoot.resolve(siteRoot.getFileName());
        Optional<Path> code = given("app.code", text -> Values.guarded("app.code", text));
        code.filter(folder -> !folder.startsWith(siteRoot))
                .ifPresent(folder -> error("app.code", folder + " is not below " + as("root") + " " + siteRoot));
        return code.or(() -> Optional.of(usual).filter(folder -> Files.exists(folder.resolve("manage.py"))));
    }

    private List<String> units(String key, Set<String> taken) {
        List<String> units = values(
                key,
                List.of(),
                texts -> texts.stream()
                        .flatMap(text -> Values.unit(text).stream())
                        .toList());
        units.stream()
                .filter(unit -> !taken.add(unit))
                .forEach(unit -> error(key, "names " + unit + ", which is named before: each unit has one place"));
        return units;
    }

    /// Where Django's own project has it, in the plan's site.
    private static Optional<Services.Database> usualDatabase(Path siteRoot) {
        return Optional.of(usualFile(siteRoot)).filter(Files::exists).map(Services.SqliteDatabase::new);
    }

    private static Path usualFile(Path siteRoot) {
        return siteRoot.resolve(siteRoot.getFileName()).resolve("db.sqlite3");
    }

    /// A unit that several sites name is looked at for the first of them, so that nothing is restarted twice; so is the
    /// memory. Each has its own disks.
    private Set<CheckId> checks(Services services, URI page, List<SiteSettings> before) {
        Set<CheckId> checks = services.checks();
        checks.addAll(OF_THE_MACHINE);
        if (Site.hasPublicName(page)) {
            checks.add(CheckId.PUBLIC);
        }
        if (!before.isEmpty()) {
            checks.remove(CheckId.MEMORY);
        }
        for (SiteSettings other : before) {
            if (services.proxy().isPresent() && other.services().proxy().equals(services.proxy())) {
                checks.removeAll(Set.of(CheckId.PROXY, CheckId.CONFIG));
            }
            if (services.app()
                    .map(Services.App::unit)
                    .equals(other.services().app().map(Services.App::unit))) {
                checks.remove(CheckId.APP);
            }
        }
        for (CheckId check : SWITCHED) {
            if (!isOn("checks." + check.name().toLowerCase(Locale.ROOT) + ".enabled")) {
                checks.remove(check);
            }
        }
        return checks;
    }

    private Duration length(String key) {
        return value(key, Type::length);
    }

    private int number(String key) {
        return value(key, Integer::parseInt);
    }

    private boolean isOn(String key) {
        return value(key, Boolean::parseBoolean);
    }

    private Threshold threshold(String check) {
        return new Threshold(number(check + ".failures"), number(check + ".successes"));
    }

    /// The ids of the remedies that are switched off.
    private Set<String> withheld(Services services) {
        Set<String> withheld = new HashSet<>();
        if (!isOn("remedies.open-paths")) {
            withheld.add(Remedy.OpenPaths.ID);
        }
        if (!isOn("remedies.restore-release")) {
            withheld.add(Remedy.Restore.ID);
        }
        if (!isOn("remedies.roll-back")) {
            withheld.add(Remedy.RollBack.ID);
        }
        Map<CheckId, Boolean> restarts = Map.of(
                CheckId.PROXY,
                isOn("remedies.restart-web"),
                CheckId.APP,
                isOn("remedies.restart-app"),
                CheckId.NEEDED,
                isOn("remedies.restart-needed"),
                CheckId.BESIDE,
                isOn("remedies.restart-beside"));
        services.units().forEach((unit, check) -> {
            if (Boolean.FALSE.equals(restarts.get(check))) {
                withheld.add(Remedy.Restart.id(unit));
            }
        });
        return withheld;
    }

    /// The ids of the remedies that a site above carries out.
    private static Set<String> others(Services services, List<SiteSettings> before) {
        return services.units().keySet().stream()
                .filter(unit -> before.stream().anyMatch(other -> starts(other, unit)))
                .map(Remedy.Restart::id)
                .collect(Collectors.toSet());
    }

    private static boolean starts(SiteSettings site, String unit) {
        CheckId check = site.services().units().get(unit);
        return check != null
                && site.policy().checks().contains(check)
                && !site.policy().withheld().contains(Remedy.Restart.id(unit))
                && !site.policy().others().contains(Remedy.Restart.id(unit));
    }

    private Bounds bounds() {
        Bounds bounds = new Bounds(
                number("checks.disk.warning"), number("checks.disk.critical"), number("checks.memory.least"));
        if (bounds.diskGrave() < bounds.disk()) {
            error("checks.disk.critical", "is less than checks.disk.warning");
        }
        return bounds;
    }

    private Timing timing() {
        Timing usual = Timing.DEFAULT;
        return new Timing(
                length("timing.round"),
                length("timing.slow-round"),
                usual.settle(),
                usual.settleAtMost(),
                usual.quiet(),
                usual.quietAtMost(),
                usual.telling(),
                usual.unknownAfter());
    }

    private Patience patience() {
        Patience usual = Patience.DEFAULT;
        Duration hung = length("timing.hung");
        Duration hungAtMost = length("timing.hung-at-most");
        if (hungAtMost.compareTo(hung) < 0) {
            error("timing.hung-at-most", "is less than timing.hung");
        }
        return new Patience(
                hung,
                hungAtMost,
                usual.paused(),
                length("timing.busy"),
                length("timing.start"),
                usual.proof(),
                usual.steady(),
                length("timing.packages"),
                length("timing.escalate"),
                length("timing.watch"),
                usual.grace());
    }

    private Optional<Telegram> telegram() {
        Optional<String> token = given("TELEGRAM_BOT_TOKEN", text -> text).filter(text -> !text.equals("your_token"));
        Optional<String> chat = given("telegram.chat", text -> text).filter(text -> !text.equals("your_chat_id"));
        URI api = value("telegram.api", Values::address);
        Optional<URI> proxy = given("TELEGRAM_PROXY", Values::proxy);
        if (token.isPresent() != chat.isPresent()) {
            warn(env, "Telegram needs both TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID; alerts go to alerts.log only");
        }
        boolean clock = isOn("telegram.clock");
        return token.flatMap(secret -> chat.map(id -> new Telegram(new Secret(secret), id, api, proxy, clock)));
    }

    private Optional<Mail> mail() {
        List<String> to = values("mail.to", List.of(), texts -> texts);
        Optional<String> from = given("mail.from", text -> text);
        Optional<String> user = given("mail.user", text -> text);
        Optional<Secret> password = given("LECTIO_MAIL_PASSWORD", Secret::new);
        URI server = value("mail.server", text -> Values.mailServer(text, user.isPresent() ? 587 : 25));
        if (user.isPresent() && password.isEmpty()) {
            error("mail.user", "is of no use without " + as("LECTIO_MAIL_PASSWORD"));
        }
        if (password.isPresent() && user.isEmpty()) {
            error("LECTIO_MAIL_PASSWORD", "is of no use without " + as("mail.user"));
        }
        return to.isEmpty()
                ? Optional.empty()
                : Optional.of(new Mail(server, user, password.orElse(new Secret("")), from.orElse(to.getFirst()), to));
    }

    /// Nothing for an empty text.
    private <T> Optional<T> given(String key, Function<String, T> parse) {
        return value(key, text -> text.isEmpty() ? Optional.empty() : Optional.of(parse.apply(text)));
    }

    private <T> T value(String key, Function<String, T> parse) {
        return value(key, Key.named(key).fallback(), parse);
    }

    private <T> T value(String key, String fallback, Function<String, T> parse) {
        return values(key, List.of(fallback), texts -> parse.apply(texts.getFirst()));
    }

    /// What is wrong is told, and the default stands in for it until all is read.
    private <T> T values(String name, List<String> fallback, Function<List<String>, T> parse) {
        Key key = Key.named(name);
        Optional<Written> own = Optional.ofNullable(written.get(key));
        List<String> texts = own.map(Written::texts).orElse(fallback);
        effective.add(new Effective(site, key, texts, own.map(Written::place)));
        try {
            own.ifPresent(_ -> texts.forEach(text -> check(key, text)));
            return parse.apply(texts);
        } catch (IllegalArgumentException e) {
            error(name, String.valueOf(e.getMessage()));
            return parse.apply(fallback);
        }
    }

    private static void check(Key key, String text) {
        if (!key.isSecret() && ConfigEnv.holdsToken(text)) {
            throw new IllegalArgumentException("holds what looks like a bot's token: that is for TELEGRAM_BOT_TOKEN");
        }
        key.type().check(text);
    }

    /// As the owner calls it.
    private String as(String name) {
        Key key = Key.named(name);
        Written own = written.get(key);
        return own != null ? own.as() : hasYaml || key.env().isEmpty() ? key.name() : key.env();
    }

    private void error(String key, String text) {
        Written own = written.get(Key.named(key));
        error(own != null ? own.place() : site < 0 ? env : sites.get(site).place(), as(key) + " " + text);
    }

    private void error(Place place, String text) {
        errors.add(new Problem(place, ConfigEnv.withoutToken(text)));
    }

    private void warn(Place place, String text) {
        warnings.add(new Problem(place, ConfigEnv.withoutToken(text)));
    }
}
