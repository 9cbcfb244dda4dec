package io.lectio.demo;

import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.host.Child;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The demo's files, laid anew at each start, and its two ports.
public final class DemoSite implements AutoCloseable {
    public static final String WEB_UNIT = "demo-web.service";
    public static final String APP_UNIT = "demo-app.service";
    private static final Duration TO_REMOVE = Duration.ofSeconds(5);

    private static final String PAGE = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Lectio Monitor's demo</title>
            <link rel="stylesheet" href="/static/css/main.@CSS@.css"><link rel="icon" href="/static/media/logo.@SVG@.svg">
            <script defer src="/static/js/main.@JS@.js"></script></head>
            <body><div id="root"><h1><img src="/static/media/logo.@SVG@.svg" alt=""> A guarded page</h1>
            <p>Break it, and look again: it heals.</p><p id="api">The API has not answered yet.</p></div></body></html>
            """;
    private static final String CSS = """
            body{font:18px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:36rem;color:#123}
            h1 img{height:1em;vertical-align:-.1em}
            """;
    private static final String JS = """
            const line = document.getElementById("api");
            const ask = () => fetch("/api/health/").then(answer => answer.text().then(text =>
              line.textContent = `The API answers ${answer.status}: ${text}`)).catch(error => line.textContent = `${error}`);
            ask(); setInterval(ask, 500);
            """;
    private static final String SVG = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path fill="#2a7" d="M5 0l4 2v3q0 3-4 5-4-2-4-5V2z"/></svg>
            """;

    private final Path root;
    private final String user;
    private final Socket web;
    private final Socket app;

    private DemoSite(Path root, String user, Socket web, Socket app) {
        this.root = root;
        this.user = user;
        this.web = web;
        this.app = app;
    }

    /// @param root a folder of ours, empty
    /// @param user as whom its processes work
    public static DemoSite lay(Path root, String user) throws IOException {
        String css = "css/main." + hash(CSS) + ".css";
        String js = "js/main." + hash(JS) + ".js";
        String svg = "media/logo." + hash(SVG) + ".svg";
        String page = PAGE.replace("@CSS@", hash(CSS)).replace("@JS@", hash(JS)).replace("@SVG@", hash(SVG));
        Path build = root.resolve("frontend/build");
        for (Map.Entry<String, String> file : Map.of(
                        "index.html", page, "static/" + css, CSS, "static/" + js, JS, "static/" + svg, SVG)
                .entrySet()) {
            Path path = build.resolve(file.getKey());
            Files.createDirectories(path.resolveSibling(""));
            Files.writeString(path, file.getValue());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        }
        try (var all = Files.walk(root)) {
            for (Path folder : all.filter(Files::isDirectory).toList()) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return new DemoSite(root, user, DemoServer.reserve(), DemoServer.reserve());
    }

    private static String hash(String content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Whether a site can be guarded here: by its place, and because its processes can reach it.
    public static boolean fits(Path root, boolean asRoot) {
        try {
            Site _ = site(root, 80, "nobody");
            for (Path above = root.getParent(); above != null; above = above.getParent()) {
                boolean open = asRoot
                        ? Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)
                        : Files.isReadable(above) && Files.isExecutable(above);
                if (!open) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException | IOException e) {
            return false;
        }
    }

    /// Removes a folder and all in it, by way of descriptors, whoever writes there meanwhile.
    public static void remove(Path folder) throws IOException, InterruptedException {
        Child.Result _ = Child.run(List.of("rm", "-rf", "--", folder.toString()), TO_REMOVE, 1_000);
    }

    private static Site site(Path root, int port, String user) {
        return new Site(
                URI.create("http://localhost:" + port + "/"),
                "127.0.0.1",
                root,
                root.resolve("frontend/build"),
                user,
                new PrivatePatterns(List.of()));
    }

    public Site site() {
        return site(root, web.getLocalPort(), user);
    }

    public Services services() {
        return new Services(
                Optional.of(new Services.App(
                        APP_UNIT,
                        "127.0.0.1:" + app.getLocalPort(),
                        site().page().resolve("/api/health/"))),
                Optional.of(new Services.Proxy(WEB_UNIT, false)));
    }

    /// What its processes are started by, for each unit.
    ///
    /// @param java this program once more, as a [DemoServer]
    public Map<String, List<String>> commands(List<String> java) {
        String guard = String.valueOf(ProcessHandle.current().pid());
        String appPort = String.valueOf(app.getLocalPort());
        String webPort = String.valueOf(web.getLocalPort());
        return Map.of(
                WEB_UNIT, with(java, guard, user, webPort, site().webRoot().toString(), appPort),
                APP_UNIT, with(java, guard, user, appPort));
    }

    private static List<String> with(List<String> command, String... arguments) {
        return Stream.concat(command.stream(), Stream.of(arguments)).toList();
    }

    @Override
    public void close() throws IOException {
        web.close();
        app.close();
    }
}
