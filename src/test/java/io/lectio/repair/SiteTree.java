package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A site of the plan's shape in a temporary folder, and next to it a folder of root's that nothing may touch.
public record SiteTree(Path base, Path root, Path web, Path outside, Path journals) {

    public static SiteTree in(Path base) throws IOException, InterruptedException {
        needsRoot();
        Path real = base.toRealPath();
        SiteTree tree = new SiteTree(
                real,
                real.resolve("site"),
                real.resolve("site/frontend/build"),
                real.resolve("outside"),
                real.resolve("journals"));
        Files.createDirectories(tree.web());
        Files.createDirectories(tree.outside().resolve("folder"));
        Files.writeString(tree.outside().resolve("secret"), "root's");
        Files.writeString(tree.outside().resolve("folder/secret"), "root's");
        Files.writeString(tree.web().resolve("index.html"), "<html>");
        tree.sh("chmod 755 . site site/frontend site/frontend/build; chmod 644 site/frontend/build/index.html;"
                + "chown -R www-data:www-data site/frontend/build; chmod -R go= outside");
        return tree;
    }

    public static void needsRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: owners are changed");
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
    }

    public Site site(String... privates) {
        return new Site(
                URI.create("https://example.test/"),
                "127.0.0.1",
                root,
                web,
                "www-data",
                new PrivatePatterns(List.of(privates)));
    }

    /// Runs a script in the tree's own folder.
    public String sh(String script) throws IOException, InterruptedException {
        return run("bash", "-euc", script);
    }

    public String asWebUser(String script) throws IOException, InterruptedException {
        return run("setpriv", "--reuid=www-data", "--regid=www-data", "--init-groups", "bash", "-euc", script);
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    /// Owner, mode, links and change time of everything in a folder of this tree, itself included.
    public static Map<Path, String> snapshot(Path folder) throws IOException {
        Map<Path, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                all.put(path, inode(path));
            }
        }
        return all;
    }

    public static String inode(Path path) throws IOException {
        return new TreeMap<>(Files.readAttributes(path, "unix:mode,uid,gid,nlink,ino,ctime", LinkOption.NOFOLLOW_LINKS))
                .toString();
    }

    /// `owner:group mode`, as the journal has it.
    public String rights(String path) throws IOException, InterruptedException {
        return sh("stat -c '%U:%G %04a' \"" + path + "\"").strip();
    }
}
