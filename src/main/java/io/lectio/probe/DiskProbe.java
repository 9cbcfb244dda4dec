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
import io.lectio.core.policy.Bounds;
import io.lectio.engine.Prober;
import io.lectio.host.FileSystems;
import io.lectio.host.FileSystems.Room;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Looks at the room on each local file system that the site rests on. What ails one is told with the time until it
/// is full, as it has filled lately, and with what grows on it.
public final class DiskProbe implements Prober {
    private static final long LARGE = 20L << 30;
    private static final long LEAST_OF_LARGE = 1L << 30;
    /// With less than this a program that writes a log line or a temporary file fails.
    private static final long NOTHING = 4L << 20;

    private static final long NO_INODES = 16;
    /// What has been told is over only when it is so many percent better, or has so many times as much room.
    private static final int BETTER = 2;

    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final Duration BETWEEN_SAMPLES = Duration.ofMinutes(1);
    private static final Duration LEAST_SPAN = Duration.ofMinutes(3);
    private static final Duration FORESEEN = Duration.ofDays(3);

    private final Collection<Path> written;
    private final Collection<Path> others;
    private final Bounds bounds;
    private final InstantSource clock;
    private final Map<Path, Deque<Sample>> filling = new HashMap<>();
    private final Map<Path, Growers> growers = new HashMap<>();
    private final ReentrantLock looking = new ReentrantLock();
    private final Map<Path, Kind> told = new HashMap<>();

    private record Sample(Instant at, long used) {}

    /// @param written folders that must be writable
    /// @param others folders whose file systems need room
    public DiskProbe(Collection<Path> written, Collection<Path> others, Bounds bounds, InstantSource clock) {
        this.written = List.copyOf(written);
        this.others = List.copyOf(others);
        this.bounds = bounds;
        this.clock = clock;
    }

    @Override
    public Outcome look(List<URI> also) {
        if (!looking.tryLock()) {
            return new Unknown("the look before has not ended"); // it was given up
        }
        try {
            return look();
        } finally {
            looking.unlock();
        }
    }

    private Outcome look() {
        List<Ailment> ailing = new ArrayList<>();
        List<Room> rooms;
        try {
            List<Path> all = new ArrayList<>(written);
            all.addAll(others);
            FileSystems mounted = FileSystems.read();
            rooms = mounted.of(all);
            for (Room room : mounted.of(written)) {
                if (room.readOnly()) {
                    ailing.add(new Ailment(Kind.READ_ONLY, room.mount().toString(), List.of()));
                }
            }
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
        for (Room room : rooms) {
            sample(room);
            Optional<Kind> kind = kind(room);
            if (!kind.equals(Optional.ofNullable(told.get(room.mount())))) {
                growers.remove(room.mount()); // those of another trouble
            }
            kind.ifPresentOrElse(each -> told.put(room.mount(), each), () -> told.remove(room.mount()));
            if (kind.isPresent()) {
                ailing.add(new Ailment(kind.get(), room.mount().toString(), facts(room, kind.get())));
            }
        }
        Ailments all = new Ailments(ailing, well(rooms));
        return ailing.isEmpty() ? new Passed(all) : new Failed(all);
    }

    private static String well(List<Room> rooms) {
        return rooms.stream()
                .max(Comparator.comparingInt(Room::usedPercent))
                .map(fullest -> rooms.size() + (rooms.size() == 1 ? " file system" : " file systems") + ", the fullest "
                        + fullest.mount() + " with " + fullest.usedPercent() + " %")
                .orElse("no local file system");
    }

    private void sample(Room room) {
        Deque<Sample> samples = filling.computeIfAbsent(room.mount(), _ -> new ArrayDeque<>());
        Instant now = clock.instant();
        samples.removeIf(sample ->
                sample.at().isAfter(now) || sample.at().plus(REMEMBERED).isBefore(now));
        if (samples.isEmpty() || !samples.getLast().at().plus(BETWEEN_SAMPLES).isAfter(now)) {
            samples.addLast(new Sample(now, room.used()));
        }
    }

    private Optional<Kind> kind(Room room) {
        Kind before = told.get(room.mount());
        int used = room.usedPercent();
        boolean large = room.total() >= LARGE;
        if (room.free() < NOTHING * (before == Kind.DISK_FULL ? BETTER : 1)) {
            return Optional.of(Kind.DISK_FULL);
        }
        if (room.inodes() > 0 && room.freeInodes() < NO_INODES) {
            return Optional.of(Kind.INODES_OUT);
        }
        boolean ends = before == Kind.DISK_ENDS || before == Kind.DISK_FULL;
        if (large ? room.free() < LEAST_OF_LARGE * (ends ? BETTER : 1) : used >= less(bounds.diskGrave(), ends)) {
            return Optional.of(Kind.DISK_ENDS);
        }
        int inodes = room.inodes() > 0 ? room.usedInodesPercent() : 0;
        if (inodes >= less(bounds.diskGrave(), before == Kind.INODES_END)) {
            return Optional.of(Kind.INODES_END);
        }
        if (used >= less(bounds.disk(), before == Kind.DISK_FILLS || ends)) {
            return Optional.of(Kind.DISK_FILLS);
        }
        boolean many = inodes >= less(bounds.disk(), before == Kind.INODES_FILL || before == Kind.INODES_END);
        return many ? Optional.of(Kind.INODES_FILL) : Optional.empty();
    }

    private static int less(int bound, boolean told) {
        return told ? bound - BETTER : bound;
    }

    private List<Fact> facts(Room room, Kind kind) {
        List<Fact> facts = new ArrayList<>();
        boolean ofInodes = kind == Kind.INODES_OUT || kind == Kind.INODES_END || kind == Kind.INODES_FILL;
        facts.add(new Ailment.Percent(About.USED, ofInodes ? room.usedInodesPercent() : room.usedPercent()));
        if (!ofInodes) {
            facts.add(new Ailment.Bytes(About.FREE, "", room.free()));
            fullIn(room).ifPresent(span -> facts.add(new Ailment.Span(About.FULL_IN, span)));
        }
        Growers lately = growers.get(room.mount());
        if (lately == null || lately.isOld(clock.instant())) {
            lately = Growers.find(room.mount(), clock.instant());
            growers.put(room.mount(), lately);
        }
        facts.addAll(ofInodes ? lately.crowded() : lately.large());
        return facts;
    }

    private Optional<Duration> fullIn(Room room) {
        Sample first = filling.getOrDefault(room.mount(), new ArrayDeque<>()).getFirst();
        Duration span = Duration.between(first.at(), clock.instant());
        long grown = room.used() - first.used();
        if (grown <= 0 || span.compareTo(LEAST_SPAN) < 0) {
            return Optional.empty();
        }
        double seconds = (double) room.free() / grown * span.toSeconds();
        return seconds > FORESEEN.toSeconds() ? Optional.empty() : Optional.of(Duration.ofSeconds((long) seconds));
    }
}
