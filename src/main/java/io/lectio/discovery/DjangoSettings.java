package io.lectio.discovery;

import io.lectio.discovery.World.Service;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the text of a project's settings says. Nothing of it is run, so what it reckons out stays unknown.
final class DjangoSettings {
    private static final int MOST_FILES = 5;
    private static final int LONGEST = 3_000;
    private static final Pattern MODULE = Pattern.compile("DJANGO_SETTINGS_MODULE[\"']\\s*,\\s*[\"']([\\w.]+)[\"']");
    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*#.*$");
    private static final Pattern IMPORT = Pattern.compile("(?m)^\\s*from\\s+\\.(\\w+)\\s+import\\s+\\*");
    private static final Pattern DATABASES = Pattern.compile("(?m)^\\s*DATABASES\\s*=");
    private static final Pattern TEXT = Pattern.compile("[\"']([^\"'\\n]*)[\"']");
    private static final Pattern FROM_ENVIRONMENT = Pattern.compile(
            "(?:os\\.)?(?:environ(?:\\.get)?|getenv|env|config)\\s*[\\[(]\\s*[\"'](\\w+)[\"']\\s*(?:,\\s*(?:default\\s*=\\s*)?[\"']([^\"'\\n]*)[\"']\\s*)?[\\])]");
    private static final Pattern BELOW = Pattern.compile(
            "(?:str\\(\\s*)?(?:os\\.path\\.join\\(\\s*)?BASE_DIR((?:\\.parent)*)((?:\\s*[,/]\\s*[\"'][^\"'\\n]+[\"'])+)");
    private static final Pattern BASE_PATH = Pattern.compile(
            "(?m)^BASE_DIR\\s*=\\s*Path\\(__file__\\)(?:\\.resolve\\(\\)|\\.absolute\\(\\))?((?:\\.parent)+)\\s*$");
    private static final Pattern BASE_DIRNAME = Pattern.compile(
            "(?m)^BASE_DIR\\s*=\\s*((?:os\\.path\\.)?(?:(?:os\\.path\\.)?(?:dirname|abspath|realpath)\\()+)__file__\\)+\\s*$");
    private static final Pattern BY_URL = Pattern.compile("dj_database_url|DATABASE_URL|env\\.db\\(");
    private static final Pattern URL = Pattern.compile(
            "(postgres(?:ql)?|sqlite[3]?)://(?:([\\w.-]+)(?::[^@]*)?@)?([\\w.-]*)(?::(\\d+))?/([^?]*).*");
    private static final String PLAIN = "[A-Za-z0-9_.-]+";

    private final String module;
    private final SequencedMap<Path, String> files = new LinkedHashMap<>();
    private final Map<String, String> environment;

    private DjangoSettings(String module, Map<String, String> environment) {
        this.module = module;
        this.environment = environment;
    }

    /// @param code the folder of manage.py
    static DjangoSettings of(Path code, Service service, World world) {
        String target = service.target().replaceFirst(":.*", "").replace('.', '/');
        Optional<String> set = Stream.concat(
                        Optional.ofNullable(service.environment().get("DJANGO_SETTINGS_MODULE")).stream(),
                        service.command().stream()
                                .filter(word -> word.matches("(-e|--env=)?DJANGO_SETTINGS_MODULE=.+"))
                                .map(word -> word.substring(word.lastIndexOf('=') + 1)))
                .findFirst();
        String module = set.filter(each -> each.matches("[\\w.]+"))
                .or(() -> Stream.of(target + ".py", "manage.py")
                        .filter(each -> each.matches("[\\w/]+\\.py"))
                        .flatMap(each -> world.text(code.resolve(each)).stream())
                        .map(MODULE::matcher)
                        .filter(Matcher::find)
                        .map(each -> each.group(1))
                        .findFirst())
                .orElse("");
        DjangoSettings settings = new DjangoSettings(module, service.environment());
        if (!module.isEmpty()) {
            Path file = code.resolve(module.replace('.', '/'));
            settings.read(file.resolveSibling(file.getFileName() + ".py"), world);
            if (settings.files.isEmpty()) {
                settings.read(file.resolve("__init__.py"), world);
            }
        }
        return settings;
    }

    private void read(Path file, World world) {
        Optional<String> text = files.size() == MOST_FILES || files.containsKey(file)
                ? Optional.empty()
                : world.text(file).map(each -> COMMENT.matcher(each).replaceAll(""));
        text.ifPresent(each -> {
            files.put(file, each);
            IMPORT.matcher(each).results().forEach(from -> read(file.resolveSibling(from.group(1) + ".py"), world));
        });
    }

    /// For a person.
    String where() {
        return module.isEmpty() ? "manage.py which settings it has" : "the text of " + module;
    }

    /// @param address as `app.database` has it
    /// @param server where it listens, of a server on this machine
    record Database(String address, String whence, Optional<String> server) {}

    Optional<Database> database() {
        for (Map.Entry<Path, String> file : files.entrySet()) {
            Matcher begin = DATABASES.matcher(file.getValue());
            if (begin.find()) {
                String text = file.getValue().substring(begin.start());
                String part = text.substring(0, Math.min(LONGEST, text.length()));
                String whence = "DATABASES, " + file.getKey();
                String engine = literal(part, "ENGINE").orElse("");
                if (engine.endsWith("sqlite3")) {
                    return sqlite(part).map(path -> new Database(path.toString(), whence, Optional.empty()));
                }
                if (engine.contains("postgresql") || engine.contains("postgis")) {
                    return postgres(
                            literal(part, "USER"),
                            literal(part, "HOST"),
                            literal(part, "PORT"),
                            literal(part, "NAME"),
                            whence);
                }
                return BY_URL.matcher(part).find() ? byUrl() : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Optional<String> value(String part, String key) {
        Matcher value = Pattern.compile("[\"']" + key + "[\"']\\s*:\\s*").matcher(part);
        return value.find() ? Optional.of(part.substring(value.end())) : Optional.empty();
    }

    /// Of a key that is not there, or is not to be told, empty.
    private Optional<String> literal(String part, String key) {
        return value(part, key).flatMap(text -> {
            Matcher literal = TEXT.matcher(text);
            Matcher named = FROM_ENVIRONMENT.matcher(text);
            if (literal.lookingAt()) {
                return Optional.of(literal.group(1));
            }
            return named.lookingAt() ? Optional.ofNullable(environment.get(named.group(1))) : Optional.<String>empty();
        });
    }

    private Optional<Path> sqlite(String part) {
        Optional<String> absolute = literal(part, "NAME").filter(each -> each.startsWith("/"));
        try {
            return absolute.isPresent()
                    ? Optional.of(Path.of(absolute.get()).normalize())
                    : value(part, "NAME").flatMap(this::below);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private Optional<Path> below(String value) {
        Matcher below = BELOW.matcher(value);
        if (!below.lookingAt()) {
            return Optional.empty();
        }
        int up = below.group(1).length() / ".parent".length();
        return base().flatMap(base -> Stream.iterate(base, each -> each.resolveSibling(""))
                        .skip(up)
                        .findFirst())
                .map(base -> TEXT.matcher(below.group(2))
                        .results()
                        .map(each -> each.group(1))
                        .reduce(base, Path::resolve, (_, last) -> last)
                        .normalize())
                .filter(Path::isAbsolute);
    }

    private Optional<Path> base() {
        return files.entrySet().stream()
                .flatMap(file -> base(file.getKey(), file.getValue()).stream())
                .findFirst();
    }

    private static Optional<Path> base(Path file, String text) {
        Optional<Integer> up = BASE_PATH
                .matcher(text)
                .results()
                .findFirst()
                .map(each -> each.group(1).split("parent").length);
        Optional<Integer> dirname = BASE_DIRNAME
                .matcher(text)
                .results()
                .findFirst()
                .map(MatchResult::group)
                .map(each -> each.split("dirname\\(", -1).length - 1);
        int levels = up.or(() -> dirname).orElse(0);
        return levels > 0 && levels < file.getNameCount()
                ? Optional.of(file.getRoot().resolve(file.subpath(0, file.getNameCount() - levels)))
                : Optional.empty();
    }

    private Optional<Database> postgres(
            Optional<String> user, Optional<String> host, Optional<String> port, Optional<String> name, String whence) {
        String where = host.filter(each -> !each.startsWith("/")).orElse("");
        String number = port.filter(each -> !each.isEmpty()).orElse("5432");
        boolean plain = name.orElse("").matches(PLAIN)
                && user.filter(each -> !each.isEmpty() && !each.matches(PLAIN)).isEmpty()
                && (where.isEmpty() || where.matches(PLAIN))
                && number.matches("\\d{1,5}");
        if (!plain) {
            return Optional.empty();
        }
        String address = "postgresql://"
                + user.filter(each -> !each.isEmpty()).map(each -> each + "@").orElse("")
                + where
                + (number.equals("5432") ? "" : ":" + number)
                + "/" + name.get();
        boolean near = where.matches("localhost|127\\.[0-9.]+");
        return Optional.of(new Database(
                address,
                whence,
                where.isEmpty()
                        ? Optional.of("/run/postgresql/.s.PGSQL." + number)
                        : near ? Optional.of("127.0.0.1:" + number) : Optional.empty()));
    }

    /// By the unit's own environment; the password stays there.
    private Optional<Database> byUrl() {
        Matcher url = URL.matcher(environment.getOrDefault("DATABASE_URL", ""));
        if (!url.matches()) {
            return Optional.empty();
        }
        String whence = "DATABASE_URL in the unit's environment";
        if (url.group(1).startsWith("sqlite")) {
            return Optional.of(url.group(5))
                    .filter(path -> path.startsWith("/"))
                    .map(path -> new Database(Path.of(path).normalize().toString(), whence, Optional.empty()));
        }
        return postgres(
                Optional.ofNullable(url.group(2)),
                Optional.of(url.group(3)),
                Optional.ofNullable(url.group(4)),
                Optional.of(url.group(5)),
                whence);
    }
}
