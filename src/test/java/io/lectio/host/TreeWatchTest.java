package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class TreeWatchTest {
    private static final long LONGEST_MILLIS = 5_000;
    private static final long QUIET_MILLIS = 150;

    @TempDir
    Path folder;

    Path web;
    TreeWatch watch;
    final Semaphore changes = new Semaphore(0);

    @BeforeEach
    void layOut() throws IOException {
        folder = folder.toRealPath();
        web = Files.createDirectories(folder.resolve("site/build"));
        Files.writeString(web.resolve("index.html"), "<html>");
        watch = new TreeWatch(new Site(
                URI.create("https://example.test/"),
                "127.0.0.1",
                folder.resolve("site"),
                web,
                "www-data",
                new PrivatePatterns(List.of())));
    }

    @AfterEach
    void close() throws IOException {
        watch.close();
    }

    private void started() throws InterruptedException {
        watch.start(changes::release);
        told();
    }

    /// A change is told, and what follows from the same change too.
    private void told() throws InterruptedException {
        assertThat(changes.tryAcquire(LONGEST_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        quiet();
    }

    private void quiet() throws InterruptedException {
        while (changes.tryAcquire(QUIET_MILLIS, TimeUnit.MILLISECONDS)) {
            changes.drainPermits();
        }
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    @Test
    void tellsThatAFilesModeHasChanged() throws Exception {
        started();
        mode(web.resolve("index.html"), "---------");
        told();
    }

    @Test
    void tellsThatTheWebRootsOrAParentsModeHasChanged() throws Exception {
        started();
        mode(web, "rwx------");
        told();
        mode(folder.resolve("site"), "rwx------");
        told();
    }

    @Test
    void watchesFoldersThatCome() throws Exception {
        started();
        Path deep = Files.createDirectories(web.resolve("a/b/c"));
        told();
        Files.writeString(deep.resolve("x"), "x");
        told();
        mode(deep.resolve("x"), "---------");
        told();
    }

    @Test
    void watchesAFolderUnderItsNewName() throws Exception {
        Files.createDirectories(web.resolve("old"));
        started();
        Files.move(web.resolve("old"), web.resolve("new"));
        told();
        Files.createDirectories(web.resolve("new/inner"));
        told();
        Files.writeString(web.resolve("new/inner/x"), "x");
        told();
    }

    @Test
    void watchesTheNewWebRootAfterASwap() throws Exception {
        Path next = Files.createDirectories(folder.resolve("site/next/static"));
        Files.writeString(next.resolve("x"), "x");
        started();
        Files.move(web, folder.resolve("site/previous"));
        Files.move(folder.resolve("site/next"), web);
        told();
        mode(web.resolve("static/x"), "---------");
        told();
    }

    @Test
    void picksUpAWebRootThatAppears() throws Exception {
        Files.delete(web.resolve("index.html"));
        Files.delete(web);
        Files.delete(folder.resolve("site"));
        started();
        Files.createDirectories(web);
        told();
        Files.writeString(web.resolve("index.html"), "<html>");
        told();
        mode(web.resolve("index.html"), "---------");
        told();
    }

    @Test
    void saysNothingAboutNoiseBesideTheWay() throws Exception {
        started();
        Files.writeString(folder.resolve("noise"), "x");
        Files.createDirectories(folder.resolve("site/logs"));
        Files.writeString(folder.resolve("site/logs/noise"), "x");
        assertThat(changes.tryAcquire(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void aFloodOfChangesIsToldSeldom() throws Exception {
        started();
        long start = System.nanoTime();
        for (int i = 0; i < 5_000; i++) {
            Files.writeString(web.resolve("f" + i), "x");
        }
        long tookMillis = (System.nanoTime() - start) / 1_000_000;
        assertThat(changes.availablePermits()).isLessThanOrEqualTo((int) (tookMillis / 20) + 2);
        told();
        mode(web.resolve("f4999"), "---------");
        told();
    }
}
