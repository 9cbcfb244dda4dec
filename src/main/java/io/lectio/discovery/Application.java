package io.lectio.discovery;

import io.lectio.discovery.Server.Pass;
import io.lectio.discovery.World.Listener;
import io.lectio.discovery.World.Service;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What stands behind a server: where it listens, its unit, its code, its database.
final class Application {
    private static final String USUAL_UNIT = "teaching_panel.service";
    private static final String USUAL_ADDRESS = "127.0.0.1:8000";
    private static final String NEAR = "localhost|127\\.[0-9.]+|\\[::1\\]";
    /// The guard's own default first.
    private static final List<String> HEALTH =
            List.of("/api/health/", "/api/health", "/health/", "/health", "/healthz", "/api/healthz", "/api/status/");

    private final Optional<Pass> pass;
    private final Directive main;
    private final World world;
    private final Optional<String> address;
    private final Optional<Listener> listener;
    private final Optional<Service> service;

    Application(Server server, Directive main, World world) {
        pass = server.passes().stream().findFirst();
        this.main = main;
        this.world = world;
        address = pass.filter(
                        each -> each.how().equals("proxy_pass") && each.to().startsWith("http:"))
                .flatMap(Pass::target)
                .map(this::resolved)
                .filter(each -> each.indexOf('$') < 0);
        listener = address.flatMap(each -> world.listening(each.replaceFirst("^unix:", "")));
        service = listener.flatMap(Listener::unit).flatMap(world::service);
    }

    /// As the guard asks it: `127.0.0.1:8000`, `unix:/run/site.sock`.
    private String resolved(String target) {
        String server = main.all("http")
                .flatMap(http -> http.all("upstream"))
                .filter(each -> each.argument().equals(target))
                .flatMap(each -> each.all("server"))
                .filter(each -> !each.words().contains("down") && !each.words().contains("backup"))
                .map(Directive::argument)
                .findFirst()
                .orElse(target);
        String whole = server.startsWith("unix:") || server.matches(".*:\\d+") ? server : server + ":80";
        return whole.replaceFirst("^localhost:", "127.0.0.1:");
    }

    /// Where it runs; empty where that cannot be told.
    Optional<Path> code() {
        return service.map(Application::folder).filter(each -> each.getNameCount() > 0);
    }

    /// Gunicorn goes where it is told, before it loads anything.
    private static Path folder(Service service) {
        List<String> words = service.command();
        Path folder = service.folder();
        for (int at = 0; at < words.size(); at++) {
            String word = words.get(at);
            if (word.startsWith("--chdir=")) {
                folder = folder.resolve(word.substring("--chdir=".length()));
            } else if (word.equals("--chdir") && at + 1 < words.size()) {
                folder = folder.resolve(words.get(at + 1));
            }
        }
        return folder.normalize();
    }

    /// @param server the address at which nginx is asked
    List<Finding> findings(URI page, String server, Path root, boolean several) {
        Optional<String> unit = listener.flatMap(Listener::unit);
        if (unit.isEmpty()) {
            return List.of(Finding.of("app.unit", "", whyNot()));
        }
        List<Finding> all = new ArrayList<>();
        all.add(Finding.of("app.unit", unit.get(), listener.get().process() + " listens at " + address.get() + runs())
                .usually(several ? "" : USUAL_UNIT));
        all.add(Finding.of(
                        "app.server",
                        address.get(),
                        pass.get().how() + ", " + pass.get().place())
                .usually(USUAL_ADDRESS));
        all.add(health(page, server));
        code().ifPresent(code -> all.addAll(code(code, root)));
        return all;
    }

    private String runs() {
        return service.map(each -> ", as " + (each.user().isEmpty() ? "root" : each.user())
                        + (each.gunicorn()
                                ? ", gunicorn" + (each.target().isEmpty() ? "" : " of " + each.target())
                                : ""))
                .orElse("");
    }

    private String whyNot() {
        if (pass.isEmpty()) {
            return "nothing is passed on, so no application is guarded";
        }
        String where =
                pass.get().how() + " " + pass.get().to() + ", " + pass.get().place() + ": ";
        if (!pass.get().how().equals("proxy_pass")) {
            return where + "the guard asks by HTTP, which is not spoken there, so the application is left out";
        }
        if (address.isEmpty()) {
            return where + "where that leads cannot be told, so the application is left out";
        }
        boolean near = address.get().startsWith("unix:") || address.get().matches("(" + NEAR + "):\\d+");
        return where
                + listener.map(each -> each.process() + " listens there, and belongs to no service of systemd's,"
                                + " so the application is left out")
                        .orElse(
                                near
                                        ? "nobody listens at " + address.get()
                                                + ": start it, then once more; until then the application is left out"
                                        : address.get() + " is not this machine, so the application is left out");
    }

    private Finding health(URI page, String server) {
        for (String path : HEALTH) {
            switch (world.health(server, page, page.resolve(path))) {
                case WELL -> {
                    return Finding.of("app.api", page.resolve(path), "answers well")
                            .usually(page.resolve(HEALTH.getFirst()).toString());
                }
                case DOWN -> {
                    return Finding.none("app.api", "no good answer now, so it cannot be told which address has one");
                }
                case NOT -> {}
            }
        }
        return Finding.off(
                "api",
                "none of " + String.join(" ", HEALTH)
                        + " answers with 200: lay scripts/health.py, or set app.api, and take this away");
    }

    private List<Finding> code(Path code, Path root) {
        if (!world.exists(code.resolve("manage.py"))) {
            return List.of(Finding.none("app.code", code + " has no manage.py: no Django, or not there"));
        }
        List<Finding> all = new ArrayList<>();
        all.add(
                code.startsWith(root)
                        ? Finding.of(
                                        "app.code",
                                        code,
                                        "where "
                                                + listener.flatMap(Listener::unit)
                                                        .get() + " runs")
                                .usually(usual(root).toString())
                        : Finding.none("app.code", code + " is not below root, so code is not deployed there"));
        DjangoSettings settings = DjangoSettings.of(code, service.get(), world);
        all.addAll(database(settings, root));
        return all;
    }

    private static Path usual(Path root) {
        return root.resolve(String.valueOf(root.getFileName()));
    }

    private List<Finding> database(DjangoSettings settings, Path root) {
        Optional<DjangoSettings.Database> found = settings.database();
        if (found.isEmpty()) {
            return List.of(Finding.none("app.database", "it cannot be told from " + settings.where()));
        }
        DjangoSettings.Database database = found.get();
        // the text is its user's: root goes to no place for it where a site has nothing
        Optional<String> refusal = Optional.of(database.address())
                .filter(each -> each.startsWith("/"))
                .flatMap(each -> Discovery.refusal(Path.of(each).resolveSibling("")));
        if (refusal.isPresent()) {
            return List.of(Finding.none(
                    "app.database", database.whence() + " names " + database.address() + ": " + refusal.get()));
        }
        Finding one = Finding.of("app.database", database.address(), database.whence())
                .usually(usual(root).resolve("db.sqlite3").toString());
        return Stream.concat(
                        Stream.of(one),
                        database
                                .server()
                                .flatMap(world::listening)
                                .flatMap(each -> each.unit()
                                        .map(unit -> new Finding(
                                                "app.needs",
                                                List.of(unit),
                                                Finding.Form.LIST,
                                                each.process() + " listens where the database is",
                                                false)))
                                .stream())
                .toList();
    }
}
