package io.lectio.testhost;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// A test host on which the distribution is installed and guards the plan's site, and the Bot API server that it
/// tells.
public final class GuardedHost implements AutoCloseable {
    /// The secret part of the bot's token: whatever shows it has leaked it.
    public static final String CANARY = "AAtesthostTESTHOSTtesthostTESTHOST0";

    public static final String TOKEN = "123456789:" + CANARY;

    private static final String HOME = "/opt/lectio-monitor";
    /// Where this is, a guard has run since the boot, and none waits for services to come up.
    public static final String BEGUN = "/run/lectio-monitor/begun";

    private final TestHost host;
    private final BotApiServer bot;

    private GuardedHost(TestHost host) {
        this.host = host;
        bot = host.startBotApi(TOKEN, "42");
    }

    /// Boots a fresh host and starts the guard as a unit that systemd restarts; returns when it answers.
    ///
    /// @param settings further lines for `config.env`
    public static GuardedHost boot(Release release, String... settings) {
        return boot(release, _ -> {}, settings);
    }

    /// The same, on a host that is made ready in some way before the guard comes.
    public static GuardedHost boot(Release release, Consumer<TestHost> ready, String... settings) {
        TestHost host = TestHost.boot(release, Path.of("target/dist"));
        try {
            host.sh("mkdir -m 700 /run/lectio-monitor; touch " + BEGUN);
            ready.accept(host);
            GuardedHost guarded = new GuardedHost(host);
            guarded.install(settings);
            return guarded;
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    /// A host on which its owner installs the guard, with the bot that the owner is to name. It is closed with this.
    public static GuardedHost bare(TestHost host) {
        return new GuardedHost(host);
    }

    private void install(String... settings) {
        String config = "TELEGRAM_BOT_TOKEN=%s\nTELEGRAM_CHAT_ID=42\nTELEGRAM_API_URL=%s\n%s\n"
                .formatted(TOKEN, bot.baseUrl(), String.join("\n", settings));
        host.sh("mkdir -p " + HOME + """
                ; cd %s; for each in *; do
                  if [ -d $each ]; then mkdir %s/$each; mount --bind $each %s/$each; else cp -a $each %s/; fi
                done
                cp systemd/lectio-monitor.service /usr/lib/systemd/system/
                mkdir -p /run/systemd/system/lectio-monitor.service.d
                printf '[Service]\\nRestartSec=100ms\\nWatchdogSec=40s\\n' >/run/systemd/system/lectio-monitor.service.d/sooner.conf
                systemctl daemon-reload
                umask 077; cat > %s/config.env <<'END'
                """.formatted(TestHost.PRODUCT, HOME, HOME, HOME, HOME) + config + "END");
        start();
    }

    /// Returns when it answers. Its unit is the one that is shipped, and nothing of it is loosened.
    public void start() {
        host.sh("systemctl start lectio-monitor");
        awaitGuard();
    }

    public void stop() {
        host.sh("systemctl stop lectio-monitor");
    }

    public TestHost host() {
        return host;
    }

    public BotApiServer bot() {
        return bot;
    }

    /// What is in the chat besides the guard's news of itself.
    public List<BotApiServer.Message> alerts() {
        return bot.chat().stream().filter(GuardedHost::isAlert).toList();
    }

    public static boolean isAlert(BotApiServer.Message message) {
        return !message.text()
                .matches(
                        "(?s)ℹ️ INFO .* · (охраняю|только смотрю|охрана|выкладка|откат|проверки в порядке|guarding|only looking|the guard is|checks that).*");
    }

    /// Returns when the guard answers.
    public void awaitGuard() {
        await("STATUS", "True");
    }

    /// Returns when the guard has no incident open but such as are healed and watched a while longer.
    public void awaitCalm() {
        await("STATUS", "all(i['phase'] == 'Resolved' for i in json.loads(line)['incidents'])");
    }

    /// Returns when no incident names this: what fails within a minute of a repair continues the last one.
    public void awaitOver(String named) {
        await("STATUS", "all('" + named + "' not in json.dumps(i) for i in json.loads(line)['incidents'])");
    }

    /// Returns when a check is well: what has never been seen well cannot be seen to fail.
    public void awaitWell(String check) {
        await("STATUS", "'\"check\":\"" + check + "\",\"health\":\"HEALTHY\"' in line");
    }

    /// The same of all that it guards there.
    public void awaitAllWell() {
        List.of("app", "proxy", "files", "page").forEach(this::awaitWell);
    }

    /// Returns when no deploy is under way.
    public void awaitNoDeploy() {
        await("RELEASES", "json.loads(line)['current'] is None");
    }

    /// The lines of its log that begin a repair.
    public List<String> attempts() {
        return host.sh("cat /var/log/lectio-monitor/health.log")
                .lines()
                .filter(line -> line.matches(".*incident \\d+: attempt \\d+.*"))
                .toList();
    }

    /// Asks the guard itself: a command's own start, ten times a second, would cost most of a core.
    ///
    /// @param ask as the control socket has it
    /// @param condition in Python, of the `line` that it answers
    private void await(String ask, String condition) {
        host.sh("""
                python3 - <<'END'
                import json, socket, sys, time
                end = time.monotonic() + 80
                line = ''
                while time.monotonic() < end:
                    try:
                        with socket.socket(socket.AF_UNIX) as guard:
                            guard.settimeout(5)
                            guard.connect('/var/lib/lectio-monitor/control.sock')
                            guard.sendall(b'{"ask":"%s"}\\n')
                            line = guard.makefile().readline()
                        if line and (%s):
                            sys.exit(0)
                    except OSError:
                        pass
                    time.sleep(0.1)
                sys.exit('not so within 80 s: ' + line)
                END
                """.formatted(ask, condition));
    }

    /// `kill -9`, as nothing can be prepared for.
    public void killGuard() {
        host.sh("systemctl kill -s KILL lectio-monitor");
    }

    /// Everything that others may come to read: logs, journal, unit properties, process list, status, state; not the
    /// copy of `config.env`, which is as closed as that.
    public String allThatIsSaid() {
        return host.sh(
                "journalctl --no-pager -o export; cat /var/log/lectio-monitor/*; systemctl show lectio-monitor; ps axwwe;"
                        + HOME
                        + "/bin/lectio status --json; find /var/lib/lectio-monitor -type f \\( ! -name 'configuration.json*' -o -perm /077 \\) -exec cat {} +");
    }

    @Override
    public void close() {
        bot.close();
        host.close();
    }
}
