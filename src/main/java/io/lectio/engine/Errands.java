package io.lectio.engine;

import io.lectio.core.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// Work that runs beside the loop and comes back as exactly one event, by its deadline at the latest: as its result,
/// or as what the caller makes of the reason for having none. An [Error] in it is nobody's result: it goes to the
/// process's handler of what is uncaught, and were there none, the deadline answers. Only the loop's thread may call
/// it.
final class Errands {
    private static final long LONGEST_WAIT = 1_000;

    interface Work {
        Event run() throws InterruptedException;
    }

    private record Errand(Thread thread, long deadline, AtomicBoolean answered, Runnable giveUp) {}

    private final BlockingQueue<Event> events;
    private final List<Errand> running = new ArrayList<>();

    Errands(BlockingQueue<Event> events) {
        this.events = events;
    }

    /// @param otherwise the event that stands for a result that never came, made from the reason
    void send(String name, Duration deadline, Work work, Function<String, Event> otherwise) {
        AtomicBoolean answered = new AtomicBoolean();
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> {
            Event event;
            try {
                event = work.run();
            } catch (InterruptedException e) {
                return; // its deadline has passed, and the loop has answered for it
            } catch (RuntimeException e) {
                event = otherwise.apply(name + " failed: " + e);
            }
            answer(answered, event);
        });
        running.add(new Errand(
                thread,
                System.nanoTime() + deadline.toNanos(),
                answered,
                () -> answer(answered, otherwise.apply("no result within " + deadline.toSeconds() + " s"))));
        thread.start();
    }

    long millisToDeadline() {
        long now = System.nanoTime();
        return running.stream()
                .mapToLong(errand -> Math.max(1, (errand.deadline() - now) / 1_000_000))
                .min()
                .orElse(LONGEST_WAIT);
    }

    void giveUpOverdue() {
        long now = System.nanoTime();
        for (Errand errand : List.copyOf(running)) {
            if (errand.answered().get()) {
                running.remove(errand);
            } else if (errand.deadline() - now <= 0) {
                running.remove(errand);
                errand.thread().interrupt();
                errand.giveUp().run();
            }
        }
    }

    private void answer(AtomicBoolean answered, Event event) {
        if (answered.compareAndSet(false, true)) {
            try {
                events.put(event);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
