package io.lectio.store;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Lines to the terminal or journal, by a thread of its own: whoever stops reading there (a full pipe, Ctrl-S) holds
/// up nobody else. What does not fit into the queue is left out and counted; the files have it.
final class Terminal implements AutoCloseable {
    private static final int QUEUE = 1_024;
    private static final Duration TO_SAY_THE_REST = Duration.ofMillis(500);

    /// Empty for the end.
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong leftOut = new AtomicLong();
    private final PrintStream out;
    private final Thread writer;

    Terminal(PrintStream out) {
        this.out = out;
        writer = Thread.ofPlatform().name("terminal").daemon().start(this::write);
    }

    void print(String line) {
        if (!lines.offer(Optional.of(line))) {
            leftOut.incrementAndGet();
        }
    }

    private void write() {
        try {
            for (Optional<String> line = lines.take(); line.isPresent(); line = lines.take()) {
                out.println(line.get());
                long missing = leftOut.getAndSet(0);
                if (missing > 0) {
                    out.println("(" + missing + " lines are left out here: the log files have them)");
                }
            }
        } catch (InterruptedException e) {
            return; // nobody interrupts but the end of the process
        }
    }

    /// Says the rest, where somebody reads it.
    @Override
    public void close() {
        boolean _ = lines.offer(Optional.empty());
        try {
            boolean _ = writer.join(TO_SAY_THE_REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
