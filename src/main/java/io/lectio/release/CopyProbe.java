package io.lectio.release;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.engine.Prober;
import io.lectio.host.HeldFolder;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks for a good copy that is young enough, here and on the other host, and for a restore that cannot be brought
/// to an end. What is old counts only when this run of the guard has tried to make a newer one.
public final class CopyProbe implements Prober {
    /// How often a guard tries to bring one to an end.
    public static final int MOST_TRIES = 10;

    /// A day, and two hours for a copy that is late or takes long.
    private static final Duration OLD = Duration.ofHours(26);

    private final Source source;
    private final Optional<String> folder;
    private final Optional<String> to;
    private final InstantSource clock;

    /// What is known of the copies of a database.
    public interface Source {
        Optional<Copy> newest() throws IOException;

        /// When one was first tried.
        Optional<Instant> begun() throws IOException;

        /// When that was taken which was sent last.
        Optional<Instant> sent() throws IOException;

        /// [Restore#tries]
        int tries() throws IOException;

        Course course();
    }

    /// How the guard's own tries have gone.
    ///
    /// @param tried whether one has ended
    /// @param why the last one has failed, if it has
    /// @param unsent why the last one was not sent, if so
    /// @param stuck why a restore could not be brought to an end, if so
    public record Course(boolean tried, Optional<String> why, Optional<String> unsent, Optional<String> stuck) {
        public static final Course NONE = new Course(false, Optional.empty(), Optional.empty(), Optional.empty());

        public Course made(Optional<String> failure) {
            return new Course(true, failure, unsent, stuck);
        }

        public Course sent(Optional<String> failure) {
            return new Course(tried, why, failure, stuck);
        }

        public Course stuckBy(String failure) {
            return new Course(tried, why, unsent, Optional.of(failure));
        }
    }

    /// @param folder as an alert names it; empty where no copies are wanted
    /// @param to the other host, where there is one
    public CopyProbe(Source source, Optional<String> folder, Optional<String> to, InstantSource clock) {
        this.source = source;
        this.folder = folder;
        this.to = to;
        this.clock = clock;
    }

    @Override
    public Outcome look(List<URI> also) {
        try {
            List<Ailment> ailments = new ArrayList<>();
            Course course = source.course();
            if (source.tries() >= MOST_TRIES) {
                ailments.add(new Ailment(Ailment.Kind.RESTORE_CUT_OFF, folder.orElse(""), says(course.stuck())));
            }
            String well = folder.isEmpty() ? "no daily copies of a database" : newest(folder.get(), course, ailments);
            return ailments.isEmpty()
                    ? new Passed(new Ailments(List.of(), well))
                    : new Failed(new Ailments(ailments, ""));
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }

    private String newest(String where, Course course, List<Ailment> ailments) throws IOException {
        Optional<Copy> newest = Optional.empty();
        Optional<String> why = course.why();
        try {
            newest = source.newest();
        } catch (HeldFolder.NotOwn e) {
            why = Optional.of(String.valueOf(e.getMessage()));
        }
        add(where, newest.map(Copy::taken), course.tried(), why, ailments);
        if (to.isPresent()) {
            add(to.get(), source.sent(), course.tried(), course.unsent(), ailments);
        }
        return newest.map(copy -> "the last good copy is " + copy.id()).orElse("no copy yet");
    }

    /// Where there has never been one, the time counts from the first try.
    private void add(String where, Optional<Instant> last, boolean tried, Optional<String> why, List<Ailment> ailments)
            throws IOException {
        Instant now = clock.instant();
        Optional<Instant> begun = last.isPresent() ? last : source.begun();
        Duration age = Duration.between(begun.orElse(now), now);
        if (tried && age.compareTo(OLD) >= 0) {
            List<Ailment.Fact> facts = new ArrayList<>();
            facts.add(new Ailment.Span(About.SINCE, age));
            last.ifPresent(taken -> facts.add(new Ailment.Name(About.LAST, Copy.id(taken))));
            facts.addAll(says(why));
            ailments.add(new Ailment(Ailment.Kind.COPY_OLD, where, facts));
        }
    }

    private static List<Ailment.Fact> says(Optional<String> why) {
        return why.stream()
                .<Ailment.Fact>map(each -> new Ailment.Name(About.SAYS, each))
                .toList();
    }
}
