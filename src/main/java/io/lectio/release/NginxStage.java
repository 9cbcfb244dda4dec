package io.lectio.release;

import io.lectio.core.policy.Site;
import io.lectio.host.Child;
import io.lectio.host.NginxFiles;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One more nginx, with the site's whole configuration, that serves a stage to nobody but us: in a transient unit
/// the stage lies where the live folder is, all else is read-only, and what it listens at are unix sockets in a folder
/// of
/// root's.
final class NginxStage implements AutoCloseable {
    private static final Path RUN = Path.of("/run/lectio-examine");
    private static final Duration TO_TELL = Duration.ofSeconds(8);
    private static final Duration TO_START = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int LINES = 4_096;

    private final String unit;
    private final Path folder;
    private final HttpClient client;

    private NginxStage(String unit, Path folder, HttpClient client) {
        this.unit = unit;
        this.folder = folder;
        this.client = client;
    }

    /// It cannot be examined so, which says nothing of the release.
    static final class NotStarted extends Exception {
        private static final long serialVersionUID = 1;

        NotStarted(String why) {
            super(why);
        }
    }

    HttpClient client() {
        return client;
    }

    static NginxStage start(Path stage, Path live, Site site, String release)
            throws NotStarted, IOException, InterruptedException {
        String unit = "lectio-examine-" + release;
        Path folder = RUN.resolve(release);
        Files.createDirectories(
                RUN, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Places.delete(folder);
        Files.createDirectory(folder);
        Map<String, String> sockets = new LinkedHashMap<>();
        List<String> command = new ArrayList<>(List.of(
                "systemd-run",
                "--unit=" + unit,
                "--collect",
                "--quiet",
                "-p",
                "ProtectSystem=strict",
                "-p",
                "ReadWritePaths=" + folder,
                "-p",
                "BindPaths=" + stage + ":" + live,
                "-p",
                "RuntimeMaxSec=60"));
        try {
            int number = 0;
            for (Map.Entry<String, String> file : configuration().entrySet()) {
                Path rewritten = folder.resolve(number++ + ".conf");
                Files.writeString(rewritten, NginxRewriting.of(file.getValue(), folder.toString(), sockets));
                command.addAll(List.of("-p", "BindReadOnlyPaths=" + rewritten + ":" + file.getKey()));
            }
            command.addAll(
                    List.of("nginx", "-g", "daemon off; pid " + folder + "/pid; error_log " + folder + "/error.log;"));
            Path socket = Path.of(NginxRewriting.socket(sockets, site.server(), port(site.page()))
                    .orElseThrow(() -> new NotStarted("its configuration does not listen where the site is asked")));
            run(List.of("systemctl", "stop", unit)); // of a deploy that was cut off
            Child.Result started = Child.run(command, TO_TELL, LINES);
            if (started.exit().orElse(1) != 0) {
                throw new NotStarted("systemd-run: " + started.text().strip());
            }
            NginxStage server = new NginxStage(unit, folder, new HttpClient(new Dialer.Unix(socket), false));
            server.await(socket);
            return server;
        } catch (NotStarted | IOException | InterruptedException | RuntimeException e) {
            end(unit, folder);
            throw e;
        }
    }

    private static int port(URI page) {
        return page.getPort() > 0
                ? page.getPort()
                : String.valueOf(page.getScheme()).equals("https") ? 443 : 80;
    }

    private void await(Path socket) throws NotStarted, InterruptedException, IOException {
        long end = System.nanoTime() + TO_START.toNanos();
        while (!Files.exists(socket)) {
            boolean ended = run(List.of("systemctl", "is-active", "--quiet", unit))
                            .exit()
                            .orElse(1)
                    != 0;
            if (ended || System.nanoTime() > end) {
                throw new NotStarted("it does not start with this configuration" + said());
            }
            Thread.sleep(PAUSE);
        }
    }

    /// The last line of its error log, if there is one.
    String said() throws IOException {
        Path log = folder.resolve("error.log");
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return lines.isEmpty() ? "" : " (" + lines.getLast() + ")";
    }

    /// The files of nginx's configuration, each with its text.
    private static Map<String, String> configuration() throws NotStarted, InterruptedException {
        try {
            return NginxFiles.read();
        } catch (IOException e) {
            throw new NotStarted(String.valueOf(e.getMessage()));
        }
    }

    private static Child.Result run(List<String> command) throws IOException, InterruptedException {
        return Child.run(command, TO_TELL, LINES);
    }

    private static void end(String unit, Path folder) throws IOException {
        try {
            run(List.of("systemctl", "stop", unit));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // systemd ends it, after a minute
        }
        Places.delete(folder);
    }

    @Override
    public void close() throws IOException {
        end(unit, folder);
    }
}
