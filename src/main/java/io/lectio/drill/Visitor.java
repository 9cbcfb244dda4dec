package io.lectio.drill;

import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/// Asks for one address every 20 ms, as a visitor does who gives up after 2 s.
final class Visitor implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MOST_BYTES = 1_000_000;

    private final HttpClient http;
    private final URI url;
    private final Predicate<HttpAnswer> well;
    private final Thread thread;
    private volatile long lastFailed;
    private volatile long wellSince;
    private volatile boolean failed;

    Visitor(String server, URI url, Predicate<HttpAnswer> well) {
        http = new HttpClient(new Dialer.Fixed(server), false);
        this.url = url;
        this.well = well;
        thread = Thread.ofVirtual().name("visitor").start(this::ask);
    }

    static Optional<HttpAnswer> once(String server, URI url) {
        try {
            return Optional.of(new HttpClient(new Dialer.Fixed(server), false).get(url, MOST_BYTES, PATIENCE));
        } catch (HttpFailure e) {
            return Optional.empty();
        }
    }

    private void ask() {
        try {
            while (true) {
                long began = System.nanoTime();
                if (isWell()) {
                    wellSince = wellSince == 0 ? began : wellSince;
                } else {
                    lastFailed = System.nanoTime();
                    failed = true;
                    wellSince = 0;
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private boolean isWell() {
        try {
            return well.test(http.get(url, MOST_BYTES, PATIENCE));
        } catch (HttpFailure e) {
            return false;
        }
    }

    /// Whether it has had good answers only, for so long and since then.
    boolean isWell(long since, Duration quiet) {
        long from = wellSince;
        return from != 0 && System.nanoTime() - Math.max(from, since) > quiet.toNanos();
    }

    /// From then to the last bad answer.
    Duration outage(long since) {
        return failed ? Duration.ofNanos(Math.max(0, lastFailed - since)) : Duration.ZERO;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
