package io.lectio.discovery;

import io.lectio.core.policy.GuardedPaths;
import io.lectio.discovery.Findings.LeftOut;
import io.lectio.discovery.Findings.SiteFound;
import io.lectio.discovery.Server.Folder;
import io.lectio.discovery.Server.Listen;
import io.lectio.discovery.Server.Redirect;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/// Makes sites of what nginx serves, each with its reasons.
public final class Discovery {
    private static final String WEB_UNIT = "nginx.service";
    /// What a build's folder, or that of all that is public, is called inside of the site's own.
    private static final Set<String> OF_BUILDS = Set.of(
            "build", "dist", "public", "html", "htdocs", "public_html", "www", "frontend", "current", "static", "out");

    private static final int LONGEST_NAME = 31;

    private final Directive main;
    private final World world;
    private final Map<Path, String> known;
    private final List<LeftOut> leftOut = new ArrayList<>();

    private Discovery(Directive main, World world, Map<Path, String> known) {
        this.main = main;
        this.world = world;
        this.known = known;
    }

    /// @param files of nginx's configuration, the main one first
    /// @param known the names of the sites that are guarded now, by their roots; empty for one that has none
    public static Findings of(SequencedMap<String, String> files, World world, Map<Path, String> known) {
        return new Discovery(NginxConfiguration.of(files), world, known).find();
    }

    /// What each `root` and `alias` of the configuration names, as it is written there.
    ///
    /// @param files of nginx's configuration, the main one first
    public static List<String> folders(SequencedMap<String, String> files) {
        return NginxConfiguration.of(files)
                .deep()
                .filter(each -> each.name().equals("root") || each.name().equals("alias"))
                .map(Directive::argument)
                .toList();
    }

    /// A server that is a site.
    ///
    /// @param redirects those that only lead to it
    private record Candidate(
            Server server, URI url, Listen listen, Optional<Path> folder, String folderWhence, List<String> redirects) {
        private int rank() {
            return (listen.secure() ? 0 : 2) + (listen.first() ? 0 : 1);
        }
    }

    private Findings find() {
        List<Server> servers = main.all("http")
                .flatMap(http -> http.all("server").map(block -> Server.of(block, http)))
                .toList();
        List<Candidate> candidates = new ArrayList<>();
        for (Server each : servers) {
            if (each.redirect().isEmpty()) {
                candidate(each, servers).ifPresent(candidates::add);
            }
        }
        servers.forEach(each -> each.redirect().ifPresent(to -> fold(each, to, candidates)));
        List<SiteFound> sites = new ArrayList<>();
        List<Candidate> distinct = distinct(candidates);
        Set<Path> roots = new HashSet<>();
        for (Candidate each : distinct) {
            site(each, distinct, roots).ifPresent(sites::add);
        }
        return new Findings(named(sites), leftOut);
    }

    private void leaveOut(Server server, String why) {
        leftOut.add(new LeftOut(server.block().place(), String.join(" ", server.names()), why));
    }

    private Optional<Candidate> candidate(Server server, List<Server> servers) {
        Optional<Listen> listen = server.listens().stream()
                .filter(each -> !each.isSocket())
                .min(Comparator.comparing((Listen each) -> !each.secure())
                        .thenComparing(each -> each.host().startsWith("["))
                        .thenComparing(each -> !each.first()));
        if (listen.isEmpty()) {
            leaveOut(server, "it listens at a unix socket only, and the guard asks by TCP");
            return Optional.empty();
        }
        if (server.endsAtOnce()) {
            leaveOut(server, "it has one answer to every question and serves nothing");
            return Optional.empty();
        }
        Optional<String> host = server.hosts().stream()
                .findFirst()
                .or(() -> isDefault(server, listen.get(), servers) ? Optional.of("localhost") : Optional.empty());
        if (host.isEmpty()) {
            leaveOut(server, "it has no plain name by which it could be asked, and is not the default of its address");
            return Optional.empty();
        }
        Optional<Folder> folder =
                isPassedOn(server) ? server.besides() : server.folder().or(server::besides);
        if (folder.isEmpty() && server.passes().isEmpty()) {
            leaveOut(server, "it serves no folder and passes nothing on");
            return Optional.empty();
        }
        Optional<Path> path = folder.flatMap(each -> Server.path(each.path()));
        if (folder.isPresent() && path.isEmpty()) {
            leaveOut(
                    server,
                    "its folder '" + folder.get().path() + "' (" + folder.get().place()
                            + ") has a variable or is no absolute path");
            return Optional.empty();
        }
        if (path.isPresent() && server.passes().isEmpty() && world.hasDefaultPageOnly(path.get())) {
            leaveOut(server, "only nginx's own welcome page is in " + path.get());
            return Optional.empty();
        }
        return Optional.of(new Candidate(
                server,
                url(listen.get(), host.get()),
                listen.get(),
                path,
                folder.map(Folder::place).orElse(""),
                new ArrayList<>()));
    }

    /// Whether `/` itself is the application's, and no file's.
    private static boolean isPassedOn(Server server) {
        return server.passes().stream().anyMatch(each -> each.path().equals("/"));
    }

    private static boolean isDefault(Server server, Listen listen, List<Server> servers) {
        List<Server> there = servers.stream()
                .filter(each -> each.listens().stream().anyMatch(one -> same(one, listen)))
                .toList();
        return there.stream()
                .filter(each -> each.listens().stream().anyMatch(one -> same(one, listen) && one.first()))
                .findFirst()
                .orElse(there.getFirst())
                .equals(server);
    }

    private static boolean same(Listen one, Listen other) {
        return one.host().equals(other.host()) && one.port() == other.port();
    }

    private static URI url(Listen listen, String host) {
        String scheme = listen.secure() ? "https" : "http";
        boolean usual = listen.port() == (listen.secure() ? 443 : 80);
        return URI.create(scheme + "://" + host + (usual ? "" : ":" + listen.port()) + "/");
    }

    /// A redirect belongs to the site to which it leads.
    private void fold(Server server, Redirect to, List<Candidate> candidates) {
        List<String> hosts = to.host().startsWith("$") ? server.hosts() : List.of(to.host());
        Optional<Candidate> site = candidates.stream()
                .filter(each -> hosts.stream().anyMatch(each.server().names()::contains))
                .findFirst();
        site.ifPresentOrElse(
                each -> each.redirects().add(server.block().place()),
                () -> leaveOut(
                        server,
                        "it sends everything on to " + to.host() + " (" + to.place()
                                + "), which is no site found here"));
    }

    /// Of those that serve the same, the one that visitors are to use.
    private List<Candidate> distinct(List<Candidate> all) {
        SequencedMap<String, Candidate> best = new LinkedHashMap<>();
        for (Candidate each : all) {
            String what = each.folder()
                    .map(Path::toString)
                    .orElseGet(() -> each.server().passes().getFirst().to());
            Optional<Candidate> other = Optional.ofNullable(best.get(what));
            boolean better = other.filter(one -> one.rank() <= each.rank()).isEmpty();
            other.ifPresent(one -> leaveOut(
                    (better ? one : each).server(),
                    "it serves the same as " + (better ? each : one).url() + ", by which the site is asked"));
            if (better) {
                best.put(what, each);
            }
        }
        return List.copyOf(best.values());
    }

    /// @param roots of the sites before it
    private Optional<SiteFound> site(Candidate site, List<Candidate> all, Set<Path> roots) {
        Application application = new Application(site.server(), main, world);
        Optional<Path> code = application.code();
        Optional<Path> served = site.folder().or(() -> code);
        if (served.isEmpty()) {
            leaveOut(site.server(), "it serves no folder, and where its application's code is cannot be told");
            return Optional.empty();
        }
        Optional<Path> root = roots(served.get(), code)
                .filter(each -> each.equals(served.get())
                        || all.stream()
                                .filter(other -> !other.equals(site))
                                .flatMap(other -> other.folder().stream())
                                .noneMatch(other -> other.startsWith(each)))
                .filter(each -> roots.stream().noneMatch(other -> other.startsWith(each) || each.startsWith(other)))
                .findFirst();
        if (root.isEmpty()) {
            leaveOut(site.server(), whyNot(served.get()));
            return Optional.empty();
        }
        roots.add(root.get());
        return Optional.of(new SiteFound("", findings(site, application, served.get(), root.get(), all.size() > 1)));
    }

    private List<Finding> findings(Candidate site, Application application, Path served, Path root, boolean several) {
        List<Finding> all = new ArrayList<>();
        all.add(Finding.of("url", site.url(), address(site)));
        String asked = asked(site.listen());
        all.add(Finding.of("server", asked, "listen, " + site.server().block().place())
                .usually("127.0.0.1"));
        all.add(Finding.of(
                "root",
                root,
                application.code().filter(each -> each.startsWith(root)).isPresent()
                        ? "has the pages and the code; nothing above it is ever changed"
                        : "nothing above it is ever changed"));
        all.add(Finding.of(
                        "web.root",
                        served,
                        site.folder().isPresent() ? "root, " + site.folderWhence() : "the application's code")
                .usually(root.resolve("frontend/build").toString()));
        user().ifPresent(all::add);
        Optional<World.Listener> web =
                world.listening(asked + ":" + site.listen().port());
        all.add(web.flatMap(World.Listener::unit)
                .map(unit -> Finding.of(
                                "web.unit",
                                unit,
                                web.get().process() + " listens at port "
                                        + site.listen().port())
                        .usually(WEB_UNIT))
                .orElseGet(() -> Finding.none(
                        "web.unit",
                        "nobody is seen to listen at port " + site.listen().port())));
        all.addAll(application.findings(site.url(), asked, root, several));
        if (site.folder().isEmpty()) {
            all.add(Finding.off("files", "nginx serves no folder of this site"));
        }
        return all;
    }

    private static String address(Candidate site) {
        String redirects =
                site.redirects().isEmpty() ? "" : "; " + String.join(", ", site.redirects()) + " leads to it";
        return "server, " + site.server().block().place() + redirects;
    }

    private static String asked(Listen listen) {
        return switch (listen.host()) {
            case "*", "localhost" -> "127.0.0.1";
            case "[::]" -> "::1";
            default -> listen.host().replace("[", "").replace("]", "");
        };
    }

    private Optional<Finding> user() {
        Optional<Finding> written =
                main.first("user").map(each -> Finding.of("web.user", each.argument(), "user, " + each.place()));
        return written.or(() -> world.workers().map(each -> Finding.of("web.user", each, "nginx's workers")))
                .map(each -> each.usually("www-data"));
    }

    /// Folders that may be a site's, the best first: one that has its code, too, then one around a build.
    private static Stream<Path> roots(Path served, Optional<Path> code) {
        List<Path> all = new ArrayList<>(List.of(served));
        Path wider = served;
        while (wider.getNameCount() > 1 && OF_BUILDS.contains(name(wider))) {
            wider = wider.resolveSibling("");
            all.addFirst(wider);
        }
        code.flatMap(each -> common(served, each)).ifPresent(all::addFirst);
        return all.stream().filter(each -> refusal(each).isEmpty());
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static Optional<Path> common(Path one, Path other) {
        for (Path each = one; each.getNameCount() > 1; each = each.resolveSibling("")) {
            if (other.startsWith(each)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /// Why a folder may be no site's.
    static Optional<String> refusal(Path folder) {
        try {
            GuardedPaths.requireGuardable("its folder", folder);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String whyNot(Path served) {
        return refusal(served).orElse("its folder " + served + " lies in that of another site, or has that in it");
    }

    /// A site that is guarded already keeps its name, or its lack of one, by which its state and history are found;
    /// what
    /// has none stands first. A single site needs none.
    private List<SiteFound> named(List<SiteFound> sites) {
        Set<String> taken = new HashSet<>(Set.of("main"));
        List<SiteFound> named = new ArrayList<>();
        for (SiteFound each : sites) {
            Optional<String> old = Optional.ofNullable(known.get(Path.of(each.value("root"))))
                    .filter(name -> name.isEmpty() || taken.add(name));
            if (sites.size() == 1 || old.isPresent()) {
                named.add(new SiteFound(old.orElse(""), each.all()));
            }
        }
        sites.stream()
                .filter(each -> named.stream().noneMatch(one -> one.all().equals(each.all())))
                .forEach(each -> named.add(new SiteFound(name(each, taken), each.all())));
        named.sort(Comparator.comparing(each -> !each.name().isEmpty()));
        return named;
    }

    private static String name(SiteFound site, Set<String> taken) {
        String host = String.valueOf(URI.create(site.value("url")).getHost());
        Path root = Path.of(site.value("root"));
        String from = host.equals("localhost") ? name(root) : host.replaceFirst("^www\\.", "");
        String plain =
                from.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
        String cut =
                plain.substring(0, Math.min(LONGEST_NAME - 3, plain.length())).replaceAll("-+$", "");
        String name = cut.isEmpty() ? "site" : cut;
        for (int number = 2; !taken.add(name); number++) {
            name = (cut.isEmpty() ? "site" : cut) + "-" + number;
        }
        return name;
    }
}
