package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.incident.RepairResult;
import io.lectio.core.incident.RepairResult.Changed;
import io.lectio.core.policy.Remedy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathRepairRulesTest {
    @TempDir
    Path folder;

    SiteTree tree;

    @BeforeEach
    void layOut() throws Exception {
        tree = SiteTree.in(folder);
    }

    private RepairResult repair(String... privates) {
        return new PathRepairer(tree.journals()).run(new Remedy.OpenPaths(tree.site(privates)), "1-1");
    }

    private Changed changed(String... privates) {
        return (Changed) repair(privates);
    }

    @Test
    void opensAClosedPageAndNothingElse() throws Exception {
        tree.sh(
                "cd site/frontend/build; echo x >other.js; chown root:root other.js; chmod 640 other.js; chmod o+r other.js;"
                        + "chmod 000 index.html");
        String other = SiteTree.inode(tree.web().resolve("other.js"));

        Changed result = changed();

        assertThat(result.files()).isEqualTo(1);
        assertThat(result.folders()).isZero();
        assertThat(tree.rights("site/frontend/build/index.html")).isEqualTo("www-data:www-data 0644");
        assertThat(SiteTree.inode(tree.web().resolve("other.js"))).isEqualTo(other);
        assertThat(result.sample())
                .containsExactly(new RepairResult.Change(
                        tree.web().resolve("index.html"), "www-data:www-data 0000", "www-data:www-data 0644"));
    }

    @Test
    void opensAWholeBuildAsRootsScpLeavesIt() throws Exception {
        tree.sh(
                "cd site/frontend/build; mkdir -p static/js; touch static/js/{1..200}.js; chmod -R go= .; chown -R root:root .");

        Changed result = changed();

        assertThat(result.folders()).isEqualTo(3);
        assertThat(result.files()).isEqualTo(201);
        assertThat(result.sample()).hasSize(Changed.SAMPLE);
        assertThat(tree.sh("find site/frontend/build -printf '%u:%g %m %y\\n' | sort -u"))
                .isEqualTo("www-data:www-data 644 f\nwww-data:www-data 755 d\n");
        assertThat(tree.asWebUser("find site/frontend/build -type f -exec cat {} + | wc -c")
                        .strip())
                .isEqualTo("6");
    }

    @Test
    void keepsSetgidAndStickyBitsOfFolders() throws Exception {
        tree.sh("cd site/frontend/build; mkdir shared; chown root:root shared; chmod 3700 shared");
        changed();
        assertThat(tree.rights("site/frontend/build/shared")).isEqualTo("www-data:www-data 3755");
    }

    @Test
    void givesAClosedParentItsSearchBitOnly() throws Exception {
        tree.sh("chown root:root site; chmod 0700 site; chgrp www-data site/frontend; chmod 0745 site/frontend");
        String web = SiteTree.snapshot(tree.web()).toString();

        Changed result = changed();

        assertThat(result.folders()).isEqualTo(2);
        assertThat(tree.rights("site")).isEqualTo("root:root 0701");
        assertThat(tree.rights("site/frontend")).isEqualTo("root:www-data 0755");
        assertThat(SiteTree.snapshot(tree.web())).hasToString(web);
    }

    @Test
    void leavesAParentAboveTheSiteRootAlone() throws Exception {
        tree.sh("chmod 700 .");

        Changed result = changed();

        assertThat(result.skipped()).isEqualTo(1);
        assertThat(result.folders() + result.files()).isZero();
        assertThat(tree.rights(".")).isEqualTo("root:root 0700");
    }

    @Test
    void leavesAParentWithAnAccessListToItsOwner() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/setfacl")), "needs setfacl");
        tree.sh("chmod 750 site; setfacl -m u:games:rx site");
        String before = SiteTree.inode(tree.root());

        assertThat(changed().skipped()).isEqualTo(1);
        assertThat(SiteTree.inode(tree.root())).isEqualTo(before);
    }

    @Test
    void neverOpensPrivateFiles() throws Exception {
        tree.sh("cd site/frontend/build; mkdir .git .well-known; touch .env .git/config .well-known/proof a.map;"
                + "chmod -R go= .; chown -R root:root .");
        Map<Path, String> git = SiteTree.snapshot(tree.web().resolve(".git"));
        String env = SiteTree.inode(tree.web().resolve(".env"));
        String map = SiteTree.inode(tree.web().resolve("a.map"));

        changed("*.map");

        assertThat(SiteTree.snapshot(tree.web().resolve(".git"))).isEqualTo(git);
        assertThat(SiteTree.inode(tree.web().resolve(".env"))).isEqualTo(env);
        assertThat(SiteTree.inode(tree.web().resolve("a.map"))).isEqualTo(map);
        assertThat(tree.rights("site/frontend/build/.well-known/proof")).isEqualTo("www-data:www-data 0644");
    }

    @Test
    void touchesNothingWhenTheJournalCannotBeWritten() throws Exception {
        Files.writeString(tree.journals(), "a file where the folder should be");
        tree.sh("chmod 000 site/frontend/build/index.html");
        String before = SiteTree.inode(tree.web().resolve("index.html"));

        assertThat(repair()).isInstanceOf(RepairResult.Failed.class);
        assertThat(SiteTree.inode(tree.web().resolve("index.html"))).isEqualTo(before);
    }

    @Test
    void recordsEachChangeBeforeAndAfter() throws Exception {
        tree.sh(
                "touch 'site/frontend/build/'$'a\\nb'; chown -R root:root site/frontend/build; chmod -R go= site/frontend/build");

        Changed result = changed();

        assertThat(result.journal()).isEqualTo(tree.journals().resolve("1-1.tsv"));
        List<String> lines = Files.readAllLines(result.journal());
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).isEqualTo(tree.web() + "\troot:root 0700\twww-data:www-data 0755");
        assertThat(lines).contains(tree.web() + "/a\\x0ab\troot:root 0600\twww-data:www-data 0644");
        assertThat(tree.rights("journals")).isEqualTo("root:root 0700");
        assertThat(tree.rights("journals/1-1.tsv")).isEqualTo("root:root 0600");
    }

    @Test
    void failsWithTheReasonWhereTheWebUserDoesNotExist() throws Exception {
        var site = tree.site();
        var other = new io.lectio.core.policy.Site(
                site.page(), site.server(), site.siteRoot(), site.webRoot(), "nobody-here", site.privates());
        assertThat(new PathRepairer(tree.journals()).run(new Remedy.OpenPaths(other), "1-1"))
                .isInstanceOfSatisfying(
                        RepairResult.Failed.class,
                        failed -> assertThat(failed.reason()).contains("nobody-here"));
    }

    @Test
    void opensTheOthersWhereOneEntryRefuses() throws Exception {
        tree.sh("cd site/frontend/build; touch {1..9}.js; chmod 000 *");
        assumeTrue(immutable("+i"), "needs a file system with immutable files");
        try {
            Changed result = changed();
            assertThat(result.files()).isEqualTo(9);
            assertThat(result.skipped()).isEqualTo(1);
        } finally {
            immutable("-i");
        }
    }

    @Test
    void leavesWhatIsImmutableAlone() throws Exception {
        tree.sh("touch site/frontend/build/5.js; chmod 000 site/frontend/build/5.js");
        assumeTrue(immutable("+i"), "needs a file system with immutable files");
        try {
            Changed result = changed();
            assertThat(result.files()).isZero();
            assertThat(result.skipped()).isEqualTo(1);
        } finally {
            immutable("-i");
        }
    }

    @Test
    void tellsWhyWhereTheOnlyClosedEntryRefuses() throws Exception {
        tree.sh("cd site/frontend/build; touch 5.js; chmod 000 5.js");
        boolean mounted = tree.sh(
                        "cd site/frontend; mount --bind build build 2>/dev/null && mount -o remount,bind,ro build"
                                + " && echo yes || true")
                .contains("yes");
        assumeTrue(mounted, "needs to mount");
        try {
            assertThat(repair())
                    .isInstanceOfSatisfying(
                            RepairResult.Failed.class,
                            failed ->
                                    assertThat(failed.reason()).contains("5.js").contains("read-only"));
        } finally {
            tree.sh("umount site/frontend/build");
        }
    }

    private boolean immutable(String flag) throws IOException, InterruptedException {
        return new ProcessBuilder("chattr", flag, tree.web().resolve("5.js").toString())
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void changesNothingOnACorrectTree() throws Exception {
        tree.sh(
                "cd site/frontend/build; mkdir -p a/b; touch a/{1..50} a/b/{1..50}; chown -R www-data:www-data a; chmod -R u=rwX,go=rX a");
        Map<Path, String> before = SiteTree.snapshot(tree.root());

        Changed result = changed();

        assertThat(result.folders() + result.files() + result.skipped()).isZero();
        assertThat(SiteTree.snapshot(tree.root())).isEqualTo(before);
    }

    @Test
    @Tag("slow")
    void makesNoChangingSystemCallOnACorrectTree() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/strace")), "needs strace");
        tree.sh(
                "cd site/frontend/build; mkdir -p a/b; touch a/{1..50} a/b/{1..50}; chown -R www-data:www-data a; chmod -R u=rwX,go=rX a");
        assertThat(changingCalls()).isEmpty();

        tree.sh("chmod 000 site/frontend/build/a/7");
        assertThat(changingCalls()).hasSize(1).allMatch(call -> call.contains("chmod"));
    }

    private List<String> changingCalls() throws IOException, InterruptedException {
        Path trace = tree.base().resolve("trace");
        Process process = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-qq",
                        "--signal=none",
                        "-o",
                        trace.toString(),
                        "-e",
                        "trace=chmod,fchmod,fchmodat,?fchmodat2,chown,fchown,lchown,fchownat,setxattr,lsetxattr,fsetxattr",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RepairOnce.class.getName(),
                        tree.base().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return Files.readAllLines(trace).stream()
                .filter(line -> line.contains("("))
                .toList();
    }
}
