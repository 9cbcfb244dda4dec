package io.lectio.discovery;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A `server` block of nginx, as far as a site is made of it. Source: nginx.org, "Module ngx_http_core_module".
///
/// @param names as they stand, patterns too
/// @param root of the `http` block, for a server without one
record Server(Directive block, List<String> names, List<Listen> listens, Optional<Directive> root) {
    private static final Pattern PLAIN_NAME = Pattern.compile("\\.?([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?)");
    private static final Pattern REDIRECT =
            Pattern.compile("https?://(\\$host|\\$server_name|\\$http_host|[A-Za-z0-9._-]+)([:/$].*)?");
    /// What a `rewrite` of everything begins with.
    private static final Pattern EVERYTHING = Pattern.compile("\\^?/?(\\(?\\.\\*\\)?)?\\$?");
    private static final Pattern PASS =
            Pattern.compile("(https?)://(unix:/[^:]+|\\[[^\\]]+\\](:\\d+)?|[^/:]+(:\\d+)?)(:?/.*)?");
    private static final Set<String> OF_FILES = Set.of("root", "alias");

    Server {
        names = List.copyOf(names);
        listens = List.copyOf(listens);
    }

    /// Where it listens.
    ///
    /// @param host `*`, `127.0.0.1`, `[::]`, or `unix:` and a path
    record Listen(String host, int port, boolean secure, boolean first) {
        private static final Pattern WITH_PORT = Pattern.compile("(.*[^:]):(\\d{1,5})");

        static Listen of(Directive listen) {
            String address = listen.argument();
            Matcher parts = WITH_PORT.matcher(address.matches("\\d{1,5}") ? "*:" + address : address);
            boolean port = !address.startsWith("unix:") && parts.matches();
            String host = port ? parts.group(1) : address;
            return new Listen(
                    host.equals("0.0.0.0") || host.isEmpty() ? "*" : host,
                    port ? Integer.parseInt(parts.group(2)) : 80,
                    listen.words().contains("ssl"),
                    listen.words().contains("default_server") || listen.words().contains("default"));
        }

        boolean isSocket() {
            return host.startsWith("unix:");
        }
    }

    static Server of(Directive block, Directive http) {
        List<Listen> listens = block.all("listen")
                .filter(each -> !each.words().contains("quic"))
                .map(Listen::of)
                .toList();
        boolean secure =
                block.first("ssl").filter(each -> each.argument().equals("on")).isPresent();
        return new Server(
                block,
                block.all("server_name")
                        .flatMap(each -> each.arguments().stream())
                        .filter(name -> !name.isEmpty())
                        .toList(),
                (listens.isEmpty() ? List.of(new Listen("*", 80, false, false)) : listens)
                        .stream()
                                .map(each ->
                                        new Listen(each.host(), each.port(), each.secure() || secure, each.first()))
                                .toList(),
                block.first("root").or(() -> http.first("root")));
    }

    /// Names by which it can be asked: those that an address may have.
    List<String> hosts() {
        return names.stream()
                .map(PLAIN_NAME::matcher)
                .filter(Matcher::matches)
                .map(name -> name.group(1))
                .filter(name -> URI.create("http://" + name + "/").getHost() != null)
                .toList();
    }

    private List<Directive> locations() {
        return block.block().stream()
                .flatMap(Directive::deep)
                .filter(each -> each.name().equals("location"))
                .toList();
    }

    private static String path(Directive location) {
        return location.words().getLast();
    }

    private Optional<Directive> all() {
        return block.all("location")
                .filter(each -> path(each).equals("/")
                        && !each.words().contains("=")
                        && !each.words().contains("~"))
                .findFirst();
    }

    /// Where all that it is asked for is sent on; empty where it serves something itself.
    ///
    /// @param host as nginx says it: `example.org`, or `$host`
    record Redirect(String host, String place) {}

    Optional<Redirect> redirect() {
        Optional<Redirect> to = Stream.concat(Stream.of(block), all().stream())
                .flatMap(each -> Stream.concat(Stream.of(each), each.all("if")))
                .flatMap(Server::endings)
                .flatMap(each -> each.words().stream()
                        .map(REDIRECT::matcher)
                        .filter(Matcher::matches)
                        .map(url -> new Redirect(url.group(1), each.place())))
                .findFirst();
        return to.filter(_ -> endsAtOnce() || (passes().isEmpty() && folder().isEmpty()));
    }

    /// Whether each question has the same answer, which no file and no application gives.
    boolean endsAtOnce() {
        return Stream.concat(Stream.of(block), all().stream())
                .flatMap(Server::endings)
                .findAny()
                .isPresent();
    }

    private static Stream<Directive> endings(Directive of) {
        return of.block().stream()
                .filter(each -> each.name().equals("return")
                        || (each.name().equals("rewrite")
                                && EVERYTHING.matcher(each.argument()).matches()
                                && each.words().stream().anyMatch(word -> word.contains("://"))));
    }

    /// The folder that is served, and where that is said.
    record Folder(String path, String place) {}

    /// That of `/`.
    Optional<Folder> folder() {
        Optional<Directive> inside = all().flatMap(each -> each.block().stream()
                .filter(one -> OF_FILES.contains(one.name()))
                .findFirst());
        return inside.or(() -> root).map(each -> new Folder(each.argument(), each.place()));
    }

    /// Where none is served at `/`: that of another location, `/static/` first.
    Optional<Folder> besides() {
        List<Folder> all = new ArrayList<>();
        for (Directive each : locations()) {
            String path = path(each).replaceFirst("/+$", "");
            if (path.matches("/[A-Za-z0-9._/-]+") && !each.words().contains("=") && !path.contains("well-known")) {
                inside(each, path).ifPresent(folder -> all.add(path.startsWith("/static") ? 0 : all.size(), folder));
            }
        }
        return all.stream().findFirst();
    }

    private Optional<Folder> inside(Directive location, String path) {
        boolean served = location.block().stream().noneMatch(each -> each.name().matches(".*_pass|return"));
        return location.first("alias")
                .map(each -> new Folder(each.argument(), each.place()))
                .or(() -> location.first("root")
                        .or(() -> root.filter(_ -> served && path(location).endsWith("/")))
                        .map(each -> new Folder(each.argument() + path, each.place())));
    }

    /// What is handed on to another server.
    ///
    /// @param how `proxy_pass`, or another that speaks no HTTP
    /// @param to its argument
    /// @param path of the location
    record Pass(String how, String to, String path, String place) {
        private int rank() {
            return (how.equals("proxy_pass") ? 0 : 10)
                    + (path.startsWith("/api") ? 0 : path.equals("/") || path.startsWith("@") ? 1 : 2);
        }

        /// Without the scheme and the path: `127.0.0.1:8000`, `unix:/run/site.sock`, or the name of an `upstream`.
        Optional<String> target() {
            Matcher address = PASS.matcher(to);
            return Optional.of(address).filter(Matcher::matches).map(each -> each.group(2));
        }
    }

    /// The application's first.
    List<Pass> passes() {
        return locations().stream()
                .flatMap(location -> location.block().stream()
                        .filter(each -> each.name().matches("(proxy|uwsgi|fastcgi|scgi|grpc)_pass"))
                        .map(each -> new Pass(each.name(), each.argument(), path(location), each.place())))
                .sorted(Comparator.comparingInt(Pass::rank))
                .toList();
    }

    static Optional<Path> path(String text) {
        return Optional.of(text)
                .filter(each -> each.startsWith("/") && each.indexOf('$') < 0 && each.indexOf('\0') < 0)
                .map(each -> Path.of(each).normalize());
    }
}
