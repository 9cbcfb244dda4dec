package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    private Path folder = Path.of("");

    private Path root = Path.of("");
    private Path link = Path.of("");
    private Path target = Path.of("");

    @BeforeEach
    void layOut() throws IOException {
        root = Files.createDirectory(folder.toRealPath().resolve("site"));
        link = Files.createDirectory(root.resolve("frontend")).resolve("build");
        target = Files.createDirectories(root.resolve("releases/3"));
    }

    private Path linkedTo(String where) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(where));
        return Folders.behindLink(link, root);
    }

    private void open(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    @Test
    void aLinkThatOnlyRootCanLeadElsewhereIsSettled() throws IOException {
        assertThat(linkedTo("../releases/3")).isEqualTo(target);
        assertThat(linkedTo(target.toString())).isEqualTo(target);
        open(target, "rwxrwxrwx"); // whose it is that lies there, is another question
        assertThat(linkedTo(target.toString())).isEqualTo(target);
    }

    @Test
    void whatIsNoLinkIsItself() throws IOException {
        assertThat(Folders.behindLink(target, root)).isEqualTo(target);
        assertThat(Folders.behindLink(root.resolve("nothing"), root)).isEqualTo(root.resolve("nothing"));
    }

    @Test
    void aLinkThatSomebodyElseCouldLeadElsewhereIsNotFollowed() throws IOException {
        for (Path each : new Path[] {Folders.above(link), Folders.above(target), root}) {
            open(each, "rwxrwxr-x");
            assertThat(linkedTo(target.toString())).as(each.toString()).isEqualTo(link);
            open(each, "rwxr-xr-x");
        }
        assertThat(linkedTo(target.toString())).isEqualTo(target);
        if (Accounts.isRoot()) {
            Files.setAttribute(Folders.above(link), "unix:uid", 65_534);
            assertThat(linkedTo(target.toString())).isEqualTo(link);
        }
    }

    @Test
    void aLinkOutOfTheSiteIsNotFollowed() throws IOException {
        Path outside = Files.createDirectory(root.resolveSibling("outside"));
        assertThat(linkedTo(outside.toString())).isEqualTo(link);
        assertThat(linkedTo("../../outside")).isEqualTo(link);
        assertThat(linkedTo(root.toString())).isEqualTo(link);
        assertThat(linkedTo("..")).isEqualTo(link);
    }

    @Test
    void aLinkToALinkOrToNothingIsNotFollowed() throws IOException {
        Files.createSymbolicLink(root.resolve("current"), target);
        assertThat(linkedTo("../current")).isEqualTo(link);
        Files.createSymbolicLink(root.resolve("all"), Folders.above(target));
        assertThat(linkedTo("../all/3")).isEqualTo(link);
        assertThat(linkedTo("../releases/4")).isEqualTo(link);
        Files.createFile(root.resolve("file"));
        assertThat(linkedTo("../file")).isEqualTo(link);
    }

    @Test
    void belowAFolderThatIsALinkNothingIsFollowed() throws IOException {
        linkedTo(target.toString());
        Files.createSymbolicLink(root.resolve("pages"), Folders.above(link));
        Path through = root.resolve("pages/build");
        assertThat(Folders.behindLink(through, root)).isEqualTo(through);
    }
}
