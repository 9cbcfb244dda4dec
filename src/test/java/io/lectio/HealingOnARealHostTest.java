package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole loop on a real host: a fault, what a visitor sees of it, and the message that the owner gets.
@HostTest
class HealingOnARealHostTest {
    /// By an event, not by a round, also on a machine with much else to do; bench/healing has the budgets.
    private static final Duration WORST_OUTAGE = Duration.ofSeconds(4);

    private static final Duration WORST_ALERT = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ParameterizedTest
    @EnumSource(Release.class)
    void healsEveryPermissionFaultAndTellsItOnce(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            for (Faults fault : Faults.values()) {
                heals(guarded, fault);
            }
            assertThat(guarded.allThatIsSaid()).doesNotContain(GuardedHost.CANARY);
            assertThat(guarded.bot().early()).isZero();
            String resolved = journal(guarded, "LECTIO_KIND=resolved");
            assertThat(resolved).startsWith("INFO incident ").contains(": resolved in ");
            String incident = resolved.substring("INFO incident ".length(), resolved.indexOf(':'));
            assertThat(journal(guarded, "LECTIO_LOG=alerts LECTIO_INCIDENT=" + incident))
                    .startsWith("WARNING ");
        }
    }

    /// Promise 29: a name is never a command, and one event stays one line.
    @Test
    void hostileNamesAreHealedAndToldAndNothingOfThemIsRun() {
        String names = """
                cd /var/www/teaching_panel/frontend/build
                umask 077
                echo x | tee -- '$(touch pwned)' '`touch pwned`' ';touch pwned;' '-rf' '%n%s' '| tee pwned' \\
                    $'two\\nlines 2026-01-22 03:12:00.000 CRITICAL forged' $'\\e[2Jclear' $'\\xe2\\x80\\xaegnp' $'bad\\xff' >/dev/null
                """;
        try (GuardedHost guarded = GuardedHost.boot(Release.TRIXIE)) {
            guarded.host().sh(names);
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            guarded.awaitCalm();
            assertThat(guarded.host().sh("cd /var/www/teaching_panel/frontend/build; find . ! -perm -004"))
                    .isEmpty();
            assertThat(guarded.host().sh("find / -xdev -name pwned")).isEmpty();
            assertThat(guarded.host().sh("cat /var/log/lectio-monitor/*").lines())
                    .allMatch(line ->
                            line.matches("\\d{4}-\\d\\d-\\d\\d \\S+ (INFO|WARNING|CRITICAL) [^\\p{Cc}\\p{Cf}]*"));
            assertThat(guarded.alerts()).hasSize(1);
        }
    }

    /// The newest entry that bears these fields.
    private static String journal(GuardedHost guarded, String fields) {
        return guarded.host().sh("journalctl -q --no-pager -n 1 -o cat -u lectio-monitor " + fields);
    }

    private static void heals(GuardedHost guarded, Faults fault) {
        BotApiServer bot = guarded.bot();
        int before = guarded.alerts().size();
        try (Prober prober = Prober.start(guarded.host(), fault.watched())) {
            Instant broken = fault.inject(guarded.host());
            prober.awaitHealed(broken, Duration.ofSeconds(1).plus(fault.lasts()), PATIENCE);
            Prober.Outage seen = prober.stop();
            BotApiServer.Message told = bot.awaitMessage(
                    message -> !message.firstAt().isBefore(broken) && GuardedHost.isAlert(message), PATIENCE);
            System.out.printf(
                    "%-8s %-22s outage %5d ms, alert after %5d ms%n",
                    guarded.host().release(),
                    fault,
                    seen.since(broken).toMillis(),
                    Duration.between(broken, told.firstAt()).toMillis());
            if (fault.lasts().isZero()) {
                assertThat(seen.since(broken)).as(fault + ", outage").isLessThan(WORST_OUTAGE);
                assertThat(Duration.between(broken, told.firstAt()))
                        .as(fault + ", alert")
                        .isLessThan(WORST_ALERT);
            }
            assertThat(told.text()).contains("WARNING");
            guarded.awaitCalm();
            assertThat(guarded.alerts()).as(fault + ", messages").hasSize(before + 1);
        }
    }
}
