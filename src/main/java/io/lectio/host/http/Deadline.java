package io.lectio.host.http;

import java.time.Duration;

/// The end of an exchange as a whole. However slowly the other side speaks, it is not prolonged.
final class Deadline {
    private final Duration whole;
    private final long end;

    Deadline(Duration whole) {
        this.whole = whole;
        end = System.nanoTime() + whole.toNanos();
    }

    /// Milliseconds left, at least 1.
    int left() throws HttpFailure {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new HttpFailure(HttpFailure.Kind.TIMEOUT, "no answer within " + whole.toMillis() / 1000.0 + " s");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }
}
