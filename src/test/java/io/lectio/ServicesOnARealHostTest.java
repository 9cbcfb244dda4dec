package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.Fault;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.ServiceFaults;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The services of a real site killed and stopped, what a visitor sees of it, and what the owner is told.
@HostTest
class ServicesOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofSeconds(1);

    @ParameterizedTest
    @EnumSource(Release.class)
    void healsEveryFaultOfAServiceAndTellsIt(Release release) {
        for (ServiceFaults fault : ServiceFaults.values()) {
            if (fault != ServiceFaults.PAGE_OVERWRITTEN) {
                try (GuardedHost guarded = GuardedHost.boot(release)) {
                    heals(guarded, fault, bound(fault));
                }
            }
        }
    }

    private static Duration bound(ServiceFaults fault) {
        return switch (fault) {
            case GUNICORN_KILLED, GUNICORN_TERMED -> Duration.ofMillis(2_500);
            case NGINX_KILLED -> Duration.ofSeconds(1);
            case GUNICORN_STOPPED, GUNICORN_WORKERS_STOPPED, NGINX_STOPPED -> Duration.ofSeconds(8);
            case WORKERS_BLOCKED -> Duration.ofSeconds(50);
            case PAGE_OVERWRITTEN -> Duration.ZERO;
        };
    }

    private static void heals(GuardedHost guarded, Fault fault, Duration bound) {
        BotApiServer bot = guarded.bot();
        fault.prepare(guarded.host());
        guarded.awaitCalm();
        int before = bot.chat().size();
        try (Prober prober = Prober.start(guarded.host(), fault.watched())) {
            Instant broken = fault.inject(guarded.host());
            prober.awaitHealed(broken, QUIET, PATIENCE);
            Prober.Outage seen = prober.stop();
            BotApiServer.Message told = bot.awaitMessage(
                    message ->
                            !message.lastAt().isBefore(broken) && message.text().contains("восстановлено"),
                    PATIENCE);
            System.out.printf(
                    "%-8s %-24s outage %5d ms, alert after %5d ms%n%s%n",
                    guarded.host().release(),
                    fault.name(),
                    seen.since(broken).toMillis(),
                    Duration.between(broken, told.firstAt()).toMillis(),
                    told.text());
            assertThat(seen.since(broken)).as(fault.name()).isLessThan(bound);
            assertThat(bot.chat())
                    .as("%s, messages; %s", fault, guarded.allThatIsSaid())
                    .hasSize(before + 1);
        }
    }
}
