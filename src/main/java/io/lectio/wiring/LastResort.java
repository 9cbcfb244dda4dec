package io.lectio.wiring;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Ends of the process that nothing can hold up. A guard that lives on with a dead thread guards nothing and looks
/// well; one that ends is started anew by systemd.
final class LastResort {
    /// A bug: `EX_SOFTWARE` of sysexits.h.
    static final int BUG = 70;

    /// A reader of the terminal that has stopped reading must not keep a dead guard alive.
    private static final Duration TO_SAY_IT = Duration.ofSeconds(1);

    private LastResort() {}

    /// From now on what no thread catches, in any thread, ends the process after one line.
    static void endOnUncaught() {
        Thread.setDefaultUncaughtExceptionHandler(LastResort::end);
    }

    private static void end(Thread thread, Throwable bug) {
        try {
            haltAfter(TO_SAY_IT);
            StackTraceElement[] stack = bug.getStackTrace();
            String text = "lectio: a bug ends the guard: " + thread.getName() + ": " + bug
                    + (stack.length > 0 ? " at " + stack[0] : "");
            System.err.println(text.replaceAll("\\p{Cntrl}", " "));
        } finally {
            Runtime.getRuntime().halt(BUG);
        }
    }

    /// Whatever the process still waits for then.
    static void haltAfter(Duration longest) {
        Thread.ofPlatform().name("last-resort").daemon().start(() -> {
            long end = System.nanoTime() + longest.toNanos();
            for (long left = longest.toNanos(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            Runtime.getRuntime().halt(BUG);
        });
    }
}
