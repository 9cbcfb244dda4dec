package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.SchoolCode;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Deploys from another computer by the real sshd, by a user who may do nothing else there. PowerShell itself is not
/// run: what its script has the server do is.
@HostTest
class DeployFromElsewhereTest {
    private static final String LIVE = "/var/www/teaching_panel/frontend/build";
    private static final String SERVER = "deploy@127.0.0.1";
    private static final String TO = "/opt/lectio-monitor/bin/lectio deploy --to " + SERVER + " ";
    private static final Path WINDOWS = Path.of("scripts/deploy_safe.ps1");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int BAD_INPUT = 2;
    private static final int CANNOT = 4;
    private static final int REFUSED = 5;

    /// A user of the laptop, one of the server's, and what the first has to deploy.
    private static final String LAPTOP = """
            groupadd lectio-deploy; useradd -m -s /bin/sh laptop; useradd -m -s /bin/sh -G lectio-deploy deploy
            visudo -cf /etc/sudoers.d/lectio-deploy; chmod 440 /etc/sudoers.d/lectio-deploy
            systemctl start ssh
            runuser -u laptop -- sh -ec 'mkdir -m 700 ~laptop/.ssh; cd ~laptop/.ssh; ssh-keygen -q -t ed25519 -N "" -f id_ed25519
                ssh-keyscan 127.0.0.1 >known_hosts 2>/dev/null'
            install -d -o deploy -g deploy -m 700 ~deploy/.ssh
            install -o deploy -g deploy -m 600 ~laptop/.ssh/id_ed25519.pub ~deploy/.ssh/authorized_keys
            cd ~laptop; cp -r %1$s 'сборка сайта'; cp -r /tmp/code код; mkdir 'сборка сайта/картинки'
            echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >'сборка сайта/картинки/обложка урока.svg'
            mkdir плохая; echo broken >плохая/index.html; rm -f */lectio-release.txt; chown -R laptop: .
            """.formatted(LIVE);

    /// Archives such as Windows' tar makes: no owners, names that are not ASCII in pax records, in ustar's own field,
    /// in a zip without modes or folders.
    private static final String WINDOWS_ARCHIVES = """
            cat >/tmp/archives.py <<'END'
            import os, sys, tarfile, zipfile
            def nobody(entry):
                entry.uid = entry.gid = 0
                entry.uname = entry.gname = ""
                entry.mode = 0o777 if entry.isdir() else 0o666
                return entry
            def tar(name, mode, form, folder):
                with tarfile.open(name, mode, format=form) as made:
                    made.add(folder, arcname=".", filter=nobody)
            pages, code = "сборка сайта", "код"
            tar("pax", "w:gz", tarfile.PAX_FORMAT, pages)
            tar("ustar", "w:gz", tarfile.USTAR_FORMAT, pages)
            tar("plain", "w", tarfile.PAX_FORMAT, pages)
            tar("bad", "w:gz", tarfile.PAX_FORMAT, "плохая")
            tar("code", "w:gz", tarfile.PAX_FORMAT, code)
            with zipfile.ZipFile("zip", "w", zipfile.ZIP_DEFLATED) as made:
                for folder, _, names in os.walk(pages):
                    for name in names:
                        path = os.path.join(folder, name)
                        entry = zipfile.ZipInfo(os.path.relpath(path, pages))
                        entry.create_system, entry.external_attr = 0, 0
                        entry.compress_type = zipfile.ZIP_DEFLATED
                        with open(path, "rb") as content:
                            made.writestr(entry, content.read())
            tar("frontend.tar.gz", "w:gz", tarfile.PAX_FORMAT, pages)
            os.rename("code", "backend.tar.gz")
            with tarfile.open("both", "w", format=tarfile.USTAR_FORMAT) as made:
                made.add("frontend.tar.gz", filter=nobody)
                made.add("backend.tar.gz", filter=nobody)
            END
            """;

    private static void prepare(TestHost host) {
        SchoolCode.write(host);
        host.sh("cat >/etc/sudoers.d/lectio-deploy <<'END'\n"
                + read(Path.of("src/main/dist/sudoers.d/lectio-deploy"))
                + "END\n" + LAPTOP);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TestHost.Result laptop(TestHost host, String line) {
        TestHost.Result result = host.run(
                PATIENCE, "runuser", "-u", "laptop", "--", "sh", "-c", "cd ~laptop; export LC_ALL=C.UTF-8; " + line);
        System.out.println(host.release() + " " + line + " -> " + result.exit() + "\n" + result.out() + result.err());
        return result;
    }

    private static void laptop(TestHost host, String line, int exit) {
        TestHost.Result result = laptop(host, line);
        assertThat(result.exit()).as(line + "\n" + result.out() + result.err()).isEqualTo(exit);
    }

    private static String soon(String condition) {
        return "for i in $(seq 300); do " + condition + " && break; sleep 0.1; done; " + condition
                + " || { echo not so within 30 s; cat /run/said; exit 1; }; ";
    }

    private static String live(TestHost host) {
        return host.sh("cat " + LIVE + "/lectio-release.txt || true").strip();
    }

    private static void adopt(GuardedHost guarded) {
        guarded.awaitAllWell();
        guarded.host().sh("/opt/lectio-monitor/bin/lectio releases adopt");
    }

    /// The line that the script for Windows has the server's shell run.
    private static String windows(String variable, String what, String remote) {
        Matcher line = Pattern.compile("\\$" + variable + " = \"([^\"]+)\"").matcher(read(WINDOWS));
        assertThat(line.find()).isTrue();
        String deploy = "/opt/lectio-monitor/deploy_safe.sh " + what;
        return "ssh -n -T " + SERVER + " \"sh -c '"
                + line.group(1).replace("$deploy", deploy).replace("$remote", remote) + "'\"";
    }

    private static void fromWindows(TestHost host, String archive, String what, int exit) {
        String remote = ".lectio-deploy/" + archive;
        laptop(host, windows("prepare", what, remote), 0);
        laptop(host, "scp -q " + archive + " " + SERVER + ":" + remote, 0);
        laptop(host, windows("run", what, remote), exit);
        assertThat(host.sh("find ~deploy/.lectio-deploy -type f")).isEmpty();
    }

    @OnOneRelease
    void aUserWhoMayDoNothingElseDeploysByStandardInput(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, DeployFromElsewhereTest::prepare)) {
            TestHost host = guarded.host();
            adopt(guarded);
            laptop(host, TO + "frontend 'сборка сайта'", 0);
            assertThat(host.sh("curl -sG 'localhost/%D0%BA%D0%B0%D1%80%D1%82%D0%B8%D0%BD%D0%BA%D0%B8/"
                            + "%D0%BE%D0%B1%D0%BB%D0%BE%D0%B6%D0%BA%D0%B0%20%D1%83%D1%80%D0%BE%D0%BA%D0%B0.svg'"))
                    .contains("<svg");
            String first = live(host);
            TestHost.Result bad = laptop(host, TO + "frontend плохая --json");
            assertThat(bad.exit()).isEqualTo(REFUSED);
            assertThat(bad.out().lines().reduce((_, last) -> last).orElse("")).contains("REFUSED");
            assertThat(live(host)).isEqualTo(first);
            laptop(host, TO + "full 'сборка сайта' код --dry-run", 0);
            assertThat(live(host)).isEqualTo(first);
            laptop(host, TO + "full 'сборка сайта' код", 0);
            assertThat(SchoolCode.running(host)).isEqualTo(live(host)).isNotEqualTo(first);
            laptop(host, "echo '# 2' >>код/panel/urls.py; tar -czf code.tgz код; " + TO + "backend - <code.tgz", 0);
            assertThat(SchoolCode.running(host)).isNotEqualTo(live(host));

            String before = live(host);
            for (String more : new String[] {
                "frontend /root", "frontend - --to laptop@127.0.0.1", "frontend - /etc", "frontend", "rollback", ""
            }) {
                TestHost.Result other = laptop(
                        host, "ssh " + SERVER + " sudo -n /opt/lectio-monitor/deploy_safe.sh " + more + " </dev/null");
                assertThat(other.exit()).as(more).isEqualTo(1);
                assertThat(other.err()).as(more).contains("password is required");
            }
            for (String as :
                    new String[] {"LECTIO_HOME=/tmp sudo -n", "sudo -n LECTIO_HOME=/tmp", "sudo -n -u www-data"}) {
                TestHost.Result other = laptop(
                        host, "ssh " + SERVER + " " + as + " /opt/lectio-monitor/deploy_safe.sh frontend - <code.tgz");
                assertThat(other.exit()).as(as).isIn(1, BAD_INPUT);
            }
            laptop(
                    host,
                    TO.replace("deploy@", "laptop@") + "frontend - <code.tgz",
                    CANNOT); // nobody there knows its key
            host.sh("gpasswd -d deploy lectio-deploy");
            TestHost.Result stranger = laptop(host, TO + "frontend 'сборка сайта'");
            assertThat(stranger.exit()).isEqualTo(CANNOT);
            assertThat(stranger.err()).contains("group lectio-deploy");
            assertThat(live(host)).isEqualTo(before);
        }
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(Release.class)
    void whatTheScriptForWindowsHasTheServerDoDeploysWhatWindowsPacks(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, DeployFromElsewhereTest::prepare)) {
            TestHost host = guarded.host();
            adopt(guarded);
            host.sh(WINDOWS_ARCHIVES);
            laptop(host, "python3 /tmp/archives.py", 0);
            for (String archive : new String[] {"pax", "ustar", "plain", "zip"}) {
                String before = live(host);
                fromWindows(host, archive, "frontend -", 0);
                assertThat(live(host)).as(archive).isNotEqualTo(before);
            }
            String good = live(host);
            fromWindows(host, "bad", "frontend -", REFUSED);
            laptop(host, "head -c -100 both >cut", 0);
            fromWindows(host, "both", "full - -", 0);
            assertThat(SchoolCode.running(host)).isEqualTo(live(host)).isNotEqualTo(good);
            good = live(host);
            laptop(host, "head -c 9000 both >cut; tar -cf one backend.tar.gz; tar -cf three both both both", 0);
            for (String archive : new String[] {"cut", "one", "three", "pax"}) {
                fromWindows(host, archive, "full - -", BAD_INPUT);
            }
            assertThat(live(host)).isEqualTo(good);
            assertThat(laptop(host, windows("prepare", "frontend /root", "")).exit())
                    .isEqualTo(1);
            host.sh("touch -d '2 hours ago' ~deploy/.lectio-deploy/left; touch ~deploy/.lectio-deploy/young");
            laptop(host, windows("prepare", "full - -", ""), 0);
            assertThat(host.sh("ls ~deploy/.lectio-deploy")).isEqualTo("young\n");
            assertThat(host.sh("stat -c %a ~deploy/.lectio-deploy")).isEqualTo("700\n");
        }
    }

    /// The connection breaks while the archive comes, and while it is being deployed.
    @OnOneRelease
    void aConnectionThatBreaksLeavesNothingHalfDone(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, DeployFromElsewhereTest::prepare)) {
            TestHost host = guarded.host();
            adopt(guarded);
            String before = live(host);
            String stored = "find /var/www/.lectio | sort";
            host.sh(stored + " >/run/stored");
            String half =
                    "tar -czf b.tgz -C 'сборка сайта' .; (head -c 2000 b.tgz; sleep 60) | " + TO + "frontend - & ";
            for (String broken : new String[] {"pkill -KILL -u laptop -x ssh", "pkill -KILL -u deploy -x sshd"}) {
                host.sh("runuser -u laptop -- sh -c \"cd ~laptop; " + half + "\" >/run/said 2>&1; "
                        + soon("find /var/www/.lectio -name '*.part' | grep -q .")
                        + broken.replace("sshd", "'sshd|sshd-session'").replace("-x ssh'", "-x 'ssh") + "; "
                        + soon(stored + " | cmp -s - /run/stored"));
                assertThat(live(host)).isEqualTo(before);
            }
            host.sh("runuser -u laptop -- sh -c \"cd ~laptop; " + TO + "frontend b.tgz\" >/run/said 2>&1 & "
                    + "for i in $(seq 400); do grep -q stage /run/said && break; sleep 0.05; done; "
                    + "pkill -KILL -u laptop -x ssh; wait; cat /run/said; grep -q 'goes on there' /run/said; "
                    + "for i in $(seq 100); do [ \"$(cat " + LIVE + "/lectio-release.txt)\" != '" + before
                    + "' ] && exit 0; sleep 0.1; done; exit 1");
        }
    }
}
