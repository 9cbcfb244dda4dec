package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Remedy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each step of a deploy is cut off before its first effect on the disk, before its second, and so on until it runs
/// through. Whatever it has left, a new guard that begins it anew ends where a run that was never cut off ends; and
/// before each effect what is served is looked at.
@Tag("slow")
class CutOffAnywhereTest {
    private static final String HACKED = "hacked, and longer than it was";
    private static final int OFTEN_TWICE = 3;

    @TempDir
    private Path folder = Path.of("");

    private static final CutOff.Look NOBODY = _ -> {};

    interface Doing {
        void with(ReleaseSite site) throws Exception;
    }

    @BeforeEach
    void needsItsSystemCalls() {
        assumeTrue(CutOff.isPossibleHere(), "the table of system calls is that of x86-64");
    }

    /// @param served what visitors must find at each instant
    /// @return the effects of a run that is not cut off
    private List<String> everywhere(Doing before, Doing served, Doing step) throws Exception {
        ReleaseSite whole = site("whole", before);
        CutOff.Ran clean = CutOff.run(CutOff.NEVER, _ -> look(served, whole), () -> step.with(whole));
        assertThat(clean.error()).isEmpty();
        Map<String, String> wanted = all(folder.resolve("whole"));
        assertThat(clean.effects()).isNotEmpty();
        for (int at = 0; ; at++) { // how many effects there are, depends on which numbers new folders get
            String name = "cut-" + at;
            String what = "cut off before " + at + " of " + clean.effects().size();
            ReleaseSite cut = site(name, before);
            CutOff.Ran first = failing(at, () -> step.with(cut));
            served.with(cut);
            if (!first.cut()) {
                assertThat(first.error()).isEmpty();
                return clean.effects();
            }
            if (at % OFTEN_TWICE == 0) {
                ReleaseSite again = ReleaseSite.in(folder.resolve(name));
                CutOff.run(at / 2, NOBODY, () -> step.with(again));
                served.with(again);
            }
            ReleaseSite last = ReleaseSite.in(folder.resolve(name));
            assertThat(CutOff.run(CutOff.NEVER, NOBODY, () -> step.with(last)).error())
                    .as(what)
                    .isEmpty();
            Map<String, String> left = all(folder.resolve(name));
            assertThat(left.keySet()).as(what).isEqualTo(wanted.keySet());
            assertThat(left).as(what).isEqualTo(wanted);
            Scratch.remove(folder.resolve(name));
        }
    }

    /// Work whose effect fails, and in this class all after it.
    CutOff.Ran failing(int at, CutOff.Work work) throws IOException {
        return CutOff.run(at, NOBODY, work);
    }

    private static void look(Doing served, ReleaseSite site) throws IOException {
        try {
            served.with(site);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private ReleaseSite site(String name, Doing before) throws Exception {
        ReleaseSite site = ReleaseSite.in(Files.createDirectories(folder.resolve(name)));
        assertThat(CutOff.run(CutOff.NEVER, NOBODY, () -> before.with(site)).error())
                .isEmpty();
        return site;
    }

    /// What lies in a folder, with owners, modes and contents; of the notes of inodes only that they are there. What
    /// was
    /// in the place of files that were put back, each run keeps on its own.
    private static Map<String, String> all(Path top) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(top)) {
            walk.filter(each -> !top.relativize(each).toString().contains("/restored/"))
                    .forEach(each -> all.put(top.relativize(each).toString(), one(each)));
        }
        return all;
    }

    private static String one(Path path) {
        try {
            boolean read = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && !path.endsWith("staged");
            return Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS)
                    + (read ? Manifest.sha256(path) : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void take(ReleaseSite site, Step step, String release) throws IOException, InterruptedException {
        Deploy.Kind kind = step == Step.ADOPT ? Deploy.Kind.ADOPTED : Deploy.Kind.NEW;
        Change change = new Change(Part.PAGES, release, step == Step.ADOPT ? Optional.empty() : Optional.of("r1"));
        Deploy deploy = Deploy.offer(release, kind, Set.of(Part.PAGES), release, "", 0, 0, "root", false);
        StepResult result = site.releases().take(step, deploy, change);
        if (!(result instanceof StepResult.Done || result instanceof StepResult.Stored)) {
            throw new IOException(result.said());
        }
    }

    private static void restore(ReleaseSite site) throws IOException, InterruptedException {
        RepairResult result = site.releases().run(new Remedy.Restore("r1", Instant.EPOCH), "1-1");
        if (!(result instanceof RepairResult.Restored)) {
            throw new IOException(result.toString());
        }
    }

    private static void firstIsLive(ReleaseSite site) throws Exception {
        site.deploy("r1", ReleaseSite.build(1).with("a/b/c.txt", "c").with("a/b/d.txt", "d"), Optional.empty());
    }

    private static void secondIsReady(ReleaseSite site) throws Exception {
        firstIsLive(site);
        site.stage("r2", ReleaseSite.build(2), Optional.of("r1"));
    }

    private static void secondIsLive(ReleaseSite site) throws Exception {
        secondIsReady(site);
        site.live().take("r2");
    }

    private static void oneOfThem(ReleaseSite site) throws IOException {
        assertThat(ReleaseSite.hashes(site.web())).isIn(site.hashes("r1"), site.hashes("r2"));
    }

    @Test
    void storingWhatIsLive() throws Exception {
        SampleBuild build = ReleaseSite.build(1).with("a/b/c.txt", "c");
        Map<String, String> own = new TreeMap<>();
        build.manifest().entries().forEach(entry -> own.put(entry.path(), entry.sha256()));
        List<String> effects = everywhere(
                site -> build.write(site.web()),
                site -> assertThat(ReleaseSite.hashes(site.web())).isEqualTo(own),
                site -> take(site, Step.ADOPT, "r1"));
        assertWrittenBeforeItsName(effects);
        assertThat(effects.getLast()).isEqualTo("syncfs");
    }

    @Test
    void stagingOfANewRelease() throws Exception {
        List<String> effects = everywhere(
                site -> {
                    firstIsLive(site);
                    for (Path old :
                            List.of(site.places().files("old"), site.places().stage("old"))) {
                        Files.writeString(Files.createDirectories(old).resolve("index.html"), "old");
                    }
                    site.handIn("r2", ReleaseSite.build(2));
                },
                site -> {
                    site.assertServes("r1");
                    assertThat(ReleaseSite.hashes(site.places().files("r1"))).isEqualTo(site.hashes("r1"));
                },
                site -> take(site, Step.STAGE, "r2"));
        assertWrittenBeforeItsName(effects);
        assertThat(effects).contains("mkdir r2.part", "rename r2").endsWith("write", "syncfs");
    }

    /// A power cut loses what was not synced: the manifest's name is given to what has been written.
    private static void assertWrittenBeforeItsName(List<String> effects) {
        int named = effects.lastIndexOf("rename manifest");
        assertThat(effects.get(named - 1)).isEqualTo("fsync");
        assertThat(effects.subList(effects.lastIndexOf("openat manifest.new") + 1, named))
                .as("in " + effects)
                .allMatch(each -> each.equals("write") || each.equals("fsync"));
    }

    @Test
    void theSwitch() throws Exception {
        List<String> effects = everywhere(
                CutOffAnywhereTest::secondIsReady,
                CutOffAnywhereTest::oneOfThem,
                site -> take(site, Step.SWITCH, "r2"));
        assertThat(effects).containsExactly("renameat2 build", "syncfs");
    }

    /// Only a power cut would show it.
    @Test
    void whatWasCutOffBeforeItWasSyncedIsSyncedByWhoBeginsItAnew() throws Exception {
        ReleaseSite site = site("cut", CutOffAnywhereTest::secondIsReady);
        for (Step step : List.of(Step.SWITCH, Step.UNDO)) {
            assertThat(CutOff.run(1, NOBODY, () -> take(site, step, "r2")).effects())
                    .containsExactly("renameat2 build");
            assertThat(CutOff.run(CutOff.NEVER, NOBODY, () -> take(site, step, "r2"))
                            .effects())
                    .containsExactly("syncfs");
        }
    }

    @Test
    void theFirstSwitchWhereNothingWasLive() throws Exception {
        everywhere(
                site -> site.stage("r2", ReleaseSite.build(2), Optional.empty()),
                site -> {
                    if (Files.exists(site.web())) {
                        site.assertServes("r2");
                    }
                },
                site -> take(site, Step.SWITCH, "r2"));
    }

    @Test
    void theUndoing() throws Exception {
        List<String> effects = everywhere(
                CutOffAnywhereTest::secondIsLive, CutOffAnywhereTest::oneOfThem, site -> take(site, Step.UNDO, "r2"));
        assertThat(effects).containsExactly("renameat2 build", "syncfs");
    }

    @Test
    void theUndoingWhereSomebodyHasRemovedTheNewRelease() throws Exception {
        everywhere(
                site -> {
                    secondIsLive(site);
                    Places.delete(site.web());
                },
                site -> {
                    if (Files.exists(site.web())) {
                        site.assertServes("r1");
                    }
                },
                site -> take(site, Step.UNDO, "r2"));
    }

    @Test
    void aRollbackToAReleaseThatIsToBeStagedFirst() throws Exception {
        everywhere(
                site -> {
                    secondIsLive(site);
                    Places.delete(site.places().stage("r2"));
                },
                CutOffAnywhereTest::oneOfThem,
                site -> site.releases().goBack(new Change(Part.PAGES, "r1", Optional.of("r2"))));
    }

    @Test
    void theReceptionOfABuild() throws Exception {
        everywhere(CutOffAnywhereTest::firstIsLive, site -> site.assertServes("r1"), site -> {
            Places.delete(site.places().incoming("r2")); // a fault may have been survived
            site.handIn("r2", ReleaseSite.build(2));
        });
    }

    /// A file is the one that was found or the release's, and a folder that had gone is there with all that is in it.
    @Test
    void puttingFilesBack() throws Exception {
        List<String> effects = everywhere(
                site -> {
                    firstIsLive(site);
                    Files.writeString(site.web().resolve("index.html"), HACKED);
                    Files.delete(site.web().resolve("static/fixed.js"));
                    Places.delete(site.web().resolve("a"));
                },
                site -> {
                    Map<String, String> seen = ReleaseSite.hashes(site.web());
                    site.hashes("r1").forEach((path, right) -> {
                        if (!path.equals("index.html")) {
                            assertThat(seen.getOrDefault(path, right)).as(path).isEqualTo(right);
                        }
                    });
                    assertThat(seen).containsKey("index.html");
                    assertThat(seen.containsKey("a/b/c.txt")).isEqualTo(seen.containsKey("a/b/d.txt"));
                    hackedOrReleased(site);
                },
                CutOffAnywhereTest::restore);
        assertThat(effects.stream().filter(each -> each.contains("sync") || each.startsWith("renameat2")))
                .as("each is written before it has its name")
                .containsExactly(
                        "syncfs",
                        "renameat2 a",
                        "fsync",
                        "renameat2 index.html",
                        "renameat2 index.html",
                        "fsync",
                        "renameat2 fixed.js");
    }

    /// What was found in its place is somewhere, until it is known to be kept: at each instant.
    private static void hackedOrReleased(ReleaseSite site) throws IOException {
        String found = Files.readString(site.web().resolve("index.html"));
        if (!found.equals(HACKED)) {
            assertThat(Manifest.sha256(site.web().resolve("index.html")))
                    .isEqualTo(site.hashes("r1").get("index.html"));
            try (Stream<Path> kept = Files.walk(site.places().restored())) {
                assertThat(kept.filter(Files::isRegularFile).map(CutOffAnywhereTest::text))
                        .contains(HACKED);
            }
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void puttingTheWholeFolderBack() throws Exception {
        everywhere(
                site -> {
                    firstIsLive(site);
                    Places.delete(site.web());
                },
                site -> {
                    if (Files.exists(site.web())) {
                        site.assertServes("r1");
                    }
                },
                CutOffAnywhereTest::restore);
    }
}
