package io.lectio.wiring;

import io.lectio.core.health.Ailment;
import io.lectio.core.incident.Level;
import io.lectio.engine.EventLog;
import io.lectio.release.Copy;
import io.lectio.release.CopyProbe;
import io.lectio.release.CopyProbe.Course;
import io.lectio.release.Told;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The guard's own part in the copies: the daily one, the other host's, and the end of a restore that was cut off.
/// The last is for every guard that is root, also for one that only watches, and for a round of cron's.
final class CopyKeeper implements Closeable {
    private static final Duration ROUND = Duration.ofSeconds(30);
    /// Also after a success: a clock that goes wrong makes no copy after the other.
    private static final Duration AFTER_A_TRY = Duration.ofHours(1);

    /// Until then there is more to do, and who starts again and again makes no copies.
    private static final Duration FIRST = Duration.ofMinutes(1);

    private final SiteCopies copies;
    private final boolean makes;
    private final List<Path> orphans;
    private final EventLog log;
    private final Thread thread;
    private final ReentrantLock recovery = new ReentrantLock();
    private long makeDue = System.nanoTime() + FIRST.toNanos();
    private long sendDue = makeDue;
    private long recoverDue = System.nanoTime();
    private String said = "";

    /// @param makes whether it makes copies; else it only looks whether there are any
    /// @param orphans the states of sites that nobody guards any more, in which a restore was cut off
    private CopyKeeper(SiteCopies copies, boolean makes, List<Path> orphans, EventLog log) {
        this.copies = copies;
        this.makes = makes;
        this.orphans = orphans;
        this.log = log;
        if (!makes) {
            copies.went(Course.NONE.made(Optional.empty()));
        }
        thread = Thread.ofPlatform().name("copies").daemon().start(this::keep);
    }

    static CopyKeeper start(SiteCopies copies, boolean makes, List<Path> orphans, EventLog log) {
        return new CopyKeeper(copies, makes, orphans, log);
    }

    private void keep() {
        try {
            orphans.forEach(this::endOrphan);
            while (true) {
                round();
                Thread.sleep(ROUND);
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private void round() throws InterruptedException {
        Course before = copies.course();
        if (copies.isCutOff() && System.nanoTime() - recoverDue > 0) {
            recover(before);
        }
        if (makes && !copies.isCutOff() && System.nanoTime() - makeDue > 0) {
            make(copies.course());
        }
        if (makes && System.nanoTime() - sendDue > 0) {
            send(copies.course());
        }
    }

    /// Nobody interrupts it: the application may be stopped meanwhile.
    private void recover(Course before) throws InterruptedException {
        recovery.lock();
        try {
            int tries = copies.tries();
            if (tries < CopyProbe.MOST_TRIES) {
                recoverDue = System.nanoTime() + ROUND.multipliedBy(tries + 1L).toNanos();
                Optional<Optional<String>> done = copies.alone(() -> copies.recover(false));
                done.flatMap(each -> each).ifPresent(each -> log.health(Level.WARNING, each));
            }
        } catch (IOException e) {
            copies.went(before.stuckBy(inWords(e)));
            tell("a restore that was cut off could not be brought to an end: " + inWords(e));
        } finally {
            recovery.unlock();
        }
    }

    private void endOrphan(Path state) {
        recovery.lock();
        try {
            Optional<Optional<String>> done =
                    SiteCopies.alone(state, () -> SiteCopies.orphan(state).recover(false));
            done.flatMap(each -> each).ifPresent(each -> log.health(Level.WARNING, each));
        } catch (IOException e) {
            tell("a restore that was cut off could not be brought to an end: " + inWords(e) + " (" + state + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            recovery.unlock();
        }
    }

    private void make(Course before) throws InterruptedException {
        try {
            if (!copies.isDue()) {
                copies.went(before.made(Optional.empty()));
                return;
            }
            Optional<Copy> made = copies.alone(() -> copies.copies().make(false, told()));
            if (made.isPresent()) {
                makeDue = System.nanoTime() + AFTER_A_TRY.toNanos();
                sendDue = System.nanoTime();
                said = "";
                copies.went(before.made(Optional.empty()));
                log.health(
                        Level.INFO,
                        "a verified copy of the database: " + made.get().id() + ", "
                                + Ailment.size(made.get().bytes()));
            }
        } catch (IOException | UncheckedIOException e) {
            if (!Thread.currentThread().isInterrupted()) {
                makeDue = System.nanoTime() + AFTER_A_TRY.toNanos();
                copies.went(before.made(Optional.of(inWords(e))));
                tell("no copy of the database: " + inWords(e));
            }
        }
    }

    private Told told() {
        return new Told() {
            @Override
            public void step(String what) {} // only a person waits for it

            @Override
            public void warning(String what) {
                log.health(Level.WARNING, what);
            }
        };
    }

    private void send(Course before) throws InterruptedException {
        try {
            if (copies.isUnsent()) {
                sendDue = System.nanoTime() + AFTER_A_TRY.toNanos();
                copies.send(told());
                copies.went(before.sent(Optional.empty()));
            }
        } catch (IOException | UncheckedIOException e) {
            if (!Thread.currentThread().isInterrupted()) {
                sendDue = System.nanoTime() + AFTER_A_TRY.toNanos();
                copies.went(before.sent(Optional.of(inWords(e))));
                tell(inWords(e));
            }
        }
    }

    private static String inWords(Exception e) {
        return String.valueOf(e.getMessage());
    }

    private void tell(String why) {
        if (!why.equals(said)) {
            log.health(Level.WARNING, why);
        }
        said = why;
    }

    @Override
    public void close() {
        recovery.lock();
        try {
            thread.interrupt();
        } finally {
            recovery.unlock();
        }
    }
}
