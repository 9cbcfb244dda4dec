package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.host.Folders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LiveFolderTest {
    @TempDir
    private Path folder = Path.of("");

    private ReleaseSite site;

    @BeforeEach
    void layOut() throws Exception {
        site = ReleaseSite.in(folder);
        site.deploy("r1", ReleaseSite.build(1), Optional.empty());
        site.stage("r2", ReleaseSite.build(2), Optional.of("r1"));
    }

    @Test
    void aSwitchTakenTwiceIsTakenOnce() throws Exception {
        site.live().take("r2");
        site.live().take("r2");
        site.assertServes("r2");
        assertThat(ReleaseSite.hashes(site.places().stage("r2"))).isEqualTo(site.hashes("r1"));
    }

    @Test
    void anUndoTakenTwiceIsTakenOnce() throws Exception {
        site.live().take("r2");
        assertThat(site.live().giveBack("r2")).isTrue();
        assertThat(site.live().giveBack("r2")).isTrue();
        site.assertServes("r1");
        assertThat(ReleaseSite.hashes(site.places().stage("r2"))).isEqualTo(site.hashes("r2"));
    }

    @Test
    void anUndoBeforeTheSwitchChangesNothing() throws Exception {
        assertThat(site.live().giveBack("r2")).isTrue();
        site.assertServes("r1");
    }

    @Test
    void whereNothingWasBeforeNothingComesBack() throws Exception {
        assertThat(site.live().giveBack("r1")).isFalse();
        site.assertServes("r1");
    }

    @Test
    void aStageThatIsGoneIsAnErrorAndLiveStays() throws Exception {
        Places.delete(site.places().stage("r2"));
        assertThatThrownBy(() -> site.live().take("r2")).isInstanceOf(IOException.class);
        site.assertServes("r1");
    }

    @Test
    void whenSomebodyRemovedTheNewReleaseTheOldOneComesBack() throws Exception {
        site.live().take("r2");
        Places.delete(site.web());
        assertThat(site.live().giveBack("r2")).isTrue();
        site.assertServes("r1");
    }

    @Test
    void whenNothingIsLiveAnUndoDoesNotMakeTheNewReleaseLive() throws Exception {
        Places.delete(site.web());
        assertThat(site.live().giveBack("r2")).isTrue();
        assertThat(site.web()).doesNotExist();
    }

    @Test
    void aLinkThatWasPutInItsPlaceGivesWay() throws Exception {
        Places.delete(site.web());
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(site.web(), elsewhere.toAbsolutePath());
        site.live().take("r2");
        site.assertServes("r2");
        assertThat(elsewhere).isEmptyDirectory();
    }

    /// As the guard settles it at its start: what the link leads to is exchanged, and the link stays.
    @Test
    void behindALinkThatOnlyRootCanLeadElsewhereTheFolderIsExchanged() throws Exception {
        Path root = Folders.above(Folders.above(site.web()));
        Path third = Files.createDirectories(root.resolve("releases/3"));
        Places.delete(site.web());
        Path link = Files.createSymbolicLink(site.web(), third);
        ReleaseSite linked = ReleaseSite.at(Places.of(root, Folders.behindLink(link, root)));
        linked.deploy("r1", ReleaseSite.build(1), Optional.empty());
        linked.deploy("r2", ReleaseSite.build(2), Optional.of("r1"));
        assertThat(ReleaseSite.hashes(link.resolve("."))).isEqualTo(linked.hashes("r2"));
        assertThat(linked.live().giveBack("r2")).isTrue();
        assertThat(ReleaseSite.hashes(link.resolve("."))).isEqualTo(linked.hashes("r1"));
        assertThat(Files.readSymbolicLink(link)).isEqualTo(third);
    }

    /// A file system gives the number of a folder that is gone to the next one.
    @Test
    void aReleaseIsNotTakenForAnotherWhoseFoldersNumberItHas() throws Exception {
        long inode = Folders.mark(site.places().stage("r2")).orElseThrow().inode();
        Files.writeString(site.places().staged("r1"), String.valueOf(inode));
        site.live().stagedIn("r2");
        site.live().take("r2");
        assertThat(site.live().is("r2")).isTrue();
        assertThat(site.live().is("r1")).isFalse();
    }

    @Test
    void aReleaseOfWhichNothingIsKnownIsNotLive() throws Exception {
        assertThat(site.live().is("r7")).isFalse();
        Files.writeString(site.places().staged("r1"), ""); // where it was cut off
        assertThat(site.live().is("r1")).isFalse();
    }

    @Test
    void whereNothingIsLiveNoReleaseIs() throws Exception {
        Places.delete(site.web());
        assertThat(site.live().is("r7")).isFalse();
        assertThat(site.live().isIn(site.places().stage("r7"), "r7")).isFalse();
    }

    @Test
    @Timeout(30)
    void readersMeetOneReleaseWhole() throws Exception {
        switches(30);
    }

    @Test
    @Tag("full")
    @Timeout(120)
    void readersMeetOneReleaseWholeInTwoHundredSwitches() throws Exception {
        switches(200);
    }

    private void switches(int count) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
            int read = 0;
            while (!over.get() || read == 0) {
                try (DirectoryStream<Path> held = Files.newDirectoryStream(site.web())) {
                    readWhole((SecureDirectoryStream<Path>) held);
                    read++;
                } catch (IOException e) {
                    throw new IllegalStateException("after " + read, e);
                }
            }
            return read;
        });
        for (int i = 0; i < count; i += 2) {
            site.live().take("r2");
            assertThat(site.live().giveBack("r2")).isTrue();
        }
        over.set(true);
        assertThat(reader.get()).isPositive();
        site.assertServes("r1");
    }

    private static void readWhole(SecureDirectoryStream<Path> held) throws IOException {
        String page = text(held, "index.html");
        String number = page.substring(3, page.indexOf("</p>"));
        try (SecureDirectoryStream<Path> inner = held.newDirectoryStream(Path.of("static"))) {
            assertThat(text(inner, "fixed.js")).isEqualTo("fixed of " + number);
            assertThat(text(inner, ReleaseSite.script(Integer.parseInt(number)).substring("static/".length())))
                    .isEqualTo("main of " + number);
        }
        assertThat(text(held, Places.ID_FILE)).isEqualTo("r" + number + "\n");
    }

    private static String text(SecureDirectoryStream<Path> folder, String name) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (SeekableByteChannel file =
                folder.newByteChannel(Path.of(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer part = ByteBuffer.allocate(1_024);
            while (file.read(part.clear()) >= 0) {
                all.write(part.array(), 0, part.position());
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
