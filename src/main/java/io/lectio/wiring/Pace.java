package io.lectio.wiring;

import io.lectio.engine.Notifier;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/// One chat takes about one message a second, whichever site it is about: each loop keeps that pace alone, this is the
/// gate that all of them go through.
final class Pace {
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final ReentrantLock turn = new ReentrantLock(true);
    private long notBefore = System.nanoTime();

    Notifier before(Notifier channel) {
        return parcel -> {
            turn.lockInterruptibly();
            try {
                long wait = notBefore - System.nanoTime();
                if (wait > 0) {
                    Thread.sleep(Duration.ofNanos(wait));
                }
                return channel.send(parcel);
            } finally {
                notBefore = System.nanoTime() + BETWEEN.toNanos();
                turn.unlock();
            }
        };
    }
}
