package io.lectio.core.policy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The services behind a site. What is not there is not guarded.
///
/// @param database the application's
/// @param needed units that the application cannot work without, the deepest first: its database's server, its cache
/// @param beside units that work beside it, such as a queue's workers
/// @param code the folder of the application's code
public record Services(
        Optional<App> app,
        Optional<Proxy> proxy,
        Optional<Database> database,
        List<String> needed,
        List<String> beside,
        Optional<Path> code) {
    /// A site of files alone, whose web server nobody watches.
    public static final Services NONE = new Services(Optional.empty(), Optional.empty());

    public Services {
        needed = List.copyOf(needed);
        beside = List.copyOf(beside);
    }

    public Services(
            Optional<App> app,
            Optional<Proxy> proxy,
            Optional<Database> database,
            List<String> needed,
            List<String> beside) {
        this(app, proxy, database, needed, beside, Optional.empty());
    }

    public Services(Optional<App> app, Optional<Proxy> proxy, Optional<Database> database) {
        this(app, proxy, database, List.of(), List.of());
    }

    public Services(Optional<App> app, Optional<Proxy> proxy) {
        this(app, proxy, Optional.empty());
    }

    /// The application.
    ///
    /// @param unit its systemd unit
    /// @param direct where it answers without the web server: `host:port` or `unix:/path`
    /// @param api an address that it answers with 200 when it is well, through the web server
    public record App(String unit, String direct, URI api) {}

    /// The web server.
    ///
    /// @param unit its systemd unit
    /// @param test whether it can test its configuration, as nginx can
    public record Proxy(String unit, boolean test) {}

    public sealed interface Database {}

    /// A file of SQLite's.
    public record SqliteDatabase(Path file) implements Database {}

    /// One that a PostgreSQL server has.
    ///
    /// @param address as libpq reads it, without a password: `postgresql://user@host:5432/name`
    public record PostgresDatabase(String address) implements Database {}

    /// These, and the other's in place of those that are not among them.
    public Services or(Services other) {
        return new Services(
                app.or(other::app),
                proxy.or(other::proxy),
                database.or(other::database),
                needed.isEmpty() ? other.needed : needed,
                beside.isEmpty() ? other.beside : beside,
                code.or(other::code));
    }

    /// Those of them whose units are known.
    public Services among(Collection<String> known) {
        return new Services(
                app.filter(each -> known.contains(each.unit())),
                proxy.filter(each -> known.contains(each.unit())),
                database,
                needed.stream().filter(known::contains).toList(),
                beside.stream().filter(known::contains).toList(),
                code);
    }

    /// Their units by name, each with the check that looks at it.
    public SequencedMap<String, CheckId> units() {
        SequencedMap<String, CheckId> units = new TreeMap<>();
        needed.forEach(unit -> units.put(unit, CheckId.NEEDED));
        beside.forEach(unit -> units.put(unit, CheckId.BESIDE));
        app.ifPresent(each -> units.put(each.unit(), CheckId.APP));
        proxy.ifPresent(each -> units.put(each.unit(), CheckId.PROXY));
        return units;
    }

    /// What there is to check on a site with these services.
    public Set<CheckId> checks() {
        Set<CheckId> checks = new TreeSet<>(Set.of(CheckId.FILES, CheckId.PAGE));
        app.ifPresent(_ -> checks.addAll(Set.of(CheckId.APP, CheckId.API)));
        proxy.ifPresent(_ -> checks.add(CheckId.PROXY));
        database.ifPresent(_ -> checks.add(CheckId.DATABASE));
        if (!needed.isEmpty()) {
            checks.add(CheckId.NEEDED);
        }
        if (!beside.isEmpty()) {
            checks.add(CheckId.BESIDE);
        }
        proxy.filter(Proxy::test).ifPresent(_ -> checks.add(CheckId.CONFIG));
        return checks;
    }
}
