package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.host.Changes.Change;
import io.lectio.host.Changes.Checkout;
import io.lectio.host.Changes.Login;
import io.lectio.host.Changes.Packaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who was here, as the logs of Debian 12 and 13 have it, and what has changed in a folder of one's own.
class ChangesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aLoginIsReadAsJournalctlShowsItOnBothReleases() {
        assertThat(Traces.login("2026-11-29T04:01:03+0000 host sshd[12]: Accepted publickey for anna from 203.0.113.5"
                        + " port 4711 ssh2: ED25519 SHA256:abc"))
                .contains(new Login("anna", "203.0.113.5", Instant.parse("2026-11-29T04:01:03Z")));
        assertThat(Traces.login("2026-11-29T07:01:03+03:00 host sshd-session[9]: Accepted password for root from"
                        + " 2001:db8::7 port 22 ssh2"))
                .contains(new Login("root", "2001:db8::7", Instant.parse("2026-11-29T04:01:03Z")));
        assertThat(Traces.login("-- No entries --")).isEmpty();
        assertThat(Traces.login("2026-13-29T04:01:03+0000 host sshd[12]: Accepted none for a from b port 1"))
                .isEmpty();
    }

    @Test
    void ofThePackagesThoseOfThatTimeAreTold() {
        List<String> log = List.of(
                "2026-11-29 03:00:00 upgrade old:amd64 1 2",
                "2026-11-29 04:00:01 startup archives unpack",
                "2026-11-29 04:00:01 upgrade nginx:amd64 1.22.1-9 1.22.1-9+deb12u2",
                "2026-11-29 04:00:02 status half-configured nginx:amd64 1.22.1-9",
                "2026-11-29 44:00:02 install damaged:amd64 1.22.1-9",
                "2026-11-29 04:00:03 install libx:all <none> 1");
        assertThat(Traces.packages(log, at("2026-11-29T03:30"), at("2026-11-29T04:30")))
                .containsExactly(
                        new Packaged("install libx", at("2026-11-29T04:00:03")),
                        new Packaged("upgrade nginx", at("2026-11-29T04:00:01")));
    }

    private static Instant at(String local) {
        return LocalDateTime.parse(local).atZone(ZoneId.systemDefault()).toInstant();
    }

    @Test
    void aCheckoutIsThatOfTheFolderOrOfOneInItWithoutItsPassword() throws Exception {
        Path log = folder.resolve("app/.git/logs/HEAD");
        Files.createDirectories(log.resolveSibling(""));
        Files.writeString(log, """
                0000 1111 Old Hand <o@one.example> 1700000000 +0300\tclone
                1111 2222 Anna B <a@one.example> 1764388858 +0300\tpull https://ghp_x@git.example/a.git: Fast-forward\u202e
                """);
        Instant then = Instant.ofEpochSecond(1_764_388_858);
        assertThat(Traces.checkout(folder, then.minusSeconds(5), then))
                .contains(new Checkout("Anna B", "pull https://***@git.example/a.git: Fast-forward\\u202e", then));
        assertThat(Traces.checkout(folder, then.plusSeconds(1), then.plusSeconds(9)))
                .isEmpty();
        assertThat(Traces.checkout(folder.resolve("away"), then, then)).isEmpty();
    }

    private Path write(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        return Files.writeString(file, name);
    }

    private static Instant now() throws InterruptedException {
        Thread.sleep(20); // more than a tick of the file system's clock
        Instant now = Instant.now();
        Thread.sleep(20);
        return now;
    }

    private List<String> changed(Instant since) {
        ChangedFiles files = new ChangedFiles(Instant.MAX, LONG);
        files.allIn(folder, since);
        return names(files);
    }

    private List<String> names(ChangedFiles files) {
        return files.newest().stream()
                .map(each -> folder.relativize(Path.of(each.file())) + (each.folder() ? "/" : ""))
                .sorted()
                .toList();
    }

    @Test
    void aCopyThatKeepsItsTimesIsSeen() throws Exception {
        Path kept = write("conf.d/settings.py");
        Instant since = now();
        assertThat(changed(since)).isEmpty();
        FileTime written = Files.getLastModifiedTime(kept);
        Files.writeString(kept, "other");
        Files.setLastModifiedTime(kept, written);
        write("conf.d/settings.py~");
        assertThat(changed(since)).containsExactly("conf.d/settings.py");
    }

    @Test
    void whatIsGoneOrReplacedShowsByItsFolder() throws Exception {
        Path gone = write("conf.d/gone.conf");
        write("build/index.html");
        write("old/index.html");
        Instant since = now();
        Files.delete(gone);
        Files.move(folder.resolve("build"), folder.resolve("bad"));
        Files.move(folder.resolve("old"), folder.resolve("build"));
        assertThat(changed(since)).contains("conf.d/").doesNotContain("build/index.html");
        ChangedFiles build = new ChangedFiles(Instant.MAX, LONG);
        build.allIn(folder.resolve("build"), since);
        assertThat(names(build)).containsExactly("build/");
    }

    @Test
    void aFileThatIsNewIsTheOnlyChangeOfTheFoldersAboveIt() throws Exception {
        Instant since = now();
        write("a/b/new.conf");
        assertThat(changed(since)).containsExactly("a/b/new.conf");
    }

    @Test
    void ofManyTheNewestThreeAreNamed() throws Exception {
        Instant since = now();
        for (int i = 0; i < 9; i++) {
            write("site/" + i + ".py");
        }
        now();
        write("site/static/js/last.js");
        ChangedFiles files = new ChangedFiles(Instant.MAX, LONG);
        files.allIn(folder.resolve("site"), since);
        assertThat(names(files)).hasSize(3).contains("site/static/js/last.js");
        assertThat(files.more()).isEqualTo(7);
    }

    @Test
    void whatChangedAfterTheFaultIsNotTold() throws Exception {
        Instant since = now();
        write("a.conf");
        Instant until = now();
        write("b.conf");
        ChangedFiles files = new ChangedFiles(until, LONG);
        files.allIn(folder, since);
        assertThat(names(files)).containsExactly("a.conf");
    }

    @Test
    void aLinkTellsOfTheFileThatItLeadsTo() throws Exception {
        Path target = write("elsewhere/site.conf");
        write("nginx/nginx.conf");
        Files.createSymbolicLink(folder.resolve("nginx/site.conf"), target);
        Files.createSymbolicLink(folder.resolve("nginx/dangling.conf"), folder.resolve("nowhere"));
        Instant since = now();
        write("elsewhere/site.conf");
        ChangedFiles files = new ChangedFiles(Instant.MAX, LONG);
        files.allIn(folder.resolve("nginx"), since);
        assertThat(names(files)).containsExactly("elsewhere/site.conf");
        files.allIn(folder.resolve("elsewhere"), since);
        assertThat(files.more()).as("the same file once more").isZero();
    }

    @Test
    void ofALinkInTheCodeOnlyASettingsTargetIsSeen() throws Exception {
        write("uploads/one.jpg");
        write("data/db.sqlite3");
        Files.createDirectories(folder.resolve("site"));
        Files.createSymbolicLink(folder.resolve("site/media"), folder.resolve("uploads"));
        Files.createSymbolicLink(folder.resolve("site/db.sqlite3"), folder.resolve("data/db.sqlite3"));
        Files.createSymbolicLink(folder.resolve("site/masked.conf"), Path.of("/dev/null"));
        Instant since = now();
        write("uploads/two.jpg");
        write("data/db.sqlite3");
        ChangedFiles files = new ChangedFiles(Instant.MAX, LONG);
        files.in(
                folder.resolve("site"),
                since,
                (file, attributes) ->
                        attributes.isSymbolicLink() || file.toString().endsWith(".conf"));
        assertThat(names(files)).isEmpty();
    }

    @Test
    void whatWasSeenBeforeOrIsLeftOutIsNotSeenAndALinkIsNotFollowed() throws Exception {
        Instant since = now();
        write("apart/x.py");
        write("app/venv/y.py");
        write("app/z.py");
        Files.createSymbolicLink(folder.resolve("app/all"), folder);
        ChangedFiles files = new ChangedFiles(Instant.MAX, LONG);
        files.allIn(folder.resolve("apart"), since);
        files.in(folder, since, (_, _) -> true);
        assertThat(names(files)).containsExactlyInAnyOrder("app/all", "app/z.py", "apart/x.py");
        assertThat(files.more()).isZero();
    }

    @Test
    void aNameIsCleanedAndTheSearchEndsInTime() throws Exception {
        Instant since = now();
        write("a\nb.conf");
        assertThat(changed(since)).containsExactly("a\\x0ab.conf");
        ChangedFiles late = new ChangedFiles(Instant.MAX, Duration.ofSeconds(-1));
        write("c.conf");
        late.allIn(folder, since);
        assertThat(late.newest()).hasSizeLessThan(2);
    }

    @Test
    void ofALinkInTheFoldersPlaceBothItsOwnChangeAndWhatItLeadsToAreSeen() throws Exception {
        write("releases/one/index.html");
        Instant since = now();
        write("releases/one/main.js");
        Files.createSymbolicLink(folder.resolve("build"), folder.resolve("releases/one"));
        ChangedFiles files = new ChangedFiles(Instant.MAX, LONG);
        files.allIn(folder.resolve("build"), since);
        assertThat(names(files)).containsExactly("build", "releases/one/main.js");
    }

    @Test
    void inWordsItIsOneLine() {
        Instant then = Instant.parse("2026-11-29T04:01:03Z");
        Changes changes = new Changes(
                List.of(
                        new Change("/etc/nginx/bad.conf", then.plusMillis(7), "root", false),
                        new Change("/etc/nginx/snippets", then, "root", true)),
                2,
                List.of(new Packaged("upgrade nginx", then)),
                Optional.of(new Login("anna", "203.0.113.5", then)),
                Optional.of(new Checkout("Anna", "pull", then)));
        assertThat(changes.inWords())
                .isEqualTo("changed since the last good state: /etc/nginx/bad.conf (2026-11-29T04:01:03Z, root),"
                        + " /etc/nginx/snippets (the folder, 2026-11-29T04:01:03Z, root), 2 more, upgrade nginx (2026-11-29T04:01:03Z);"
                        + " before that: ssh login of anna from 203.0.113.5 at 2026-11-29T04:01:03Z;"
                        + " git: pull by Anna at 2026-11-29T04:01:03Z");
    }
}
