package io.lectio.host.http;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The end of an exchange as a whole. However slowly the other side speaks or listens, it is not prolonged: the
/// connection is closed at its end, for a time limit on single reads bounds neither writes nor what TLS reads in
/// pieces.
public final class Deadline implements AutoCloseable {
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final Duration whole;
    private final long start = System.nanoTime();
    private final List<Future<?>> watches = new ArrayList<>();

    public Deadline(Duration whole) {
        this.whole = whole;
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /// Closes this connection when the time is over.
    public void watch(Socket socket) {
        watches.add(TIMER.schedule(() -> cut(socket), Math.max(0, leftNanos()), TimeUnit.NANOSECONDS));
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return; // it is closed all the same
        }
    }

    boolean passed() {
        return leftNanos() <= 0;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    HttpFailure failure() {
        return new HttpFailure(HttpFailure.Kind.TIMEOUT, "no answer within " + whole.toMillis() / 1000.0 + " s");
    }

    /// Milliseconds left, at least 1.
    int left() throws HttpFailure {
        if (passed()) {
            throw failure();
        }
        return Math.clamp(leftNanos() / 1_000_000, 1, Integer.MAX_VALUE);
    }

    private long leftNanos() {
        return whole.toNanos() - (System.nanoTime() - start);
    }

    @Override
    public void close() {
        watches.forEach(watch -> watch.cancel(false));
    }
}
