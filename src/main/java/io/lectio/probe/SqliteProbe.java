package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Fact;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.engine.Prober;
import io.lectio.host.LastWords;
import io.lectio.host.Processes;
import io.lectio.host.SqliteFile;
import io.lectio.host.SqliteFile.Shape;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/// Looks at a SQLite database: there, whole, the application's, and not locked for long. SQLite itself is asked
/// seldom, and about every page once a night, or when the file is another than before.
public final class SqliteProbe implements Prober {
    /// A lock that is held throughout is one: who writes often is met now and then.
    private static final int LOCK_LOOKS = 20;

    private static final Duration BETWEEN_LOCK_LOOKS = Duration.ofMillis(10);
    private static final Duration SECOND_LOOK = Duration.ofSeconds(1);
    /// In rollback mode nobody can write while all of it is read: of this size for about two seconds.
    private static final long MOST_IN_ROLLBACK = 64L << 20;

    private static final Duration LOCKED = Duration.ofSeconds(10);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMinutes(5);
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration NIGHTLY_DEADLINE = Duration.ofMinutes(10);
    private static final LocalTime NIGHT = LocalTime.of(3, 30);
    private static final LocalTime MORNING = LocalTime.of(5, 30);
    private static final Duration A_NIGHT = Duration.ofHours(12);

    private static final String OK = "ok";

    private final Path file;
    private final Application application;
    private final InstantSource clock;
    private final ZoneId zone;
    private Optional<WebUser> user = Optional.empty();
    private Optional<Lock> lock = Optional.empty();
    private Instant asked = Instant.EPOCH;
    private Instant read;
    private volatile long inode = -1;
    private String said = OK;
    private volatile String night = OK;
    private final AtomicBoolean reading = new AtomicBoolean();

    private record Lock(int holder, Instant since) {}

    /// What the database is the application's by.
    public interface Application {
        /// As whom it runs, while it does.
        Optional<WebUser> user();

        boolean isOne(int pid);
    }

    public SqliteProbe(Path file, Application application, InstantSource clock, ZoneId zone) {
        this.file = file;
        this.application = application;
        this.clock = clock;
        this.zone = zone;
        read = clock.instant();
    }

    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        try {
            Optional<Shape> shape = SqliteFile.shape(file);
            Optional<Ailment> ailment = shape.isEmpty() || shape.get().bytes() == 0
                    ? Optional.of(ailment(
                            Kind.DATABASE_MISSING,
                            shape.stream()
                                    .<Fact>map(_ -> new Ailment.Bytes(About.FILE, "", 0))
                                    .toList()))
                    : ailmentOf(shape.get());
            Ailments all = new Ailments(
                    ailment.stream().toList(),
                    file + ", " + shape.map(Shape::bytes).map(Ailment::size).orElse(""));
            return ailment.isEmpty() ? new Passed(all) : new Failed(all);
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }

    private Ailment ailment(Kind kind, List<Fact> facts) {
        return new Ailment(kind, file.toString(), facts);
    }

    private Optional<Ailment> ailmentOf(Shape shape) throws IOException, InterruptedException {
        OptionalInt writer = writer();
        if (writer.isEmpty() && !shape.whole() && isStillSo(shape)) {
            return Optional.of(
                    ailment(Kind.DATABASE_CORRUPT, List.of(new Ailment.Name(About.SAYS, "no SQLite header"))));
        }
        Instant now = clock.instant();
        boolean due = Duration.between(asked, now).abs().compareTo(BETWEEN_QUESTIONS) >= 0;
        if (due || user.isEmpty()) {
            user = application.user().or(() -> user);
        }
        Optional<String> closed = user.isEmpty() ? Optional.empty() : SqliteFile.closedTo(user.get(), file);
        if (closed.isPresent()) {
            return Optional.of(ailment(
                    Kind.DATABASE_OWNER,
                    List.of(
                            new Ailment.Name(About.CLOSED, closed.get()),
                            new Ailment.Name(About.USER, user.get().name()))));
        }
        Optional<Ailment> locked = locked(writer);
        if (locked.isPresent()) {
            return locked;
        }
        if (user.isPresent()) { // whoever else opened it might leave files beside it that are not the application's
            ask(shape, user.get(), due, now);
        }
        String wrong = night.equals(OK) ? said : night;
        return wrong.equals(OK)
                ? Optional.empty()
                : Optional.of(ailment(
                        Kind.DATABASE_CORRUPT,
                        List.of(new Ailment.Name(
                                About.SAYS,
                                LastWords.told(wrong.lines().findFirst().orElse(""))))));
    }

    /// Not what a commit or a copy looked like in its middle.
    private boolean isStillSo(Shape seen) throws IOException, InterruptedException {
        Thread.sleep(SECOND_LOOK);
        Optional<Shape> again = SqliteFile.shape(file);
        return !SqliteFile.hasJournal(file)
                && again.filter(now -> now.inode() == seen.inode() && now.bytes() == seen.bytes() && !now.whole())
                        .isPresent();
    }

    /// A lock of the application's own that hangs is freed by a restart, so it is no reason against one.
    private Optional<Ailment> locked(OptionalInt writer) {
        if (writer.isEmpty() || application.isOne(writer.getAsInt())) {
            lock = Optional.empty();
            return Optional.empty();
        }
        int holder = writer.getAsInt();
        Instant now = clock.instant();
        Lock held = lock.filter(
                        before -> before.holder() == holder && !before.since().isAfter(now))
                .orElse(new Lock(holder, now));
        lock = Optional.of(held);
        Duration since = Duration.between(held.since(), now);
        return since.compareTo(LOCKED) < 0
                ? Optional.empty()
                : Optional.of(ailment(
                        Kind.DATABASE_LOCKED,
                        List.of(
                                new Ailment.Name(About.HELD_BY, Processes.named(holder)),
                                new Ailment.Span(About.SINCE, since))));
    }

    /// Who holds it throughout a short while.
    private OptionalInt writer() throws IOException, InterruptedException {
        OptionalInt writer = SqliteFile.writer(file);
        for (int i = 1; i < LOCK_LOOKS && writer.isPresent(); i++) {
            Thread.sleep(BETWEEN_LOCK_LOOKS);
            OptionalInt now = SqliteFile.writer(file);
            writer = now.equals(writer) ? now : OptionalInt.empty();
        }
        return writer;
    }

    private void ask(Shape shape, WebUser as, boolean due, Instant now) throws InterruptedException {
        if (due || !said.equals(OK)) {
            asked = now;
            said = word(as, false, DEADLINE).orElse(said);
        }
        LocalTime hour = LocalTime.ofInstant(now, zone);
        boolean tonight = hour.isAfter(NIGHT)
                && hour.isBefore(MORNING)
                && Duration.between(read, now).abs().compareTo(A_NIGHT) >= 0;
        boolean mayRead = shape.wal() || shape.bytes() <= MOST_IN_ROLLBACK;
        boolean another = inode >= 0 && inode != shape.inode();
        boolean again = !night.equals(OK) && Duration.between(read, now).compareTo(BETWEEN_QUESTIONS) >= 0;
        inode = shape.inode();
        if (another) {
            night = OK; // that was said of the one before
        }
        if (mayRead && (tonight || another || again) && reading.compareAndSet(false, true)) {
            read = now;
            Thread.ofPlatform().name("integrity").daemon().start(() -> readWhole(as, shape.inode()));
        }
    }

    /// What cannot be told, for want of Python or for a lock, says nothing about it.
    private Optional<String> word(WebUser as, boolean whole, Duration within) throws InterruptedException {
        try {
            return Optional.of(SqliteFile.ask(file, as, whole, within));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void readWhole(WebUser as, long which) {
        try {
            String word = word(as, true, NIGHTLY_DEADLINE).orElse(night);
            if (inode == which) {
                night = word;
            }
        } catch (InterruptedException e) {
            return; // nobody interrupts but the end of the process
        } finally {
            reading.set(false);
        }
    }
}
