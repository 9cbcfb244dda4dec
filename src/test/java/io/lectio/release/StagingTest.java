package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    private static final Optional<String> NONE = Optional.empty();

    @TempDir
    private Path folder = Path.of("");

    private ReleaseSite site;

    @BeforeEach
    void layOut() throws IOException {
        site = ReleaseSite.in(folder);
    }

    private int age(String release, String path) throws IOException {
        return site.manifest(release).find(path).map(Manifest.Entry::age).orElse(-1);
    }

    @Test
    void allIsTheWebUsersBeforeItCanBeLive() throws Exception {
        site.stage("r1", ReleaseSite.build(1).with("a/b/c.txt", "x"), NONE);
        Path stage = site.places().stage("r1");
        try (Stream<Path> all = Files.walk(stage)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                assertThat(Files.getAttribute(each, "unix:uid"))
                        .isEqualTo(site.user().uid());
                assertThat(Files.getAttribute(each, "unix:gid"))
                        .isEqualTo(site.user().gid());
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .isEqualTo(Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--");
            }
        }
        assertThat(Files.exists(site.web())).isFalse();
        assertThat(ReleaseSite.hashes(stage)).isEqualTo(site.hashes("r1"));
    }

    @Test
    void theStoreIsClosedToEverybodyElse() throws Exception {
        site.stage("r1", ReleaseSite.build(1), NONE);
        Path store = folder.toRealPath().resolve(".lectio");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store)))
                .isEqualTo("rwx------");
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwxr-x---"));
        assertThatThrownBy(() -> site.handIn("r2", ReleaseSite.build(2))).hasMessageContaining("must be root's");
    }

    @Test
    void aLinkInPlaceOfTheStoreIsNotTaken() throws Exception {
        Path elsewhere = Files.createDirectory(folder.toRealPath().resolve("elsewhere"));
        Files.createSymbolicLink(folder.toRealPath().resolve(".lectio"), elsewhere);
        assertThatThrownBy(() -> site.handIn("r1", ReleaseSite.build(1))).hasMessageContaining("must be root's");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void theReleaseTellsItsId() throws Exception {
        site.deploy("r1", ReleaseSite.build(1).with(Places.ID_FILE, "somebody else's"), NONE);
        assertThat(site.web().resolve(Places.ID_FILE)).hasContent("r1\n");
        assertThat(age("r1", Places.ID_FILE)).isZero();
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        assertThat(site.web().resolve(Places.ID_FILE)).hasContent("r2\n");
    }

    @Test
    void oldPagesFindTheirScriptsForTwoReleases() throws Exception {
        site.deploy("r1", ReleaseSite.build(1), NONE);
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        site.deploy("r3", ReleaseSite.build(3), Optional.of("r2"));
        assertThat(age("r3", ReleaseSite.script(3))).isZero();
        assertThat(age("r3", ReleaseSite.script(2))).isEqualTo(1);
        assertThat(age("r3", ReleaseSite.script(1))).isEqualTo(2);
        assertThat(site.web().resolve(ReleaseSite.script(1))).hasContent("main of 1");
        assertThat(site.web().resolve("static/fixed.js")).hasContent("fixed of 3");
        site.assertServes("r3");
        site.deploy("r4", ReleaseSite.build(4), Optional.of("r3"));
        assertThat(age("r4", ReleaseSite.script(1))).isEqualTo(-1);
        assertThat(site.web().resolve(ReleaseSite.script(1))).doesNotExist();
        site.assertServes("r4");
    }

    @Test
    void aScriptThatIsInTheBuildAgainIsOfTheBuild() throws Exception {
        site.deploy("r1", ReleaseSite.build(1), NONE);
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        site.deploy("r3", ReleaseSite.build(1), Optional.of("r2"));
        assertThat(age("r3", ReleaseSite.script(1))).isZero();
        assertThat(age("r3", ReleaseSite.script(2))).isEqualTo(1);
    }

    @Test
    void whatHasNoHashInItsNameIsNotCarriedOn() throws Exception {
        site.deploy(
                "r1",
                SampleBuild.cra()
                        .with("about-contacts.html", "x")
                        .with("firebase-messaging-sw.js", "x")
                        .with("google0a1b2c3d4e5f.html", "x")
                        .with("mstile-150x150.png", "x"),
                NONE);
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        assertThat(site.manifest("r2").entries().stream()
                        .filter(entry -> entry.age() > 0)
                        .map(Manifest.Entry::path))
                .containsExactly(
                        "static/css/main.e6c13ad2.css",
                        "static/js/787.c0ffee11.chunk.js",
                        "static/js/main.0a1b2c3d.js",
                        "static/media/f.aabbccdd00112233.woff2",
                        "static/media/hero.1f2e3d4c5b6a79881234.png",
                        "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
                        "static/media/Фон.77665544332211009988.png");
    }

    @Test
    void vitesNamesAreHashes() throws Exception {
        site.deploy("r1", SampleBuild.vite(), NONE);
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        assertThat(site.manifest("r2").entries().stream().filter(entry -> entry.age() == 1))
                .hasSize(8)
                .allMatch(entry -> entry.path().startsWith("assets/"));
    }

    @Test
    void aNewFileOrFolderWhereAnOldScriptWasIsTheNewOne() throws Exception {
        site.deploy("r1", ReleaseSite.build(1).with("old/a.0a1b2c3d.js", "old"), NONE);
        site.deploy(
                "r2",
                new SampleBuild()
                        .with("index.html", "x")
                        .with("old", "a file")
                        .with(ReleaseSite.script(1) + "/inner", "a folder"),
                Optional.of("r1"));
        assertThat(site.web().resolve("old")).hasContent("a file");
        assertThat(site.web().resolve(ReleaseSite.script(1) + "/inner")).hasContent("a folder");
        site.assertServes("r2");
    }

    @Test
    void theSameBuildHasTheSameContent() throws Exception {
        site.handIn("r1", ReleaseSite.build(1));
        Manifest first = site.staging().keep("r1", NONE);
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        site.handIn("r3", ReleaseSite.build(1).with(Places.ID_FILE, "r9"));
        Manifest again = site.staging().keep("r3", Optional.of("r2"));
        assertThat(again.content()).isEqualTo(first.content());
        assertThat(site.manifest("r2").content()).isNotEqualTo(first.content());
        assertThat(new Manifest(again.entries().reversed())).isEqualTo(again);
    }

    @Test
    void oddNamesArriveAsTheyAre() throws Exception {
        SampleBuild odd = ReleaseSite.build(1);
        for (String name : new String[] {
            "db",
            "files",
            "manifest",
            "staged",
            "new",
            " a ",
            "a  b",
            "Урок №1.txt",
            "-rf",
            "$(id)",
            "*",
            "%2e",
            "'\"`",
            "x.part",
            "a;b",
            "😀/e\u0301"
        }) {
            odd.with("odd/" + name, name).with(name, name);
        }
        site.deploy("r1", odd, NONE);
        site.assertServes("r1");
        assertThat(site.hashes("r1")).hasSize(odd.files().size() + 1);
        Manifest adopted = site.staging().adopt("r2");
        assertThat(adopted.content()).isEqualTo(site.manifest("r1").content());
    }

    @Test
    void aStoredReleaseThatIsDamagedIsNotServed() throws Exception {
        site.deploy("r1", ReleaseSite.build(1), NONE);
        Files.writeString(site.places().files("r1").resolve("static/fixed.js"), "fixed of 7");
        assertThatThrownBy(() -> site.staging().stage("r1", site.user()))
                .hasMessage("the stored release r1 is damaged: static/fixed.js");
    }

    @Test
    void aDamagedReleaseDoesNotKeepTheNextOneFromBeingDeployed() throws Exception {
        site.deploy("r1", ReleaseSite.build(1).with("b.11223344.js", "b"), NONE);
        Files.writeString(site.places().files("r1").resolve(ReleaseSite.script(1)), "main of 7");
        Files.delete(site.places().files("r1").resolve("b.11223344.js"));
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        assertThat(site.hashes("r2")).hasSize(4);
        site.assertServes("r2");
    }

    @Test
    void aManifestThatIsDamagedIsAnErrorThatNamesIt() throws Exception {
        site.deploy("r1", ReleaseSite.build(1), NONE);
        Files.writeString(site.places().manifest("r1"), "abc 12 0\n");
        assertThatThrownBy(() -> site.staging().stage("r1", site.user())).hasMessageContaining("manifest is damaged");
    }

    @Test
    void whatWasHandedInAndIsGoneIsToldSo() {
        assertThatThrownBy(() -> site.staging().keep("r1", NONE))
                .hasMessage("what was handed in is gone: deploy it again");
    }

    @Test
    void aLiveFolderThatIsALinkIsRefused() throws Exception {
        Files.createSymbolicLink(site.web(), folder.toRealPath());
        site.handIn("r1", ReleaseSite.build(1));
        assertThatThrownBy(() -> site.staging().keep("r1", NONE)).hasMessageContaining("is a link");
    }

    @Test
    void onlyWhatIsNeededIsKept() throws Exception {
        site.deploy("r1", ReleaseSite.build(1), NONE);
        site.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        site.deploy("r3", ReleaseSite.build(3), Optional.of("r2"));
        site.staging().forget(Set.of("r2"), "r3");
        try (Stream<Path> releases = Files.list(site.places().releases());
                Stream<Path> stages = Files.list(site.places().stage("r3").getParent())) {
            assertThat(releases.map(each -> each.getFileName().toString())).containsExactlyInAnyOrder("r2", "r3");
            assertThat(stages).containsExactly(site.places().stage("r3"));
        }
        assertThat(ReleaseSite.hashes(site.places().stage("r3"))).isEqualTo(site.hashes("r2"));
    }

    @Test
    void whatIsPrivateIsNeitherAdoptedNorReceivedNorMadePublic() throws Exception {
        ReleaseSite.build(1).write(site.web());
        Files.writeString(site.web().resolve(".env"), "SECRET=1");
        Files.writeString(site.web().resolve("old.private"), "secret");
        assertThat(site.staging().adopt("r1").entries())
                .extracting(Manifest.Entry::path)
                .doesNotContain(".env", "old.private");
        site.deploy("r2", ReleaseSite.build(2).with(".DS_Store", "x").with("notes.private", "x"), Optional.of("r1"));
        assertThat(ReleaseSite.hashes(site.web()))
                .doesNotContainKeys(".env", ".DS_Store", "notes.private", "old.private");
    }

    @Test
    void whoCanWriteAboveTheStoreIsToldSoAndNothingIsStored() throws Exception {
        ReleaseSite.build(1).write(site.web());
        Path above = site.places().store().getRoot().resolve(folder.toRealPath());
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> site.staging().adopt("r1")).hasMessageContaining(above + " must be root's");
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx------"));
        assertThat(site.staging().adopt("r1").entries()).isNotEmpty();
    }

    @Test
    void whatIsLiveIsAdopted() throws Exception {
        SampleBuild build = SampleBuild.cra();
        build.write(site.web());
        Files.createDirectory(site.web().resolve("empty"));
        Manifest manifest = site.staging().adopt("r1");
        assertThat(manifest.content()).isEqualTo(build.manifest().content());
        assertThat(ReleaseSite.hashes(site.places().files("r1"))).isEqualTo(site.hashes("r1"));
        assertThat(manifest.find(Places.ID_FILE)).isPresent();
        assertThat(site.staging().adopt("r1")).isEqualTo(manifest);
    }

    @Test
    @Timeout(10)
    void whatNoReleaseCanHoldIsNotAdopted() throws Exception {
        assertThatThrownBy(() -> site.staging().adopt("r1")).hasMessageContaining("is not there");
        ReleaseSite.build(1).write(site.web());
        Path secret = Files.writeString(folder.toRealPath().resolve("secret"), "canary");
        Path odd = site.web().resolve("odd");
        Files.createSymbolicLink(odd, secret);
        assertThatThrownBy(() -> site.staging().adopt("r1")).hasMessageContaining("odd: a symbolic link");
        Files.delete(odd);
        Files.createLink(odd, secret);
        assertThatThrownBy(() -> site.staging().adopt("r1")).hasMessageContaining("odd: several hard links");
        Files.delete(odd);
        new ProcessBuilder("mkfifo", odd.toString()).start().waitFor();
        assertThatThrownBy(() -> site.staging().adopt("r1")).hasMessageContaining("odd: neither file nor folder");
        assertThat(Files.exists(site.places().manifest("r1"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void aHugeFileOfHolesIsNotAdopted() throws Exception {
        ReleaseSite.build(1).write(site.web());
        try (var file = new java.io.RandomAccessFile(site.web().resolve("huge").toFile(), "rw")) {
            file.setLength(1L << 43);
        }
        assertThatThrownBy(() -> site.staging().adopt("r1")).hasMessageContaining("there is no room for it");
    }
}
