package io.lectio.testhost;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// A Debian host with the plan's site on it: systemd as process 1 of its own namespaces, booted in a second, the same
/// each time.
///
/// It ends with [#close()], and also when this process dies, however it dies. Hosts run side by side. The first boot
/// of a release builds its root file system (see `testhost/make.sh`), which takes a minute or two.
public final class TestHost implements AutoCloseable {
    /// Where the folder given to [#boot(Release, Path)] appears in the host, read-only.
    public static final String PRODUCT = "/srv/lectio-dist";

    /// Where [#lay(String)] puts scripts.
    static final String LAID = "/run";

    private static final String RELAY = LAID + "/systemd-relay";
    private static final Duration TO_BUILD = Duration.ofMinutes(20);
    private static final Duration TO_BOOT = Duration.ofSeconds(75);
    private static final Duration TO_END = Duration.ofSeconds(20);
    /// More than the stop timeout of a unit, which a gunicorn that is told to end while it starts may take.
    private static final Duration SHORT = Duration.ofSeconds(90);
    private static final AtomicInteger BOOTED = new AtomicInteger();

    private final Process supervisor;
    private final Path log;
    private final String name;
    private final Release release;
    private final long pid;
    private Optional<Bridge> bridge = Optional.empty();

    private record Bridge(String link, InetAddress machine) {}

    /// What a command inside the host said.
    public record Result(int exit, String out, String err) {}

    private TestHost(Process supervisor, Path log, String name, Release release, long pid) {
        this.supervisor = supervisor;
        this.log = log;
        this.name = name;
        this.release = release;
        this.pid = pid;
    }

    /// Boots a fresh host and returns when its page and its API answer 200.
    public static TestHost boot(Release release) {
        return boot(release, Optional.empty());
    }

    /// The same, with a folder of the machine shown read-only at [#PRODUCT].
    public static TestHost boot(Release release, Path productFolder) {
        return boot(release, Optional.of(productFolder.toAbsolutePath()));
    }

    private static TestHost boot(Release release, Optional<Path> product) {
        Path root = Path.of(Commands.demand(TO_BUILD, List.of(script("make.sh"), release.codename()))
                .strip());
        String name = "lth-%s-%d-%d"
                .formatted(release.codename(), ProcessHandle.current().pid(), BOOTED.incrementAndGet());
        try {
            Path log = Files.createTempFile("lectio-testhost", ".log");
            ProcessBuilder builder = Commands.builder(List.of(script("boot.sh"), root.toString(), name))
                    .redirectError(log.toFile());
            product.ifPresent(folder -> builder.environment().put("LECTIO_TESTHOST_BIND", folder + ":" + PRODUCT));
            Process supervisor = builder.start();
            try {
                String[] ready = firstLine(supervisor, log).split(" ", -1);
                return new TestHost(supervisor, log, name, release, Long.parseLong(ready[1]));
            } catch (RuntimeException e) {
                end(supervisor, log);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firstLine(Process supervisor, Path log) throws IOException {
        BufferedReader out = supervisor.inputReader(StandardCharsets.UTF_8);
        CompletableFuture<Optional<String>> line = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                line.complete(Optional.ofNullable(out.readLine()));
            } catch (IOException e) {
                line.completeExceptionally(e);
            }
        });
        try {
            return line.get(TO_BOOT.toSeconds(), TimeUnit.SECONDS)
                    .filter(text -> text.startsWith("READY "))
                    .orElseThrow(() -> new IllegalStateException("the host did not boot:\n" + said(log)));
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the host did not boot:\n" + Files.readString(log), e);
        } catch (InterruptedException e) {
            throw Commands.interrupted(e);
        }
    }

    private static String said(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The pid of the host's systemd as the machine sees it.
    public long pid() {
        return pid;
    }

    /// The host's name, which is its folder's in `/run/lectio-testhost` too.
    public String name() {
        return name;
    }

    /// What it was made of.
    public Release release() {
        return release;
    }

    ProcessHandle supervisor() {
        return supervisor.toHandle();
    }

    /// Runs a command inside as root; kills it and fails at the deadline.
    public Result run(Duration deadline, String... argv) {
        List<String> command = inside();
        // the one inside ends the command and its group; the deadline outside is for a host that no longer runs it
        command.addAll(List.of("timeout", "-s", "KILL", "%.3f".formatted(deadline.toMillis() / 1000.0)));
        command.addAll(List.of(argv));
        long start = System.nanoTime();
        Result result = Commands.run(deadline.plusSeconds(5), command);
        if (result.exit() == 137 && System.nanoTime() - start >= deadline.toNanos()) {
            throw new IllegalStateException(
                    String.join(" ", argv) + " did not end within " + deadline + "\n" + result.out() + result.err());
        }
        return result;
    }

    /// Runs a bash script inside as root for 90 s at most; its output. Fails with what it said unless it exits with
    /// 0.
    public String sh(String script) {
        return sh(SHORT, script);
    }

    /// The same, within a deadline of its own.
    String sh(Duration deadline, String script) {
        Result result = run(deadline, "bash", "-c", script);
        if (result.exit() != 0) {
            throw new IllegalStateException(script + "\nexit " + result.exit() + "\n" + result.out() + result.err());
        }
        return result.out();
    }

    /// Copies a script of `testhost` to [#LAID].
    public void lay(String script) {
        try {
            Files.copy(
                    Path.of(script(script)),
                    Path.of("/proc/" + pid + "/root" + LAID, script),
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> inside() {
        return new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid), "-a", "--"));
    }

    /// A socket of the machine that leads to the private one of the host's systemd; it is laid at the first call. A
    /// relay in the host, for systemd refuses peers of another pid namespace.
    public synchronized Path systemdSocket() {
        Path socket = Path.of("/proc/" + pid + "/root" + RELAY);
        if (!Files.exists(socket)) {
            lay("relay.py");
            sh("systemd-run -q --unit systemd-relay python3 " + LAID + "/relay.py " + RELAY
                    + "; for i in $(seq 100); do [ -S " + RELAY + " ] && exit 0; sleep 0.05; done; exit 1");
        }
        return socket;
    }

    /// Starts a Bot API server of the machine that this host reaches at its [BotApiServer#baseUrl()]. The caller
    /// closes it.
    public BotApiServer startBotApi(String token, String chat) {
        return new BotApiServer(machineAddress(), token, chat);
    }

    /// The machine's address on a network that only it and this host are on; it is laid at the first call.
    public synchronized InetAddress machineAddress() {
        Bridge laid = bridge.orElseGet(this::layBridge);
        bridge = Optional.of(laid);
        return laid.machine();
    }

    private Bridge layBridge() {
        String failed = "";
        for (int tried = 0; tried < 254; tried++) {
            int net = 1 + (int) ((pid + tried) % 254);
            String link = "lth" + net;
            // the link's name is the claim on the network's number
            Result added = Commands.run(
                    SHORT,
                    List.of(
                            "ip",
                            "link",
                            "add",
                            link,
                            "type",
                            "veth",
                            "peer",
                            "name",
                            "eth0",
                            "netns",
                            Long.toString(pid)));
            if (added.exit() == 0) {
                String prefix = "10.213." + net + ".";
                Commands.demand(SHORT, List.of("ip", "address", "add", prefix + "1/30", "dev", link));
                Commands.demand(SHORT, List.of("ip", "link", "set", link, "up"));
                sh("ip address add " + prefix + "2/30 dev eth0 && ip link set eth0 up");
                return new Bridge(link, InetAddress.ofLiteral(prefix + "1"));
            }
            failed = added.err();
            if (!failed.contains("exists")) {
                break;
            }
        }
        throw new IllegalStateException("no network between the machine and " + name + ": " + failed);
    }

    /// Ends the host; returns when no process, cgroup, folder or link of it is left.
    @Override
    public synchronized void close() {
        try {
            end(supervisor, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bridge.filter(laid -> Files.exists(Path.of("/sys/class/net", laid.link())))
                .ifPresent(laid -> Commands.run(SHORT, List.of("ip", "link", "delete", laid.link())));
        bridge = Optional.empty();
    }

    private static void end(Process supervisor, Path log) throws IOException {
        supervisor.outputWriter(StandardCharsets.UTF_8).close();
        if (!Commands.ended(supervisor, TO_END)) {
            supervisor.destroyForcibly();
            throw new IllegalStateException("the host did not end within " + TO_END + "\n" + Files.readString(log));
        }
        Files.deleteIfExists(log);
    }

    /// Why hosts cannot run here, or empty when they can.
    public static Optional<String> missing() {
        return Missing.REASON;
    }

    static String script(String file) {
        return Path.of("testhost", file).toAbsolutePath().toString();
    }

    private static final class Missing {
        private static final Optional<String> REASON = find();

        private static Optional<String> find() {
            if (!System.getProperty("os.name", "").equals("Linux") || !Files.isExecutable(Path.of("/bin/bash"))) {
                return Optional.of("this is not Linux with bash");
            }
            Result asked = Commands.run(SHORT, List.of(script("missing.sh")));
            return Optional.of((asked.out() + asked.err()).strip()).filter(reason -> asked.exit() != 0);
        }
    }
}
