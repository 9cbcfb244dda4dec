package io.lectio.testhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@HostTest
class TestHostTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofMillis(200);

    @ParameterizedTest
    @EnumSource
    void theReleaseBootsAndItsPageAndApiAnswer(Release release) {
        try (TestHost host = TestHost.boot(release);
                Prober prober = Prober.start(host, List.of("/", "/api/health/", "/static/js/main.91c0.js"))) {
            assertThat(host.sh("cat /proc/1/comm; . /etc/os-release; echo $VERSION_CODENAME"))
                    .isEqualTo("systemd\n" + release.codename() + "\n");
            assertThat(host.sh("systemctl is-active nginx teaching_panel cron ssh")
                            .lines())
                    .containsOnly("active");
            prober.awaitHealed(Instant.now(), QUIET, SOON);
            Prober.Outage seen = prober.stop();
            assertThat(seen.failed()).isZero();
            assertThat(seen.requests()).isGreaterThan(10);
            assertThat(seen.since(Instant.now())).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFaultIsSeenByAVisitorAndGoesWhenItIsMended(Release release) {
        try (TestHost host = TestHost.boot(release)) {
            for (Faults fault : Faults.values()) {
                try (Prober prober = Prober.start(host, fault.watched())) {
                    Instant before = Instant.now();
                    Instant injected = fault.inject(host);
                    assertThat(injected).as(fault.name()).isBetween(before, Instant.now());
                    Commands.pause(QUIET);
                    assertThat(prober.outage().firstFailed())
                            .as(fault.name())
                            .hasValueSatisfying(first -> assertThat(first)
                                    .isBetween(
                                            injected.minusMillis(50),
                                            injected.plus(fault.lasts()).plusMillis(500)));
                    assertThatThrownBy(() -> fault.inject(host))
                            .as(fault.name())
                            .hasMessageContaining("already");
                    Faults.mend(host);
                    prober.awaitHealed(injected, QUIET, SOON);
                    Prober.Outage seen = prober.stop();
                    assertThat(seen.since(injected)).as(fault.name()).isBetween(QUIET.dividedBy(2), SOON);
                    assertThat(seen.requests()).isGreaterThan(seen.failed());
                }
            }
        }
    }

    @Test
    void hostsSideBySideDoNotMeet() {
        try (TestHost one = TestHost.boot(Release.BOOKWORM);
                TestHost other = TestHost.boot(Release.TRIXIE);
                Prober prober = Prober.start(other, List.of("/"))) {
            assertThat(one.machineAddress()).isNotEqualTo(other.machineAddress());
            one.sh("systemctl stop nginx; rm -rf /var/www/teaching_panel");
            prober.awaitHealed(Instant.now(), QUIET, SOON);
            assertThat(prober.stop().failed()).isZero();
        }
    }

    @Test
    void theHostReachesItsBotApiServer() {
        try (TestHost host = TestHost.boot(Release.BOOKWORM);
                BotApiServer api = host.startBotApi("1:token", "5")) {
            assertThat(host.sh("curl -sS -m 5 -d chat_id=5 -d text=hello " + api.baseUrl() + "/bot1:token/sendMessage"))
                    .contains("\"ok\":true");
            assertThat(api.awaitMessage(message -> message.text().equals("hello"), SOON)
                            .edits())
                    .isZero();
            InetAddress machine = host.machineAddress();
            assertThat(api.baseUrl()).contains(machine.getHostAddress());
        }
    }

    @Test
    void theProductIsThereAndCannotBeChanged(@TempDir Path product) throws IOException {
        Files.writeString(product.resolve("release"), "1");
        try (TestHost host = TestHost.boot(Release.BOOKWORM, product)) {
            assertThat(host.sh("cat " + TestHost.PRODUCT + "/release")).isEqualTo("1");
            assertThat(host.run(SOON, "touch", TestHost.PRODUCT + "/x").err()).contains("Read-only file system");
        }
    }

    @Test
    void aCommandEndsAtItsDeadlineAndAFailureTellsWhy() {
        try (TestHost host = TestHost.boot(Release.BOOKWORM)) {
            assertThatThrownBy(() -> host.run(Duration.ofMillis(300), "sleep", "4321"))
                    .hasMessageContaining("did not end within");
            host.sh("for i in $(seq 50); do pgrep -fx 'sleep 4321' || exit 0; sleep 0.1; done; exit 1");
            assertThatThrownBy(() -> host.sh("echo why >&2; exit 3")).hasMessageContaining("exit 3\nwhy");
        }
    }

    @Test
    void closingLeavesNothing() {
        TestHost host = TestHost.boot(Release.TRIXIE);
        Path link = Path.of("/sys/class/net/lth" + (host.machineAddress().getAddress()[2] & 0xff));
        assertThat(link).exists();
        assertThat(cgroup(host)).exists();
        host.close();
        assertThat(cgroup(host)).doesNotExist();
        assertThat(Path.of("/run/lectio-testhost", host.name())).doesNotExist();
        assertThat(Path.of("/proc/" + host.pid())).doesNotExist();
        assertThat(link).doesNotExist();
    }

    @Test
    void aKilledSupervisorTakesItsHostAlongAndTheNextBootSweepsUp() throws InterruptedException {
        TestHost host = TestHost.boot(Release.BOOKWORM);
        Path link = Path.of("/sys/class/net/lth" + (host.machineAddress().getAddress()[2] & 0xff));
        host.supervisor().destroyForcibly();
        Instant deadline = Instant.now().plus(SOON);
        while (Files.exists(Path.of("/proc/" + host.pid())) || Files.exists(link)) {
            assertThat(Instant.now()).as("the host lives on").isBefore(deadline);
            Thread.sleep(20);
        }
        try (TestHost next = TestHost.boot(Release.BOOKWORM)) {
            assertThat(next.pid()).isNotEqualTo(host.pid());
            assertThat(cgroup(host)).doesNotExist();
            assertThat(Path.of("/run/lectio-testhost", host.name())).doesNotExist();
        }
        host.close();
    }

    private static Path cgroup(TestHost host) {
        Path unified = Path.of("/sys/fs/cgroup/unified");
        return (Files.exists(unified) ? unified : Path.of("/sys/fs/cgroup")).resolve("lectio-testhost-" + host.name());
    }
}
