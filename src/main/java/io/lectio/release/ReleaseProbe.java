package io.lectio.release;

import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.engine.Prober;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Whether what is served is what was deployed.
public final class ReleaseProbe implements Prober {
    private static final int SAMPLE = 20;
    /// The kernel stamps a change with the time of its last tick.
    private static final Duration TICK = Duration.ofMillis(100);

    private final Places places;
    private final Supplier<Optional<String>> live;
    private final Supplier<Set<String>> known;
    private final InstantSource clock;
    private String release = "";
    private Instant rightSince = Instant.MIN;

    /// @param live the id of the live release, if one is known
    /// @param known the ids of all that are known
    public ReleaseProbe(
            Places places, Supplier<Optional<String>> live, Supplier<Set<String>> known, InstantSource clock) {
        this.known = known;
        this.places = places;
        this.live = live;
        this.clock = clock;
    }

    /// A guard that was ended in a rollback may know another one than is live.
    private Optional<String> actual(Optional<String> told) {
        LiveFolder folder = new LiveFolder(places);
        try {
            for (String each : known.get()) {
                if (folder.is(each)) {
                    return Optional.of(each);
                }
            }
        } catch (IOException e) {
            return told; // the look itself says why
        }
        return told;
    }

    @Override
    public synchronized Outcome look(List<URI> also) {
        Optional<String> id = live.get();
        if (id.isEmpty()) {
            return new Passed(new Finding.Drift("", List.of(), 0, false, false, Instant.EPOCH));
        }
        Instant begun = clock.instant();
        if (release.isEmpty()) {
            id = actual(id);
        }
        if (!id.get().equals(release) || begun.isBefore(rightSince)) { // or the clock was set back
            release = id.get();
            rightSince = Instant.MIN;
        }
        try {
            places.requireOurs();
            Manifest manifest = Manifest.read(places.manifest(release));
            Drifting.Result seen = Drifting.of(places, manifest, rightSince);
            List<String> all = seen.all();
            if (all.isEmpty()) {
                rightSince = begun.minus(TICK);
            }
            Finding.Drift drift = new Finding.Drift(
                    release,
                    all.stream().limit(SAMPLE).toList(),
                    all.size(),
                    !seen.unknown().isEmpty() && !all.isEmpty(),
                    !seen.there(),
                    seen.changed());
            return all.isEmpty() ? new Passed(drift) : new Failed(drift);
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }
}
