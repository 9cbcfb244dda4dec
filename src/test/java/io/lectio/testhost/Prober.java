package io.lectio.testhost;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Visitors of the site: each URL asked every 20 ms over a new connection from inside the host (see
/// `testhost/prober.py`).
public final class Prober implements AutoCloseable {
    private static final int INTERVAL_MS = 20;
    private static final Duration TO_END = Duration.ofSeconds(10);

    private final Process process;
    private final Thread reader;
    private final List<String> urls;
    private final Map<Integer, Seen> seen = new HashMap<>();
    private Optional<Outage> stopped = Optional.empty();

    private record Seen(
            Optional<Instant> lastOk,
            Optional<Instant> firstFailed,
            Optional<Instant> lastFailed,
            int requests,
            int failed,
            String reason) {}

    /// What the visitors saw, all URLs together: the first failed request's start, the last one's end, how many.
    public record Outage(Optional<Instant> firstFailed, Optional<Instant> lastFailed, int requests, int failed) {
        /// From the fault to the end of the last failed request; zero when none failed.
        public Duration since(Instant injected) {
            return lastFailed.map(last -> Duration.between(injected, last)).orElse(Duration.ZERO);
        }
    }

    private Prober(Process process, List<String> urls) {
        this.process = process;
        this.urls = urls;
        reader = Thread.ofVirtual().start(this::read);
    }

    /// Starts asking, and waits two seconds for each answer; returns when each URL has been asked once.
    public static Prober start(TestHost host, List<String> urls) {
        return start(host, urls, Duration.ofSeconds(2));
    }

    public static Prober start(TestHost host, List<String> urls, Duration patience) {
        List<String> command = host.inside();
        try {
            command.addAll(List.of(
                    "python3",
                    "-c",
                    Files.readString(Path.of(TestHost.script("prober.py"))),
                    Integer.toString(INTERVAL_MS),
                    Long.toString(patience.toSeconds())));
            command.addAll(urls);
            Prober prober = new Prober(
                    Commands.builder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start(),
                    List.copyOf(urls));
            prober.awaitFirst();
            return prober;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitFirst() {
        Instant deadline = Instant.now().plus(TO_END);
        while (!allSeen()) {
            if (Instant.now().isAfter(deadline) || !process.isAlive()) {
                process.destroyForcibly();
                throw new IllegalStateException("the prober does not ask");
            }
            Commands.pause(Duration.ofMillis(5));
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            lines.lines().forEach(this::take);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void take(String line) {
        String[] field = line.split(" ", -1);
        seen.put(
                Integer.valueOf(field[0]),
                new Seen(
                        instant(field[1]),
                        instant(field[2]),
                        instant(field[3]),
                        Integer.parseInt(field[4]),
                        Integer.parseInt(field[5]),
                        field[6]));
    }

    private static Optional<Instant> instant(String seconds) {
        return Optional.of(Faults.instant(seconds)).filter(at -> at.isAfter(Instant.EPOCH));
    }

    private synchronized boolean allSeen() {
        return seen.size() == urls.size();
    }

    /// What was seen until now.
    public synchronized Outage outage() {
        return new Outage(
                seen.values().stream()
                        .flatMap(url -> url.firstFailed().stream())
                        .min(Instant::compareTo),
                seen.values().stream().flatMap(url -> url.lastFailed().stream()).max(Instant::compareTo),
                seen.values().stream().mapToInt(Seen::requests).sum(),
                seen.values().stream().mapToInt(Seen::failed).sum());
    }

    /// Waits until every URL answers well and has done so for `quiet` since its last failure and since the fault.
    public void awaitHealed(Instant injected, Duration quiet, Duration deadline) {
        if (!healedWithin(deadline, injected, quiet)) {
            throw new AssertionError("not healed within " + deadline + " of waiting: " + this);
        }
    }

    /// The same; false when the time is up.
    public boolean healedWithin(Duration deadline, Instant injected, Duration quiet) {
        Instant end = Instant.now().plus(deadline);
        while (!healed(injected, quiet)) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the prober has ended");
            }
            if (Instant.now().isAfter(end)) {
                return false;
            }
            Commands.pause(Duration.ofMillis(10));
        }
        return true;
    }

    private synchronized boolean healed(Instant injected, Duration quiet) {
        return allSeen()
                && seen.values().stream().allMatch(url -> {
                    Instant since = url.lastFailed().filter(injected::isBefore).orElse(injected);
                    return url.lastOk()
                            .filter(ok -> !ok.isBefore(since.plus(quiet)))
                            .isPresent();
                });
    }

    /// What was seen of each URL, with the reason of the last failure.
    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        seen.forEach((index, url) ->
                text.append(urls.get(index)).append(' ').append(url).append('\n'));
        return text.toString();
    }

    /// Ends the asking; what was seen. Asked again it says the same.
    public Outage stop() {
        if (stopped.isEmpty()) {
            end();
            stopped = Optional.of(outage());
        }
        return stopped.get();
    }

    private void end() {
        try {
            process.outputWriter(StandardCharsets.US_ASCII).close();
            if (!Commands.ended(process, TO_END)) {
                process.destroyForcibly();
                throw new IllegalStateException("the prober did not end within " + TO_END);
            }
            reader.join(TO_END);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw Commands.interrupted(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
