package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.BotApiServer.Outage;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;

/// What the owner is told of what the guard may not heal, cannot heal, or could not tell in time.
@HostTest
class TellingOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ESCALATES = Duration.ofMinutes(5);
    private static final String BUILD = "/var/www/teaching_panel/frontend/build";
    private static final String CHUNK = "static/js/57.chunk.js";
    private static final String SAVE_PAGE = "cp -p " + BUILD + "/index.html /run/page; ";
    private static final String BREAK_PAGE = "echo broken >" + BUILD + "/index.html; ";
    private static final String MEND_PAGE = "cat /run/page >" + BUILD + "/index.html; ";

    @OnOneRelease
    void aPageThatSaysOnlyBrokenIsToldAndLeftAndClosedWhenItIsPutBack(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitWell("page");
            guarded.host().sh(SAVE_PAGE + BREAK_PAGE);
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("CRITICAL"), PATIENCE);
            System.out.println(told.text());
            assertThat(told.text()).contains("нужен человек", "страница подменена", "Что сделать: ");
            assertThat(guarded.host().sh("cat " + BUILD + "/index.html")).isEqualTo("broken\n");
            guarded.host().sh(MEND_PAGE);
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            guarded.awaitCalm();
            assertThat(guarded.alerts()).hasSize(1);
            assertThat(guarded.attempts()).isEmpty();
        }
    }

    /// Somebody closes a file again and again. The page does without it, so that nobody is woken before time.
    @OnOneRelease
    @Tag("full")
    void aFaultThatCannotBeHealedIsCriticalAfterFiveMinutes(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitWell("files");
            Instant broken = Instant.now();
            guarded.host()
                    .sh("systemd-run -q bash -c 'while :; do chmod 000 " + BUILD + "/" + CHUNK + "; sleep 0.05; done'");
            Message told = guarded.bot()
                    .awaitMessage(message -> message.text().contains("CRITICAL"), ESCALATES.plus(PATIENCE));
            System.out.println(Duration.between(broken, told.firstAt()) + "\n" + told.text());
            assertThat(Duration.between(broken, told.firstAt())).isBetween(ESCALATES, ESCALATES.plusSeconds(30));
            assertThat(told.text())
                    .as("seen, tried, what to do")
                    .contains(CHUNK, "Исправляли 3 раза", "не помогло", "Что сделать: ", "namei -l");
            assertThat(guarded.alerts()).hasSize(2);
        }
    }

    /// Two services that a person stopped, a file that may be repaired and one that may not, all at one moment, and
    /// Telegram asks for patience at the first of their messages.
    @OnOneRelease
    void manyFaultsAtOnceAreOneMessageWithItsPartsEditedAsOne(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            host.sh("ln " + BUILD + "/" + CHUNK + " /var/www/teaching_panel/frontend/second-name");
            guarded.awaitAllWell();
            guarded.bot().retryAfter(10);
            host.sh("cd " + BUILD + "; systemctl stop nginx teaching_panel; chown root:root " + CHUNK + "; chmod 600 "
                    + CHUNK + "; chmod 000 index.html");
            Message told = guarded.bot().awaitMessage(GuardedHost::isAlert, PATIENCE);
            System.out.println(told.text());
            assertThat(told.text()).contains("сразу несколько сбоев: 4", "nginx.service", "teaching_panel.service");
            assertThat(told.text()).contains(CHUNK, "index.html");
            assertThat(parts(told)).hasSize(5);
            host.sh("chmod 644 " + BUILD + "/" + CHUNK + "; systemctl start teaching_panel nginx");
            Message last = guarded.bot()
                    .awaitMessage(
                            message -> GuardedHost.isAlert(message)
                                    && parts(message).stream().skip(1).allMatch(line -> line.contains("восстановлено")),
                            PATIENCE);
            assertThat(last.id()).isEqualTo(told.id());
            assertThat(guarded.alerts()).hasSize(1);
            assertThat(guarded.bot().early()).isZero();
        }
    }

    @OnOneRelease
    void whatTelegramMissedArrivesAsOneDigestTheCriticalFirst(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            guarded.bot().outage(Outage.REFUSED);
            guarded.host().sh("pkill -KILL nginx; sleep 4; chmod 000 " + BUILD + "/" + CHUNK + "; sleep 4");
            guarded.host().sh("systemctl kill -s KILL teaching_panel; sleep 4; " + SAVE_PAGE + BREAK_PAGE + "sleep 20");
            assertThat(guarded.alerts()).isEmpty();
            guarded.bot().outage(Outage.NONE);
            Message told = guarded.bot().awaitMessage(GuardedHost::isAlert, PATIENCE);
            System.out.println(told.text());
            List<String> parts = parts(told);
            assertThat(parts.get(0)).contains("CRITICAL", ": 4");
            assertThat(parts.get(1)).contains("CRITICAL", "страница подменена");
            assertThat(parts.subList(2, parts.size()))
                    .hasSize(3)
                    .allMatch(line -> line.contains("WARNING") && line.contains("восстановлено"));
            assertThat(guarded.alerts()).hasSize(1);
        }
    }

    /// The head of a digest and its parts.
    private static List<String> parts(Message digest) {
        return digest.text()
                .lines()
                .filter(line -> line.matches(".* (CRITICAL|WARNING|INFO) · .*"))
                .toList();
    }
}
