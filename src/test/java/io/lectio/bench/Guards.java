package io.lectio.bench;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.Fault;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Who guards the site: what is compared, each with the configuration that the table shows.
enum Guards {
    /// systemd alone, by `Restart=always` of gunicorn's unit. The patience is longer than gunicorn's own `--timeout`.
    NONE("systemd alone", "testhost/site/teaching_panel.service", "", 5, 3, 45, 20) {
        @Override
        void start(TestHost host) {}
    },
    /// The plan's script, literally, started by cron each minute.
    PLAIN("the plan as a plain script", "testhost/guards/plain/", "cron", 60, 3, 150, 130) {
        @Override
        void start(TestHost host) {
            host.sh("mkdir -p /opt/lectio-monitor /var/log/lectio-monitor");
            write(host, "plain/health_check.sh", "/opt/lectio-monitor/health_check.sh", "755");
            write(host, "plain/crontab", "/run/crontab", "644");
            host.sh("crontab /run/crontab");
        }
    },
    /// Debian's Monit with a cycle of five seconds.
    MONIT("Monit", "testhost/guards/monit/", "monit", 5, 3, 90, 40) {
        @Override
        void start(TestHost host) {
            write(host, "monit/monitrc", "/etc/monit/monitrc", "600");
            write(host, "monit/monit.service.conf", "/etc/systemd/system/monit.service.d/repairs.conf", "644");
            // the release's own start script may be told not to start it
            host.sh("rm -f /etc/default/monit; monit -t; systemctl daemon-reload; systemctl start monit");
        }
    },
    /// The distribution as it is installed, with its defaults.
    LECTIO("lectio", "src/main/dist/", "lectio-monitor", 5, 5, 90, 20) {
        @Override
        void start(TestHost host) {
            throw new IllegalStateException("it comes with its host");
        }

        @Override
        AtWork boot(Release release, Fault fault) {
            GuardedHost guarded = GuardedHost.boot(release, fault::prepare);
            return new AtWork(guarded.host(), Optional.of(guarded.bot()), guarded);
        }
    };

    private final String title;
    private final String configuration;
    private final String unit;
    private final Duration cycle;
    private final int runs;
    private final Duration patience;
    private final Duration guess;

    Guards(
            String title,
            String configuration,
            String unit,
            int cycleSeconds,
            int runs,
            int patienceSeconds,
            int guessSeconds) {
        this.title = title;
        this.configuration = configuration;
        this.unit = unit;
        cycle = Duration.ofSeconds(cycleSeconds);
        this.runs = runs;
        patience = Duration.ofSeconds(patienceSeconds);
        guess = Duration.ofSeconds(guessSeconds);
    }

    /// A fresh host under this guard.
    ///
    /// @param bot where its alerts arrive, if it sends any there
    record AtWork(TestHost host, Optional<BotApiServer> bot, AutoCloseable ends) implements AutoCloseable {
        /// From the fault to the first message; empty when none came.
        Optional<Duration> alert(Instant broken) {
            return bot.flatMap(api -> api.chat().stream()
                    .filter(GuardedHost::isAlert)
                    .map(BotApiServer.Message::firstAt)
                    .filter(at -> !at.isBefore(broken))
                    .min(Instant::compareTo)
                    .map(at -> Duration.between(broken, at)));
        }

        @Override
        public void close() {
            try {
                ends.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// Boots a host, makes it ready for the fault, and then sets the guard on it.
    AtWork boot(Release release, Fault fault) {
        TestHost host = TestHost.boot(release);
        try {
            fault.prepare(host);
            start(host);
            return new AtWork(host, Optional.empty(), host);
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    abstract void start(TestHost host);

    private static void write(TestHost host, String file, String to, String mode) {
        try {
            host.sh("mkdir -p $(dirname %1$s); cat >%1$s <<'END_OF_FILE'\n%2$sEND_OF_FILE\nchmod %3$s %1$s"
                    .formatted(to, Files.readString(Path.of("testhost/guards", file)), mode));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String title() {
        return title;
    }

    /// The files that configure it, from the repository's root.
    String configuration() {
        return configuration;
    }

    /// The unit whose processes it is; empty where there is none.
    String unit() {
        return unit;
    }

    /// How often it looks.
    Duration cycle() {
        return cycle;
    }

    int runs() {
        return runs;
    }

    /// After which a site that is not back counts as never healed.
    Duration patience() {
        return patience;
    }

    /// What a run takes, as long as none was seen.
    Duration guess() {
        return guess;
    }
}
