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
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
    final BlockingQueue<Optional<String>> shortfalls = new LinkedBlockingQueue<>();

    @BeforeEach
    void layOut() throws IOException {
        folder = folder.toRealPath();
        web = Files.createDirectories(folder.resolve("site/build"));
        Files.writeString(web.resolve("index.html"), "<html>");
        watch = new TreeWatch(
                new Site(
                        URI.create("https://example.test/"),
                        "127.0.0.1",
                        folder.resolve("site"),
                        web,
                        "www-data",
                        new PrivatePatterns(List.of())),
                shortfalls::add);
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

    @Test
    void aFolderThatComesAndGoesCostsNoMoreThanItself() throws Exception {
        for (int i = 0; i < 500; i++) {
            Files.createDirectories(web.resolve("d" + i % 20 + "/" + i));
        }
        started();
        long before = watch.registrations();
        assertThat(before).isGreaterThan(500);
        for (int i = 0; i < 20; i++) {
            Files.createDirectory(web.resolve("coming"));
            told();
            Files.delete(web.resolve("coming"));
            told();
        }
        assertThat(watch.registrations() - before).isLessThanOrEqualTo(2 * 20);
        assertThat(shortfalls).isEmpty();
    }

    @Test
    void watchesATreeThatIsMovedInAndForgetsOneThatIsMovedOut() throws Exception {
        Files.createDirectories(folder.resolve("aside/a/b/c"));
        started();
        Files.move(folder.resolve("aside"), web.resolve("in"));
        told();
        Files.writeString(web.resolve("in/a/b/c/x"), "x");
        told();
        Files.move(web.resolve("in"), folder.resolve("out"));
        told();
        Files.writeString(folder.resolve("out/a/b/c/y"), "y");
        assertThat(changes.tryAcquire(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void seesFoldersThatCameInAFloodOfOtherEvents() throws Exception {
        started();
        for (int i = 0; i < 3_000; i++) {
            Files.writeString(web.resolve("f" + i), "x");
            if (i % 300 == 0) {
                Files.createDirectories(web.resolve("d" + i + "/e"));
            }
        }
        told();
        quiet();
        for (int i = 0; i < 3_000; i += 300) {
            Files.writeString(web.resolve("d" + i + "/e/x"), "x");
            told();
        }
    }

    @Test
    void moreFoldersThanItWatchesAreToldOnceAndAgainWhenThatChanges() throws Exception {
        String name = "x".repeat(200);
        for (int i = 0; i < 2_000; i++) {
            Path deep = web.resolve(name + i % 10, name + i % 100, name + i % 1_000, name, name, "d" + i);
            Files.createDirectories(deep);
        }
        watch.start(changes::release);
        assertThat(shortfalls.poll(LONGEST_MILLIS * 2, TimeUnit.MILLISECONDS))
                .isNotNull()
                .asString()
                .contains("only the first", "folders are watched");
        told();
        mode(web.resolve("index.html"), "---------");
        told();
        assertThat(shortfalls).isEmpty();
    }
}
