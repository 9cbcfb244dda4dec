package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import io.lectio.testhost.ViteApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/// Deploys of what npm and Vite really make of a React application: hashed chunks, one of them fetched later, styles,
/// fonts, a picture. Skipped, with the reason, where they are not.
@HostTest
class ViteBuildOnARealHostTest {
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio";

    @TempDir
    private Path folder = Path.of("");

    private Path build(String title) throws IOException, InterruptedException {
        Path build = folder.resolve(title);
        try {
            ViteApp.build(title, build);
        } catch (ViteApp.NotHere e) {
            return abort(String.valueOf(e.getMessage()));
        }
        return build;
    }

    /// Below its top, with `/`.
    private static List<String> files(Path build) throws IOException {
        try (Stream<Path> all = Files.walk(build)) {
            return all.filter(Files::isRegularFile)
                    .map(each -> build.relativize(each).toString())
                    .toList();
        }
    }

    private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private static void deploy(TestHost host, Path build, String how) throws IOException {
        Path there = Path.of("/proc/" + host.pid() + "/root/run/" + build.getFileName());
        for (String each : files(build)) {
            Files.createDirectories(there.resolve(each).getParent());
            Files.copy(build.resolve(each), there.resolve(each));
        }
        TestHost.Result deployed = host.run(
                Duration.ofMinutes(1), "sh", "-c", LECTIO + " deploy frontend " + how + "/run/" + build.getFileName());
        System.out.println(host.release() + " " + deployed.out() + deployed.err());
        assertThat(deployed.exit()).as(deployed.out() + deployed.err()).isZero();
    }

    private static void assertAnswered(TestHost host, Path build, List<String> paths) throws Exception {
        assertThat(paths).isNotEmpty();
        for (String path : paths) {
            assertThat(host.sh("curl -sf localhost/" + path + " | sha256sum"))
                    .as(path)
                    .startsWith(sha256(build.resolve(path)));
        }
    }

    @OnOneRelease
    void aPageThatWasLoadedBeforeFindsItsChunksAndNoVisitorNotices(Release release) throws Exception {
        Path first = build("first");
        Path second = build("second");
        List<String> ofTheFirst = new ArrayList<>(files(first));
        ofTheFirst.removeAll(files(second));
        assertThat(ofTheFirst)
                .as("its scripts, the one that is fetched later too")
                .hasSizeGreaterThanOrEqualTo(2);
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            try (Prober prober = Prober.start(host, List.of("/", "/api/health/"))) {
                deploy(host, first, "--force "); // a much smaller one than the site's own
                assertAnswered(host, first, files(first));
                List<String> watched = new ArrayList<>(List.of("/"));
                ofTheFirst.forEach(path -> watched.add("/" + path));
                try (Prober old = Prober.start(host, watched)) {
                    deploy(host, second, "");
                    assertAnswered(host, second, files(second));
                    assertAnswered(host, first, ofTheFirst);
                    assertThat(old.stop().failed()).isZero();
                }
                assertThat(prober.stop().failed()).isZero();
            }
            assertThat(guarded.alerts()).isEmpty();
        }
    }
}
