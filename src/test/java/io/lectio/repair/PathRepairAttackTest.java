package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.incident.RepairResult;
import io.lectio.core.incident.RepairResult.Changed;
import io.lectio.core.policy.Remedy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whoever may write in the web root must not be able to lead the repair, which is root's, anywhere else (promise 16).
@Tag("slow")
class PathRepairAttackTest {
    private static final long LONGEST_SECONDS = 5;

    @TempDir
    Path folder;

    SiteTree tree;

    @BeforeEach
    void layOut() throws Exception {
        tree = SiteTree.in(folder);
    }

    @AfterEach
    void takeDown() throws Exception {
        if (tree != null) {
            tree.sh("rm -rf --one-file-system site outside");
        }
    }

    /// The whole build closed, as root's scp leaves it: every entry below is one that the repair wants to open.
    private void close() throws IOException, InterruptedException {
        tree.sh("chown -h root:root site/frontend/build; chmod 700 site/frontend/build");
    }

    private RepairResult repair() {
        return new PathRepairer(tree.journals()).run(new Remedy.OpenPaths(tree.site()), "1-1");
    }

    private Changed repairLeavingOutsideAsItWas() throws IOException {
        Map<Path, String> outside = SiteTree.snapshot(tree.outside());
        long start = System.nanoTime();
        RepairResult result = repair();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(LONGEST_SECONDS));
        assertThat(SiteTree.snapshot(tree.outside())).isEqualTo(outside);
        return (Changed) result;
    }

    @Test
    void aLinkAsALeafIsNotFollowed() throws Exception {
        tree.asWebUser("ln -s ../../../outside/secret site/frontend/build/leaf; ln -s " + tree.outside()
                + "/secret site/frontend/build/absolute");
        close();
        assertThat(repairLeavingOutsideAsItWas().folders()).isEqualTo(1);
    }

    @Test
    void aLinkInTheMiddleIsNotFollowed() throws Exception {
        tree.asWebUser("mkdir site/frontend/build/a; ln -s ../../../../outside site/frontend/build/a/middle;"
                + "ln -s /proc/self/root site/frontend/build/a/magic");
        close();
        assertThat(repairLeavingOutsideAsItWas().folders()).isEqualTo(1);
    }

    @Test
    void aLinkInPlaceOfTheWebRootIsNotFollowed() throws Exception {
        tree.sh("mv site/frontend/build site/frontend/build.old; ln -s ../../outside site/frontend/build");
        Changed result = repairLeavingOutsideAsItWas();
        assertThat(result.skipped()).isEqualTo(1);
        assertThat(result.folders() + result.files()).isZero();
    }

    @Test
    void aLinkOnTheWayToTheWebRootIsNotFollowed() throws Exception {
        tree.sh("mv site/frontend site/old; mkdir outside/build; ln -s ../outside site/frontend");
        Changed result = repairLeavingOutsideAsItWas();
        assertThat(result.skipped()).isEqualTo(1);
        assertThat(result.folders() + result.files()).isZero();
    }

    @Test
    void aFileOfRootWithASecondNameInTheTreeIsLeft() throws Exception {
        tree.sh("ln outside/secret site/frontend/build/innocent.js");
        close();
        assertThat(repairLeavingOutsideAsItWas().skipped()).isEqualTo(1);
    }

    @Test
    void aMountInTheTreeIsNotEntered() throws Exception {
        tree.sh("mkdir -p site/frontend/build/{bound,memory}; touch site/frontend/build/file;"
                + "chown -R www-data:www-data site/frontend/build");
        assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "none", tree.web() + "/memory")
                                .start()
                                .waitFor()
                        == 0,
                "needs to mount");
        try {
            tree.sh(
                    "mount --bind outside site/frontend/build/bound; mount --bind outside/secret site/frontend/build/file;"
                            + "touch site/frontend/build/memory/file; chmod 000 site/frontend/build/memory/file; chmod 700 site/frontend/build/memory");
            close();
            Map<Path, String> memory = SiteTree.snapshot(tree.web().resolve("memory"));

            Changed result = repairLeavingOutsideAsItWas();

            assertThat(result.skipped()).isEqualTo(3);
            assertThat(SiteTree.snapshot(tree.web().resolve("memory"))).isEqualTo(memory);
        } finally {
            tree.sh("cd site/frontend/build; umount -l bound file memory || true");
        }
    }

    @Test
    @Timeout(LONGEST_SECONDS * 4)
    void aFifoADeviceAndASocketAreNotOpened() throws Exception {
        tree.sh(
                "cd site/frontend/build; mkfifo fifo; mknod null c 1 3; mknod disk b 7 200;"
                        + "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local=>\"socket\",Listen=>1)'; chmod 000 fifo null disk socket");
        Map<Path, String> before = SiteTree.snapshot(tree.web());
        close();

        repairLeavingOutsideAsItWas();

        for (String name : new String[] {"fifo", "null", "disk", "socket"}) {
            Path path = tree.web().resolve(name);
            assertThat(SiteTree.inode(path)).isEqualTo(before.get(path));
        }
    }

    @Test
    void aProgramWithSetIdBitsIsLeft() throws Exception {
        tree.sh("cd site/frontend/build; touch suid sgid; chmod 4700 suid; chmod 2700 sgid");
        String suid = SiteTree.inode(tree.web().resolve("suid"));
        String sgid = SiteTree.inode(tree.web().resolve("sgid"));
        close();

        assertThat(repairLeavingOutsideAsItWas().skipped()).isEqualTo(2);

        assertThat(SiteTree.inode(tree.web().resolve("suid"))).isEqualTo(suid);
        assertThat(SiteTree.inode(tree.web().resolve("sgid"))).isEqualTo(sgid);
    }

    @Test
    void tenThousandFilesAreOpened() throws Exception {
        manyFiles(10_000);
    }

    @Test
    @Tag("full")
    void aHundredThousandFilesAreOpened() throws Exception {
        manyFiles(100_000);
    }

    private void manyFiles(int count) throws IOException, InterruptedException {
        tree.sh("cd site/frontend/build; seq 1 " + count + " | xargs touch; chmod -R go= .; chown -R root:root .");
        assertThat(repairLeavingOutsideAsItWas().files()).isEqualTo(count + 1);
    }

    @Test
    void fiveThousandLevelsDoNotStopIt() throws Exception {
        tree.sh("cd site/frontend/build; perl -e 'for (1..5000) { mkdir \"d\" and chdir \"d\" or die $! }';"
                + "touch z.js; chmod 000 z.js");
        close();
        Changed result = repairLeavingOutsideAsItWas();
        assertThat(tree.rights("site/frontend/build/z.js")).isEqualTo("www-data:www-data 0644");
        assertThat(result.folders()).isBetween(60, 70);
    }

    @Test
    void namesWithNewlinesAndBytesThatAreNoTextAreOpenedAndRecordedOnOneLine() throws Exception {
        tree.sh("cd site/frontend/build; touch -- $'a\\nb' $'bad\\xff' 'страница' -rf $'tab\\there' '$(id)' '*';"
                + "mkdir $'new\\nfolder'; touch $'new\\nfolder/x'; chmod -R go= .; chown -R root:root .");
        Changed result = repairLeavingOutsideAsItWas();
        assertThat(result.files()).isEqualTo(9);
        assertThat(tree.sh("find site/frontend/build -not -user www-data")).isEmpty();
        assertThat(Files.readAllLines(result.journal()))
                .hasSize(1 + 9 + 2)
                .anyMatch(line -> line.contains("bad\\xff\t"));
    }

    @Test
    @Timeout(30)
    void aFolderSwappedWithALinkWhileItWorksLeadsNowhere() throws Exception {
        swapRace(Duration.ofSeconds(3));
    }

    @Test
    @Tag("full")
    @Timeout(120)
    void aMinuteOfSwapsLeadsNowhere() throws Exception {
        swapRace(Duration.ofSeconds(60));
    }

    /// The web user swaps a folder and a file with links to root's, in one step, as fast as it can, and closes them
    /// so that the repair wants to open them.
    private static final String ATTACK = """
            use strict;
            my ($web, $outside) = @ARGV;
            chdir $web or die $!;
            mkdir 'x'; mkdir 'y';
            for my $d ('x', 'y') { open(my $f, '>', "$d/secret"); mkdir "$d/folder"; open(my $g, '>', "$d/folder/secret"); }
            open(my $f, '>', 'leaf'); close $f;
            symlink $outside, 'link';
            symlink "$outside/secret", 'leaflink';
            my $n = 0;
            sub swap { syscall(316, -100, my $a = $_[0], -100, my $b = $_[1], 2) }
            while (1) {
                chmod 0, "x/secret", "x/folder"; chmod 0, 'x' if $n % 3 == 0; chmod 0, 'leaf' if !-l 'leaf';
                swap('x', 'link'); swap('leaf', 'leaflink');
                swap('x', 'link'); swap('leaf', 'leaflink');
                chmod 0700, 'x', 'link' if !-l 'x' && !-l 'link';
                swap('x', 'y') if $n % 5 == 0;
                link "$outside/secret", 'hard'; unlink 'hard';
                rename 'x/folder', 'moved'; rename 'moved', 'x/folder';
                print "$n\\n" if ++$n % 1000 == 0;
                exit if getppid() == 1;
            }
            """;

    private void swapRace(Duration length) throws Exception {
        Path script = tree.base().resolve("attack.pl");
        Files.writeString(script, ATTACK);
        tree.sh("chmod 755 outside outside/folder; chmod 600 outside/secret outside/folder/secret");
        Map<Path, String> outside = SiteTree.snapshot(tree.outside());
        Path said = tree.base().resolve("attack.out");
        Process attacker = new ProcessBuilder(
                        "setpriv",
                        "--reuid=www-data",
                        "--regid=www-data",
                        "--init-groups",
                        "perl",
                        script.toString(),
                        tree.web().toString(),
                        tree.outside().toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        int repairs = 0;
        int changed = 0;
        try {
            long end = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < end) {
                long start = System.nanoTime();
                RepairResult result = repair();
                assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(LONGEST_SECONDS));
                assertThat(result).isInstanceOf(Changed.class);
                repairs++;
                changed += result instanceof Changed done ? done.files() + done.folders() : 0;
            }
            assertThat(attacker.isAlive()).as(Files.readString(said)).isTrue();
        } finally {
            attacker.destroyForcibly().waitFor();
        }
        assertThat(SiteTree.snapshot(tree.outside())).isEqualTo(outside);
        System.out.println("swap race: " + repairs + " repairs made " + changed + " changes");
        assertThat(repairs).isGreaterThan(10);
        assertThat(changed).as("changes made under attack").isGreaterThan(10);
    }
}
