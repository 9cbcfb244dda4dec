package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.Folders;
import io.lectio.host.WebUser;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// A site in a temporary folder whose pages are deployed, without a web server.
record ReleaseSite(Places places, LiveFolder live, Staging staging, WebUser user) {
    static final PrivatePatterns PRIVATES = new PrivatePatterns(List.of("*.private"));

    static ReleaseSite in(Path folder) throws IOException {
        Path base = folder.toRealPath();
        Path web = Files.createDirectories(base.resolve("site/frontend")).resolve("build");
        return at(Places.of(base.resolve("site"), web));
    }

    static ReleaseSite at(Places places) throws IOException {
        LiveFolder live = new LiveFolder(places);
        return new ReleaseSite(places, live, new Staging(places, live, PRIVATES), WebUser.lookUp(WebUser.ofOurs()));
    }

    /// Its page, a script with a hashed name, and one whose name stays; each says the number.
    static SampleBuild build(int number) {
        String hash = "%08x".formatted(0x10203040 + number);
        return new SampleBuild()
                .with("index.html", "<p>" + number + "</p><script src=\"/static/main." + hash + ".js\"></script>")
                .with("static/main." + hash + ".js", "main of " + number)
                .with("static/fixed.js", "fixed of " + number);
    }

    static String script(int number) {
        return "static/main.%08x.js".formatted(0x10203040 + number);
    }

    /// Takes the steps of deploys here; for those that ask nobody.
    FrontendReleases releases() {
        return releases(URI.create("http://localhost/"), _ -> {
            throw new IllegalStateException("nobody is to be asked");
        });
    }

    /// @param page where a web server of the test's serves it
    FrontendReleases releases(URI page, Function<HttpClient, Prober> look) {
        HttpClient http = new HttpClient(new Dialer.Fixed("127.0.0.1"), false);
        Site site = site(page);
        Prober live = also -> look.apply(http).look(also);
        Set<String> kept = Set.of("r1", "r2");
        return new FrontendReleases(site, places, examination(page, look), http, live, () -> kept);
    }

    Examination examination(URI page, Function<HttpClient, Prober> look) {
        return new Examination(site(page), places, new SampleBuild.PlainReader(), look, false);
    }

    private Site site(URI page) {
        return new Site(page, "127.0.0.1", Folders.above(web()), web(), user.name(), PRIVATES);
    }

    Path web() {
        return places.live();
    }

    void handIn(String release, SampleBuild build) throws BadArchive, IOException {
        Reception.ofPages(places, PRIVATES).take(release, new ByteArrayInputStream(build.tar()));
    }

    void stage(String release, SampleBuild build, Optional<String> before) throws BadArchive, IOException {
        handIn(release, build);
        staging.keep(release, before);
        staging.stage(release, user);
    }

    void deploy(String release, SampleBuild build, Optional<String> before) throws BadArchive, IOException {
        stage(release, build, before);
        live.take(release);
    }

    Manifest manifest(String release) throws IOException {
        return Manifest.read(places.manifest(release));
    }

    /// The hashes of all files in a folder, by their paths; a link is told as one.
    static Map<String, String> hashes(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) walk::iterator) {
                if (Files.isSymbolicLink(each)) {
                    all.put(folder.relativize(each).toString(), "link");
                } else if (Files.isRegularFile(each)) {
                    all.put(folder.relativize(each).toString(), Manifest.sha256(each));
                }
            }
        }
        return all;
    }

    Map<String, String> hashes(String release) throws IOException {
        Map<String, String> all = new TreeMap<>();
        manifest(release).entries().forEach(entry -> all.put(entry.path(), entry.sha256()));
        return all;
    }

    void assertServes(String release) throws IOException {
        assertThat(hashes(web())).isEqualTo(hashes(release));
    }
}
