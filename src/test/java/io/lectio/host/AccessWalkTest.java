package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Finding.Denial;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class AccessWalkTest {
    private static final int MANY = 300_000;
    private static final int NAME = 200;

    @TempDir
    private Path folder = Path.of("");

    /// A walk in a process of its own, with the guard's heap: tells how many entries it has seen.
    static final class WalkOnce {
        private WalkOnce() {}

        public static void main(String[] args) throws IOException {
            Path root = Path.of(args[0]);
            Site site = new Site(
                    URI.create("https://example.test/"),
                    "127.0.0.1",
                    root,
                    root.resolve("build"),
                    "root",
                    new PrivatePatterns(List.of()));
            System.out.println(AccessWalk.run(site, WebUser.lookUp("root"), new Blind()));
        }
    }

    private static final class Blind implements AccessWalk.Visitor {
        @Override
        public void denied(Denial denial, Held held) {}

        @Override
        public void insideClosed(Held held) {}
    }

    /// Whoever may write in the web root decides how many files lie there.
    @Test
    @Timeout(180)
    void aFolderOfAnySizeIsWalkedInTheGuardsHeap() throws Exception {
        Path build = Files.createDirectories(folder.toRealPath().resolve("build/inner"));
        run(
                "perl",
                "-e",
                // links, as many as a file system takes of one file: names are what counts, and they are made quickly
                "chdir $ARGV[0] or die; my $one = ''; for (1.." + MANY + ") { my $n = sprintf('%0" + NAME + "d', $_);"
                        + " next if $one && link($one, $n); open(my $f, '>', $n) or die $!; $one = $n }",
                build.toString());
        try {
            String seen = run(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx48m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WalkOnce.class.getName(),
                    folder.toRealPath().toString());
            // the folders from / to build, and the inner one
            int folders = folder.toRealPath().resolve("build").getNameCount() + 2;
            assertThat(seen.strip()).isEqualTo(String.valueOf(MANY + folders));
        } finally {
            run("rm", "-rf", build.toString());
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
