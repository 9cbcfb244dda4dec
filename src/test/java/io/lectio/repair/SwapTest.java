package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Finding.Denial;
import io.lectio.host.AccessWalk;
import io.lectio.host.Held;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The moments of a walk at which another entry may take the place of the judged one, each hit exactly: the race of
/// `PathRepairAttackTest` hits them by chance.
class SwapTest {
    @TempDir
    private Path folder = Path.of("");

    private SiteTree tree = new SiteTree(folder, folder, folder, folder, folder);

    @BeforeEach
    void layOut() throws Exception {
        tree = SiteTree.in(folder);
    }

    /// Somebody acts between the judging of an entry and its opening.
    private interface Between {
        void act() throws IOException;
    }

    /// Opens as the repair does, after somebody else has acted once on an entry of this name.
    private final class Swapped implements AccessWalk.Visitor {
        private final Path at;
        private final Between between;
        private final List<Path> seen = new ArrayList<>();
        private final List<Path> opened = new ArrayList<>();
        private boolean acted;

        private Swapped(String at, Between between) {
            this.at = tree.web().resolve(at);
            this.between = between;
        }

        @Override
        public void denied(Denial denial, Held held) throws IOException {
            seen.add(denial.path());
            if (denial.path().equals(at) && !acted) {
                acted = true;
                between.act();
            }
            open(held);
        }

        @Override
        public void insideClosed(Held held) throws IOException {
            held.toPlan().ifPresent(change -> seen.add(change.path()));
            open(held);
        }

        private void open(Held held) throws IOException {
            Held.Change change = held.toPlan().orElseThrow();
            if (held.apply(change)) {
                opened.add(change.path());
            }
        }

        private Swapped walked() throws IOException {
            AccessWalk.run(tree.site(), WebUser.lookUp("www-data"), this);
            assertThat(acted).isTrue();
            return this;
        }
    }

    private void moveOver(Path from, String to) throws IOException {
        Files.move(from, tree.web().resolve(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void anotherFileRenamedOverTheJudgedOneIsNotTouched() throws Exception {
        tree.sh("cd site/frontend/build; touch page.js; chmod 000 page.js");
        Path secret = tree.outside().resolve("secret");
        Map<String, Object> before = Files.readAttributes(secret, "unix:mode,uid,gid,ino");

        Swapped walk = new Swapped("page.js", () -> moveOver(secret, "page.js")).walked();

        assertThat(walk.opened).isEmpty();
        assertThat(Files.readAttributes(tree.web().resolve("page.js"), "unix:mode,uid,gid,ino"))
                .isEqualTo(before);
    }

    @Test
    void aFileThatGainsANameAfterItWasJudgedIsNotTouched() throws Exception {
        tree.sh("cd site/frontend/build; touch page.js; chmod 000 page.js");
        Path page = tree.web().resolve("page.js");
        Swapped walk = new Swapped("page.js", () -> Files.createLink(tree.base().resolve("second"), page)).walked();
        assertThat(walk.opened).doesNotContain(page);
        assertThat(tree.rights("site/frontend/build/page.js")).isEqualTo("root:root 0000");
    }

    @Test
    void aLinkInPlaceOfTheJudgedFolderLeadsNowhere() throws Exception {
        tree.sh("cd site/frontend/build; mkdir static; chmod 000 static");
        Map<Path, String> outside = SiteTree.snapshot(tree.outside());

        Swapped walk = new Swapped("static", () -> {
                    Files.move(tree.web().resolve("static"), tree.base().resolve("away"));
                    Files.createSymbolicLink(tree.web().resolve("static"), tree.outside());
                })
                .walked();

        assertThat(walk.seen).containsExactly(tree.web().resolve("static"));
        assertThat(walk.opened).isEmpty();
        assertThat(SiteTree.snapshot(tree.outside())).isEqualTo(outside);
    }

    @Test
    void anotherFolderInPlaceOfTheJudgedOneIsNeitherOpenedNorEntered() throws Exception {
        tree.sh("cd site/frontend/build; mkdir static; chmod 000 static");
        Map<String, Object> secret =
                Files.readAttributes(tree.outside().resolve("folder/secret"), "unix:mode,uid,gid,ino");

        Swapped walk = new Swapped("static", () -> moveOver(tree.outside().resolve("folder"), "static")).walked();

        assertThat(walk.seen).containsExactly(tree.web().resolve("static"));
        assertThat(walk.opened).isEmpty();
        assertThat(Files.readAttributes(tree.web().resolve("static/secret"), "unix:mode,uid,gid,ino"))
                .isEqualTo(secret);
    }
}
