package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Site;
import io.lectio.probe.PathAccessProbe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The repair of access rights on real trees, honest and hostile (promises 16 and 17).
class PathRepairerTest {
    private Path base = Path.of("");
    private Path web = Path.of("");
    private Path outside = Path.of("");
    private Site site = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/srv/none"),
            Path.of("/srv/none"),
            "www-data",
            new PrivatePatterns(List.of()));

    @BeforeEach
    void layTheTree() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/etc/passwd")), "needs root: it changes owners");
        base = Files.createTempDirectory(Path.of("/tmp"), "lectio-tree");
        sh("chmod 755 " + base + "; cd " + base
                + "; mkdir -p site/front/build/static outside; echo secret > outside/secret; chmod 600 outside/secret;"
                + " echo page > site/front/build/index.html; echo js > site/front/build/static/a.js; chown -R www-data:www-data site;"
                + " chmod -R u=rwX,go=rX site; chmod 700 outside");
        web = base.resolve("site/front/build");
        outside = base.resolve("outside");
        site = new Site(
                URI.create("http://localhost/"),
                "127.0.0.1",
                base.resolve("site"),
                web,
                "www-data",
                new PrivatePatterns(List.of("*.map")));
    }

    @AfterEach
    void clear() throws Exception {
        if (base.toString().startsWith("/tmp/lectio-tree")) {
            sh("rm -rf --one-file-system " + base);
        }
    }

    private static void sh(String script) throws Exception {
        Process process = new ProcessBuilder("bash", "-ec", script)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private RepairResult.Changed repair() {
        RepairResult result = new PathRepairer(base.resolve("journal")).run(new Remedy.OpenPaths(site), "1-1");
        assertThat(result).isInstanceOf(RepairResult.Changed.class);
        return (RepairResult.Changed) result;
    }

    private Access look() {
        return (Access)
                switch (new PathAccessProbe(site).look(List.of())) {
                    case Observation.Passed(var finding) -> finding;
                    case Observation.Failed(var finding) -> finding;
                    case Observation.Unknown(String reason) -> throw new AssertionError(reason);
                };
    }

    private static Map<String, String> rights(Path tree) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.toList()) {
                all.put(
                        path.toString(),
                        String.valueOf(
                                Files.readAttributes(path, "unix:mode,uid,gid,ctime", LinkOption.NOFOLLOW_LINKS)));
            }
        }
        return all;
    }

    @Test
    void changesNothingInACorrectTree() throws Exception {
        Map<String, String> before = rights(base.resolve("site"));
        assertThat(look().deniedTotal()).isZero();
        RepairResult.Changed changed = repair();
        assertThat(changed.folders() + changed.files()).isZero();
        assertThat(rights(base.resolve("site"))).isEqualTo(before);
    }

    @Test
    void opensTheOneClosedFileAndTouchesNoOther() throws Exception {
        sh("chmod 000 " + web + "/index.html");
        Map<String, String> before = rights(web);
        assertThat(look().deniedFiles()).isEqualTo(1);
        assertThat(repair().files()).isEqualTo(1);
        Map<String, String> after = rights(web);
        before.remove(web + "/index.html");
        after.remove(web + "/index.html");
        assertThat(after).isEqualTo(before);
        assertThat(look().deniedTotal()).isZero();
        assertThat(Files.readString(base.resolve("journal/1-1.tsv"))).contains("0000\twww-data:www-data 0644");
    }

    @Test
    void givesTheWholeBuildBackAfterRootsCopy() throws Exception {
        sh("chown -R root:root " + web + "; chmod -R u=rwX,go= " + web);
        repair();
        assertThat(look().deniedTotal()).isZero();
        sh("test -z \"$(find " + web + " ! -user www-data)\"; test \"$(stat -c %a " + web
                + ")\" = 755; test \"$(stat -c %a " + web + "/index.html)\" = 644");
    }

    @Test
    void seesThatAnAccessListShutsTheWebUserOut() throws Exception {
        sh("command -v setfacl >/dev/null || exit 0; chown root " + web + "/index.html; setfacl -m u:www-data:--- "
                + web + "/index.html");
        assumeTrue(look().deniedTotal() == 1, "no setfacl here, or no access lists on this file system");
        repair();
        assertThat(look().deniedTotal()).isZero();
    }

    @Test
    void addsOnlyTheMissingSearchBitAboveTheWebRoot() throws Exception {
        sh("chown root:root " + base + "/site; chmod 700 " + base + "/site");
        assertThat(repair().folders()).isEqualTo(1);
        sh("test \"$(stat -c '%U %a' " + base + "/site)\" = 'root 701'");
    }

    @Test
    void tellsButNeverTouchesWhatIsHigherThanTheSiteRoot() throws Exception {
        sh("chmod 700 " + base);
        assertThat(look().denied().getFirst().obstacle()).contains(Obstacle.OUTSIDE_SITE);
        assertThat(repair().folders()).isZero();
        sh("test \"$(stat -c %a " + base + ")\" = 700");
    }

    @Test
    void neverOpensDotfilesAndPrivateNames() throws Exception {
        sh(
                "cd " + web
                        + "; echo x > .env; echo x > main.js.map; mkdir -p .git .well-known; echo x > .git/config; echo x > .well-known/ok;"
                        + " chmod 600 .env main.js.map .git/config .well-known/ok; chmod 700 .git; chown -R root .env main.js.map .git .well-known");
        repair();
        sh("cd " + web
                + "; test \"$(stat -c %U%a .env main.js.map .git .git/config | tr '\\n' ' ')\" = 'root600 root600 root700 root600 ';"
                + " test \"$(stat -c %U%a .well-known/ok)\" = www-data644");
    }

    @Test
    void cannotBeLedOutOfItsTreeByWhatLiesInIt() throws Exception {
        sh(
                "cd " + web
                        + "; ln -s ../../../outside/secret leaf; ln -s ../../../outside middle; ln ../../../outside/secret hard; mkfifo fifo; mknod null c 1 3;"
                        + " python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('sock')\"; chmod 0 fifo null sock;"
                        + " cp /bin/true suid; chown root suid; chmod 4700 suid; touch $'line\\nbreak'; chmod 0 $'line\\nbreak'; mkdir mnt; chmod 700 mnt");
        Map<String, String> before = rights(outside);
        Access access = look();
        assertThat(access.denied())
                .anyMatch(denial -> denial.obstacle().equals(java.util.Optional.of(Obstacle.HARD_LINKS)));
        assertThat(access.denied())
                .anyMatch(denial -> denial.obstacle().equals(java.util.Optional.of(Obstacle.SET_ID)));
        repair();
        assertThat(rights(outside)).isEqualTo(before);
        sh(
                "cd " + web
                        + "; test \"$(stat -c %U%a suid)\" = root4700; test \"$(stat -c %a fifo)\" = 0; test \"$(stat -c %a $'line\\nbreak')\" = 644");
        assertThat(Files.readString(base.resolve("journal/1-1.tsv"))).contains("line\\x0abreak");
    }

    @Test
    void refusesAWebRootThatIsALink() throws Exception {
        sh("cd " + base + "/site/front; mv build real; ln -s ../../outside build");
        Map<String, String> before = rights(outside);
        assertThat(look().denied().getFirst().obstacle()).contains(Obstacle.SYMBOLIC_LINK);
        repair();
        assertThat(rights(outside)).isEqualTo(before);
    }

    @Test
    void crossesNoMount() throws Exception {
        sh("cd " + web + "; mkdir mnt; mount -t tmpfs tmpfs mnt; echo x > mnt/secret; chmod 600 mnt/secret");
        try {
            repair();
            sh("test \"$(stat -c %U%a " + web + "/mnt/secret)\" = root600");
        } finally {
            sh("umount " + web + "/mnt");
        }
    }

    @Test
    void staysInItsTreeWhileTheWebUserSwapsFoldersForLinks() throws Exception {
        sh("cd " + web + "; mkdir swap; echo x > swap/secret; ln -s " + outside
                + " link; chown -hR www-data:www-data swap link; chmod 755 " + outside);
        Map<String, String> before = rights(outside);
        // renameat2(AT_FDCWD, "swap", AT_FDCWD, "link", RENAME_EXCHANGE), as fast as it goes
        String attack = "$end = time + 5; while (time < $end) { $s = 'swap'; $l = 'link';"
                + " syscall(316, -100, $s, -100, $l, 2); chmod 0, 'swap/secret' }";
        Process attacker = new ProcessBuilder(
                        "setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "perl", "-e", attack)
                .directory(web.toFile())
                .start();
        int repairs = 0;
        while (attacker.isAlive()) {
            new PathRepairer(base.resolve("journal")).run(new Remedy.OpenPaths(site), "race");
            repairs++;
        }
        assertThat(attacker.exitValue()).isZero();
        assertThat(repairs).isGreaterThan(20);
        assertThat(rights(outside)).isEqualTo(before);
    }

    @Test
    void walksTwentyThousandFilesAndFiveThousandLevels() throws Exception {
        sh(
                "cd " + web
                        + "; mkdir many; cd many; seq 20000 | xargs touch; chmod 000 7777; cd ..; python3 -c \"\nimport os\nfor i in range(5000):\n    os.mkdir('d'); os.chdir('d')\n\"");
        Access access = look();
        assertThat(access.entries()).isGreaterThan(20_000);
        assertThat(access.deniedFiles()).isEqualTo(1);
        assertThat(repair().files()).isEqualTo(1);
    }
}
