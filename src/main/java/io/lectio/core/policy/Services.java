package io.lectio.core.policy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The services behind a site. What is not there is not guarded.
///
/// @param database the application's, where it is a file of SQLite's
public record Services(Optional<App> app, Optional<Proxy> proxy, Optional<Path> database) {
    /// A site of files alone, whose web server nobody watches.
    public static final Services NONE = new Services(Optional.empty(), Optional.empty());

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

    /// These, and the other's in place of those that are not among them.
    public Services or(Services other) {
        return new Services(app.or(other::app), proxy.or(other::proxy), database.or(other::database));
    }

    /// What there is to check on a site with these services.
    public Set<CheckId> checks() {
        Set<CheckId> checks = new TreeSet<>(Set.of(CheckId.FILES, CheckId.PAGE));
        app.ifPresent(_ -> checks.addAll(Set.of(CheckId.APP, CheckId.API)));
        proxy.ifPresent(_ -> checks.add(CheckId.PROXY));
        database.ifPresent(_ -> checks.add(CheckId.DATABASE));
        proxy.filter(Proxy::test).ifPresent(_ -> checks.add(CheckId.CONFIG));
        return checks;
    }
}
