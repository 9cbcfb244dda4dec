package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Finding.Rule;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.Site;
import io.lectio.repair.SiteTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathAccessProbeTest {
    @TempDir
    Path folder;

    SiteTree tree;

    @BeforeEach
    void layOut() throws Exception {
        tree = SiteTree.in(folder);
    }

    private Outcome look(String... privates) {
        return new PathAccessProbe(tree.site(privates)).look(List.of());
    }

    private Access denied(String... privates) {
        assertThat(look(privates)).isInstanceOf(Failed.class);
        return (Access) ((Failed) look(privates)).finding();
    }

    private Denial onlyDenial(String... privates) {
        Access access = denied(privates);
        assertThat(access.deniedTotal()).isEqualTo(1);
        return access.denied().getFirst();
    }

    @Test
    void passesACorrectTreeAndChangesNothing() throws Exception {
        Map<Path, String> before = SiteTree.snapshot(tree.root());
        assertThat(look()).isInstanceOf(Passed.class);
        assertThat(SiteTree.snapshot(tree.root())).isEqualTo(before);
    }

    @Test
    void namesAClosedPageWithModeOwnerAndTime() throws Exception {
        tree.sh("chown root:games site/frontend/build/index.html; chmod 600 site/frontend/build/index.html");

        Denial denial = onlyDenial();

        assertThat(denial.path()).isEqualTo(tree.web().resolve("index.html"));
        assertThat(denial.folder()).isFalse();
        assertThat(denial.mode()).isEqualTo(0600);
        assertThat(denial.owner()).isEqualTo("root:games");
        assertThat(denial.place()).isEqualTo(Place.INSIDE);
        assertThat(denial.repairable()).isTrue();
        assertThat(Duration.between(denial.changed(), Instant.now())).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void looksAlsoBelowAClosedFolder() throws Exception {
        tree.sh("cd site/frontend/build; mkdir a; touch a/x a/y; chmod 600 a/x; chmod 700 a; chown -R root:root a");
        Access access = denied();
        assertThat(access.deniedTotal()).isEqualTo(2);
    }

    @Test
    void keepsTheHighestOfManyInItsSample() throws Exception {
        tree.sh(
                "cd site/frontend/build; mkdir -p a/b/c; touch a/b/c/{1..100} z; chmod 000 a/b/c/* z; chown -R root:root a");
        Access access = denied();
        assertThat(access.deniedTotal()).isEqualTo(101);
        assertThat(access.denied()).hasSize(Access.SAMPLE);
        assertThat(access.denied().getFirst().path()).isEqualTo(tree.web().resolve("z"));
    }

    @Test
    void tellsWhatItsRepairMayNotTouch() throws Exception {
        tree.sh("""
                cd site/frontend/build
                ln ../../../outside/secret linked
                touch suid; chown root:root suid; chmod 4700 suid""");
        assertThat(denied().denied())
                .extracting(Denial::obstacle)
                .containsExactlyInAnyOrder(Optional.of(Obstacle.HARD_LINKS), Optional.of(Obstacle.SET_ID));
    }

    @Test
    void aParentIsAboveAndOneAboveTheSiteIsHigher() throws Exception {
        tree.sh("chmod 700 site");
        assertThat(onlyDenial().place()).isEqualTo(Place.ABOVE);
        assertThat(onlyDenial().repairable()).isTrue();

        tree.sh("chmod 755 site; chmod 700 .");
        assertThat(onlyDenial().place()).isEqualTo(Place.HIGHER);
        assertThat(onlyDenial().obstacle()).contains(Obstacle.OUTSIDE_SITE);
    }

    @Test
    void anAccessListCanCloseAndOpen() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/setfacl")), "needs setfacl");
        tree.sh("chmod 750 site; setfacl -m u:www-data:x site");
        assertThat(look()).isInstanceOf(Passed.class);

        tree.sh("setfacl -b site; chmod 755 site; setfacl -m u:www-data:- site");
        assertThat(onlyDenial().obstacle()).contains(Obstacle.ACCESS_LIST);
    }

    @Test
    void saysByWhatAnEntryIsClosed() throws Exception {
        tree.sh("cd site/frontend/build; touch x; chown root:games x; chmod 640 x");
        assertThat(onlyDenial().rule()).contains(Rule.GROUP);
        tree.sh("cd site/frontend/build; chmod 600 x");
        assertThat(onlyDenial().rule()).isEmpty();
        assumeTrue(Files.exists(Path.of("/usr/bin/setfacl")), "needs setfacl");
        tree.sh("cd site/frontend/build; chmod 644 x; setfacl -m u:www-data:- x");
        assertThat(onlyDenial().rule()).contains(Rule.ACL);
        assertThat(onlyDenial().repairable()).isTrue();
    }

    @Test
    void whatIsImmutableIsForAPerson() throws Exception {
        tree.sh("cd site/frontend/build; touch x; chown root:root x; chmod 600 x; chattr +i x 2>/dev/null || true");
        try {
            assumeTrue(tree.sh("lsattr site/frontend/build/x | cut -c5").strip().equals("i"), "needs chattr +i here");
            assertThat(onlyDenial().obstacle()).contains(Obstacle.IMMUTABLE);
        } finally {
            tree.sh("chattr -i site/frontend/build/x 2>/dev/null || true");
        }
    }

    @Test
    void privateFilesAreNotItsConcern() throws Exception {
        tree.sh("cd site/frontend/build; mkdir .git; touch .env .git/x a.map; chmod 000 .env .git a.map");
        assertThat(look("*.map")).isInstanceOf(Passed.class);
        assertThat(onlyDenial().path()).isEqualTo(tree.web().resolve("a.map"));
    }

    @Test
    void linksPipesAndDevicesAreNotItsConcern() throws Exception {
        tree.sh("cd site/frontend/build; ln -s /root/nothing link; mkfifo fifo; mknod null c 1 3; chmod 000 fifo null");
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void aMissingWebRootAndALinkInItsPlaceAreTold() throws Exception {
        tree.sh("mv site/frontend/build site/frontend/other");
        assertThat(onlyDenial().obstacle()).contains(Obstacle.MISSING);
        tree.sh("ln -s other site/frontend/build");
        assertThat(onlyDenial().obstacle()).contains(Obstacle.SYMBOLIC_LINK);
    }

    @Test
    void anotherMountIsNotWalked() throws Exception {
        tree.sh("mkdir site/frontend/build/m");
        Path mount = tree.web().resolve("m");
        assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "none", mount.toString())
                                .start()
                                .waitFor()
                        == 0,
                "needs to mount");
        try {
            tree.sh("cd site/frontend/build/m; chmod 755 .; touch x; chmod 000 x");
            assertThat(look()).isInstanceOf(Passed.class);
            tree.sh("chmod 700 site/frontend/build/m");
            assertThat(onlyDenial().obstacle()).contains(Obstacle.OTHER_MOUNT);
        } finally {
            tree.sh("umount -l site/frontend/build/m");
        }
    }

    @Test
    void withoutTheWebUserItSaysThatItCannotTell() {
        Site site = tree.site();
        Site other =
                new Site(site.page(), site.server(), site.siteRoot(), site.webRoot(), "nobody-here", site.privates());
        assertThat(new PathAccessProbe(other).look(List.of()))
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.reason()).contains("nobody-here"));
    }

    @Test
    @Tag("slow")
    void twentyThousandFilesAreLookedAt() throws Exception {
        tree.sh("cd site/frontend/build; mkdir -p d{1..100}; for d in d*; do touch $d/{1..200}; done;"
                + "chown -R www-data:www-data .; chmod 000 d7/7 d99/199");
        Access access = denied();
        assertThat(access.deniedTotal()).isEqualTo(2);
        assertThat(access.entries()).isGreaterThan(20_100);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            look();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.println("a look at 20,000 files: " + best / 1_000_000 + " ms");
    }
}
