package io.lectio.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// What this machine has of a network.
public final class Network {
    private static final int UP = 1;

    private Network() {}

    /// Whether packets to the world have a way out. Source: proc_pid_net(5), `route` and `ipv6_route`.
    ///
    /// @throws IOException where the kernel does not tell
    public static boolean isRouted() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/net/route"), StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split("\\s+");
            if (fields.length > 7
                    && fields[1].equals("00000000")
                    && fields[7].equals("00000000")
                    && (Integer.parseInt(fields[3], 16) & UP) != 0) {
                return true;
            }
        }
        Path v6 = Path.of("/proc/net/ipv6_route");
        return Files.exists(v6)
                && Files.readAllLines(v6, StandardCharsets.ISO_8859_1).stream()
                        .anyMatch(line -> line.matches("0{32} 00 .*") && !line.endsWith(" lo"));
    }

    /// Why a name leads nowhere, as this machine's resolver says it; empty where it leads somewhere.
    public static Optional<String> unresolved(String name, Duration within) throws InterruptedException {
        BlockingQueue<Optional<String>> answer = new ArrayBlockingQueue<>(1);
        Thread.ofPlatform().name("resolver").daemon().start(() -> answer.add(unresolved(name)));
        Optional<String> said = answer.poll(within.toMillis(), TimeUnit.MILLISECONDS);
        return said == null ? Optional.of("no answer within " + within.toSeconds() + " s") : said;
    }

    private static Optional<String> unresolved(String name) {
        try {
            InetAddress.getByName(name);
            return Optional.empty();
        } catch (UnknownHostException e) {
            String said = String.valueOf(e.getMessage()).replaceFirst("^.*: ", "");
            return Optional.of(said.equals(name) ? "no address" : said); // from the cache it has no reason
        }
    }
}
