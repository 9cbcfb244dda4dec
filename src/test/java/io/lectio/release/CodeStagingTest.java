package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.policy.PrivatePatterns;
import io.lectio.host.Folders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeStagingTest {
    private static final List<String> OTHERS = List.of(
            "db.sqlite3",
            "db.sqlite3-wal",
            "school.data",
            "school.data-journal",
            "media/a.png",
            ".env",
            "env/pyvenv.cfg",
            "env/lib/django/__init__.py",
            "panel/__pycache__/urls.cpython-311.pyc",
            "error.log",
            "db.sqlite3.before-20261129T154508.112Z",
            "staticfiles/admin.css",
            "backups/db.sqlite3.gz",
            "celerybeat-schedule",
            "panel/dump.private");

    private Path live = Path.of("");
    private Places places = new Places(live, live);
    private CodeStaging staging = new CodeStaging(places, files());
    private final Map<String, String> others = new TreeMap<>();

    private CodeFiles files() {
        return new CodeFiles(
                live, new PrivatePatterns(List.of("*.private")), List.of(live.resolve("school.data"), Path.of("/srv")));
    }

    @BeforeEach
    void project(@TempDir Path folder) throws IOException {
        live = Files.createDirectories(folder.toRealPath().resolve("site/site"));
        places = Places.ofCode(Folders.above(live), live);
        staging = new CodeStaging(places, files());
        write("manage.py", "manage 1");
        write("panel/__init__.py", "");
        write("panel/urls.py", "urls 1");
        write("old/only.py", "old");
        for (String other : OTHERS) {
            write(other, "of " + other);
        }
        others.putAll(now());
        others.keySet().retainAll(OTHERS);
        assertThat(others).hasSize(OTHERS.size());
    }

    private void write(String path, String text) throws IOException {
        Files.createDirectories(Folders.above(live.resolve(path)));
        Files.writeString(live.resolve(path), text);
    }

    private Map<String, String> now() throws IOException {
        return ReleaseSite.hashes(live);
    }

    private SampleBuild second() {
        return new SampleBuild()
                .with("manage.py", "manage 1")
                .with("panel/__init__.py", "")
                .with("panel/urls.py", "urls 2")
                .with("lessons/__init__.py", "")
                .with("lessons/deep/views.py", "views")
                .with("panel/extra.py", "extra")
                .with("db.sqlite3", "an empty one, from a laptop")
                .with(".env", "a laptop's")
                .with("media/a.png", "a laptop's");
    }

    /// Over a first release that is as if it had been handed in.
    private CodeStaging.Plan staged() throws IOException, BadArchive {
        staging.adopt("r1");
        Files.delete(places.release("r1").resolve("found"));
        return stagedOverIt();
    }

    private CodeStaging.Plan stagedOverIt() throws IOException, BadArchive {
        Reception.ofCode(places, files()).take("r2", new ByteArrayInputStream(second().tar()));
        staging.keep("r2");
        return staging.stage("r2", Optional.of("r1"));
    }

    private void othersAreUntouched() throws IOException {
        assertThat(now()).containsAllEntriesOf(others);
    }

    @Test
    void whatIsNoCodeIsOfNoRelease() throws IOException {
        assertThat(staging.adopt("r1").byPath())
                .containsOnlyKeys("manage.py", "panel/__init__.py", "panel/urls.py", "old/only.py", Places.ID_FILE);
    }

    @Test
    void aFolderWithoutManagePyIsNoProject() throws IOException {
        Files.delete(live.resolve("manage.py"));
        assertThatThrownBy(() -> staging.adopt("r1")).hasMessageContaining("no manage.py");
        assertThat(places.release("r1")).doesNotExist();
    }

    @Test
    void onlyWhatDiffersIsExchangedAndComesBack() throws IOException, BadArchive {
        Map<String, String> before = now();
        Object manage = Files.getAttribute(live.resolve("manage.py"), "unix:ino");
        CodeStaging.Plan plan = staged();
        assertThat(plan.files())
                .containsExactlyInAnyOrder("panel/urls.py", "lessons", "panel/extra.py", Places.ID_FILE);
        assertThat(plan.gone()).containsExactly("old/only.py");
        assertThat(now()).isEqualTo(before);
        staging.take("r2");
        assertThat(staging.changed("r2")).isEmpty();
        assertThat(live.resolve("old/only.py")).doesNotExist();
        assertThat(live.resolve(Places.ID_FILE)).hasContent("r2\n");
        assertThat(Files.getAttribute(live.resolve("manage.py"), "unix:ino")).isEqualTo(manage);
        othersAreUntouched();
        assertThat(staging.giveBack("r2")).isTrue();
        assertThat(now()).isEqualTo(before);
    }

    @Test
    void cutOffAnywhereItIsFinishedOrUndoneAndTwiceIsAsOnce() throws IOException, BadArchive {
        Map<String, String> before = now();
        int moves = staged().files().size() + 1;
        for (int done = 0; done <= moves; done++) {
            staging.stage("r2", Optional.of("r1"));
            List<CodeStaging.Move> all = staging.moves("r2");
            assertThat(all).hasSize(moves);
            for (CodeStaging.Move move : all.subList(0, done)) {
                staging.make("r2", move);
            }
            staging.giveBack("r2");
            assertThat(now()).as("undone after " + done).isEqualTo(before);
            for (CodeStaging.Move move : all.subList(0, done)) {
                staging.make("r2", move);
            }
            staging.take("r2");
            staging.take("r2");
            assertThat(staging.changed("r2")).as("finished after " + done).isEmpty();
            othersAreUntouched();
            staging.giveBack("r2");
            staging.giveBack("r2");
            assertThat(now()).isEqualTo(before);
        }
    }

    @Test
    void whatWasFoundInTheLiveFolderIsNeverTakenAway() throws IOException, BadArchive {
        staging.adopt("r1");
        assertThat(stagedOverIt().gone()).isEmpty();
        staging.take("r2");
        assertThat(live.resolve("old/only.py")).hasContent("old");
        othersAreUntouched();
    }

    /// By the kernel: from one effect on the disk on, each fails, also those that would clean up.
    @Test
    void cutOffAtAnyEffectWhatWasFoundIsNeverTakenForWhatWasHandedIn() throws IOException {
        assumeTrue(CutOff.isPossibleHere(), "the table of system calls is that of x86-64");
        boolean cut = true;
        for (int at = 0; cut; at++) {
            cut = CutOff.run(at, _ -> {}, () -> staging.adopt("r1")).cut();
            if (staging.isStored("r1")) {
                assertThat(staging.isFound("r1")).as("cut off at effect " + at).isTrue();
            }
        }
        assertThat(staging.isFound("r1")).isTrue();
    }

    @Test
    void cutOffAtAnyEffectAnExchangeIsFinishedOrUndone() throws IOException, BadArchive {
        assumeTrue(CutOff.isPossibleHere(), "the table of system calls is that of x86-64");
        Map<String, String> before = now();
        staged();
        boolean cut = true;
        for (int at = 0; cut; at++) {
            staging.stage("r2", Optional.of("r1"));
            cut = CutOff.run(at, _ -> {}, () -> staging.take("r2")).cut();
            othersAreUntouched();
            CutOff.Ran _ = CutOff.run(at, _ -> {}, () -> staging.giveBack("r2"));
            staging.giveBack("r2");
            assertThat(now()).as("undone, cut off at effect " + at).isEqualTo(before);
            CutOff.Ran _ = CutOff.run(at, _ -> {}, () -> staging.take("r2"));
            staging.take("r2");
            assertThat(staging.changed("r2"))
                    .as("finished, cut off at effect " + at)
                    .isEmpty();
            staging.giveBack("r2");
        }
    }

    @Test
    void whatAnExchangeHasTakenOutIsPutAwayAndNotDeleted() throws IOException, BadArchive {
        staged();
        write("panel/urls.py", "by hand");
        staging.take("r2");
        staging.stage("r2", Optional.of("r1"));
        staging.forget(Set.of("r1", "r2"), "r3");
        try (Stream<Path> kept = Files.walk(places.kept())) {
            assertThat(kept.filter(path -> path.endsWith("panel/urls.py")))
                    .anySatisfy(path -> assertThat(path).hasContent("by hand"));
        }
        assertThat(places.stage("r2")).doesNotExist();
    }

    @Test
    void anEditIsToldFromWhatTwoReleasesHave() throws IOException, BadArchive {
        staged();
        assertThat(staging.changed("r2", "r1")).isEmpty();
        staging.take("r2");
        assertThat(staging.changed("r2", "r1")).isEmpty();
        write("panel/urls.py", "by hand");
        assertThat(staging.changed("r2", "r1")).containsExactly("panel/urls.py");
    }

    @Test
    void whatSomebodyHasChangedOrAddedIsTold() throws IOException, BadArchive {
        staged();
        write("panel/urls.py", "by hand");
        write("panel/extra.py", "by hand");
        assertThat(staging.changed("r1")).containsExactly("panel/urls.py");
        assertThat(staging.inTheWay("r2", Optional.of("r1"))).containsExactly("panel/extra.py");
        assertThat(staging.inTheWay("r2", Optional.empty())).contains("panel/urls.py", "panel/extra.py");
    }

    @Test
    void aStoredReleaseComesBackAfterAnother() throws IOException, BadArchive {
        staged();
        staging.take("r2");
        staging.stage("r1", Optional.of("r2"));
        staging.take("r1");
        assertThat(staging.changed("r1")).isEmpty();
        assertThat(live.resolve("lessons/deep/views.py")).doesNotExist();
        assertThat(live.resolve("panel/extra.py")).doesNotExist();
        othersAreUntouched();
    }

    @Test
    void aLinkInTheLiveFolderLeadsNowhere() throws IOException, BadArchive {
        Path outside = Files.createDirectories(Folders.above(live).resolve("outside"));
        staged();
        Files.move(live.resolve("panel"), Folders.above(live).resolve("panel"));
        Files.createSymbolicLink(live.resolve("panel"), outside);
        assertThatThrownBy(() -> {
                    staging.stage("r2", Optional.of("r1"));
                    staging.take("r2");
                })
                .isInstanceOf(IOException.class);
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void anArchiveWithoutManagePyIsRefused() throws IOException {
        byte[] pages = new SampleBuild().with("index.html", "<p>").tar();
        assertThatThrownBy(() -> Reception.ofCode(places, files()).take("r2", new ByteArrayInputStream(pages)))
                .isInstanceOf(BadArchive.class)
                .hasMessageContaining("manage.py");
        assertThat(Set.of(places.incoming("r2"), places.incoming("r2.part"))).noneMatch(Files::exists);
    }
}
