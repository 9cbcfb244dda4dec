package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Observation;
import io.lectio.core.incident.RepairResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DriftTest {
    @TempDir
    private Path folder = Path.of("");

    private ReleaseSite site;
    private ReleaseProbe probe;
    private Path web = Path.of("");

    @BeforeEach
    void deploy() throws Exception {
        site = ReleaseSite.in(folder);
        web = site.web();
        site.deploy("r1", ReleaseSite.build(1).with("a/b/c.txt", "c").with("a/b/d.txt", "d"), Optional.empty());
        probe = new ReleaseProbe(site.places(), () -> Optional.of("r1"), Set::of, InstantSource.system());
        assertThat(isRight()).isTrue();
    }

    private boolean isRight() {
        return probe.look(List.of()) instanceof Observation.Passed;
    }

    private Path restore(String... paths) throws IOException {
        assertThat(isRight()).isFalse();
        RepairResult.Restored restored = (RepairResult.Restored)
                new Restoring(site.places(), site.staging(), "r1", Instant.MIN, site.user()).run("1-1");
        assertThat(restored.toString()).contains(paths);
        assertThat(isRight()).isTrue();
        for (String path : site.hashes("r1").keySet()) {
            assertThat(Manifest.sha256(web.resolve(path)))
                    .isEqualTo(site.hashes("r1").get(path));
            assertThat(Files.getAttribute(web.resolve(path), "unix:uid"))
                    .isEqualTo(site.user().uid());
        }
        return restored.kept();
    }

    @Test
    void aChangedFileIsPutBackAndKept() throws Exception {
        Files.writeString(web.resolve("index.html"), "hacked, and longer than it was");
        assertThat(restore("index.html").resolve("index.html")).hasContent("hacked, and longer than it was");
    }

    @Test
    void anotherContentOfTheSameSizeIsSeenAtOnce() throws Exception {
        Files.writeString(web.resolve("a/b/c.txt"), "x");
        Files.setLastModifiedTime(web.resolve("a/b/c.txt"), FileTime.fromMillis(0));
        assertThat(restore("a/b/c.txt").resolve("a/b/c.txt")).hasContent("x");
    }

    @Test
    void aTruncatedFileIsPutBack() throws Exception {
        Files.write(web.resolve("static/fixed.js"), new byte[0]);
        assertThat(restore("static/fixed.js").resolve("static/fixed.js")).isEmptyFile();
    }

    @Test
    void aRemovedFileIsPutBack() throws Exception {
        Files.delete(web.resolve("a/b/c.txt"));
        restore("a/b/c.txt");
    }

    @Test
    void aRemovedFolderIsPutBack() throws Exception {
        Places.delete(web.resolve("a"));
        restore("a/b/c.txt", "a/b/d.txt");
    }

    @Test
    void theWholeFolderIsPutBack() throws Exception {
        Places.delete(web);
        restore("index.html");
        site.assertServes("r1");
    }

    @Test
    void aLinkInPlaceOfTheWholeFolderGivesWay() throws Exception {
        Path elsewhere = Files.createDirectory(folder.toRealPath().resolve("elsewhere"));
        Places.delete(web);
        Files.createSymbolicLink(web, elsewhere);
        restore("index.html");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aFileInPlaceOfAFolderIsKept() throws Exception {
        Places.delete(web.resolve("a"));
        Files.writeString(web.resolve("a"), "a file");
        assertThat(restore("a/b/c.txt").resolve("a")).hasContent("a file");
    }

    @Test
    void aFolderInPlaceOfAFileIsKept() throws Exception {
        Files.delete(web.resolve("index.html"));
        Files.createDirectories(web.resolve("index.html/inner"));
        assertThat(restore("index.html").resolve("index.html/inner")).isEmptyDirectory();
    }

    @Test
    @Timeout(10)
    void linksAndPipesGiveWayAndAreNotFollowed() throws Exception {
        Path outside = Files.createDirectories(folder.toRealPath().resolve("outside/b"));
        Files.writeString(outside.resolve("c.txt"), "c");
        Places.delete(web.resolve("a"));
        Files.createSymbolicLink(web.resolve("a"), outside.getParent());
        Path canary = Files.writeString(outside.resolve("canary"), "canary");
        Files.delete(web.resolve("index.html"));
        Files.createSymbolicLink(web.resolve("index.html"), canary);
        Files.delete(web.resolve("static/fixed.js"));
        Files.createLink(web.resolve("static/fixed.js"), canary);
        Files.delete(web.resolve(ReleaseSite.script(1)));
        new ProcessBuilder("mkfifo", web.resolve(ReleaseSite.script(1)).toString())
                .start()
                .waitFor();
        Path kept = restore("index.html", "a/b/c.txt", "static/fixed.js");
        assertThat(Files.isSymbolicLink(kept.resolve("a"))).isTrue();
        assertThat(canary).hasContent("canary");
        assertThat(outside.getParent()).isDirectoryRecursivelyContaining(path -> path.endsWith("canary"));
        site.assertServes("r1");
    }

    @Test
    void filesThatTheReleaseHasNotStayAndAreNoDrift() throws Exception {
        Files.writeString(web.resolve("extra.txt"), "x");
        Files.createSymbolicLink(web.resolve("extra"), web);
        assertThat(isRight()).isTrue();
        Files.delete(web.resolve("index.html"));
        restore("index.html");
        assertThat(web.resolve("extra.txt")).hasContent("x");
    }

    @Test
    void whatWasOnlyTouchedIsNoDrift() throws Exception {
        for (String path : site.hashes("r1").keySet()) {
            Files.setLastModifiedTime(web.resolve(path), FileTime.fromMillis(0));
        }
        Files.writeString(web.resolve("a/b/c.txt"), "c");
        assertThat(isRight()).isTrue();
    }

    @Test
    void aClockThatWasSetBackHidesNoChange() throws Exception {
        InstantSource system = InstantSource.system();
        boolean[] ahead = {true};
        ReleaseProbe early = new ReleaseProbe(
                site.places(),
                () -> Optional.of("r1"),
                Set::of,
                () -> ahead[0] ? system.instant().plusSeconds(3_600) : system.instant());
        assertThat(early.look(List.of())).isInstanceOf(Observation.Passed.class);
        Files.writeString(web.resolve("a/b/c.txt"), "x");
        ahead[0] = false;
        assertThat(early.look(List.of())).isInstanceOf(Observation.Failed.class);
    }

    @Test
    void whatWasInPlaceOfWhatWasPutBackIsKeptOfSeveralTimes() throws Exception {
        Files.writeString(web.resolve("index.html"), "first");
        Path first = restore("index.html");
        Files.writeString(web.resolve("static/fixed.js"), "second");
        assertThat(restore("static/fixed.js").resolve("static/fixed.js")).hasContent("second");
        assertThat(first.resolve("index.html")).hasContent("first");
    }

    /// What was kept is still whoever's it was.
    @Test
    void nothingIsKeptThroughALinkThatWasKept() throws Exception {
        Path elsewhere = Files.createDirectories(folder.toRealPath().resolve("elsewhere"));
        Places.delete(web.resolve("a"));
        Files.createSymbolicLink(web.resolve("a"), elsewhere);
        restore("a/b/c.txt");
        Files.writeString(web.resolve("a/b/c.txt"), "x");
        assertThat(restore("a/b/c.txt").resolve("a/b/c.txt")).hasContent("x");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aTreeOfThousandsOfLevelsIsDeleted() throws Exception {
        Path deep = Files.createDirectories(site.places().restored().resolve("deep"));
        new ProcessBuilder("perl", "-e", "for (1..3000) { mkdir 'd' and chdir 'd' or die $! }")
                .directory(deep.toFile())
                .start()
                .waitFor();
        Places.delete(deep);
        assertThat(site.places().restored()).isEmptyDirectory();
    }

    @Test
    void withoutAReleaseThereIsNoDrift() {
        assertThat(new ReleaseProbe(site.places(), Optional::empty, Set::of, InstantSource.system()).look(List.of()))
                .isInstanceOf(Observation.Passed.class);
        assertThat(new ReleaseProbe(site.places(), () -> Optional.of("r7"), Set::of, InstantSource.system())
                        .look(List.of()))
                .isInstanceOf(Observation.Unknown.class);
    }
}
