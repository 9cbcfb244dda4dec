package io.lectio.wiring;

import io.lectio.control.Deploys;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Release;
import io.lectio.core.deploy.Releases;
import io.lectio.release.BadArchive;
import io.lectio.release.Reception;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What is handed in for one site.
///
/// @param loop takes an offer
record HandedIn(Reception reception, Supplier<Releases> releases, Predicate<Deploy> loop, InstantSource clock)
        implements Deploys {
    @Override
    public Deploy receive(InputStream build, String by, boolean force, boolean trial) throws Unfit, IOException {
        String id = reception.free(Deploy.id(clock.instant()));
        try {
            Reception.Received received = reception.take(id, build);
            return Deploy.offer(
                    id,
                    trial ? Kind.TRIAL : Kind.NEW,
                    id,
                    received.content(),
                    received.files(),
                    received.bytes(),
                    by,
                    force);
        } catch (BadArchive e) {
            throw new Unfit(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Deploy back(String release, String by, boolean force) throws Unfit, IOException {
        Releases now = releases.get();
        Optional<Release> to = release.isEmpty() ? now.lastVerified() : now.find(release);
        Release target = to.orElseThrow(() -> new Unfit(
                release.isEmpty()
                        ? "there is no verified release to go back to: lectio releases"
                        : "there is no release " + release + ": lectio releases"));
        return Deploy.offer(
                reception.free(Deploy.id(clock.instant())),
                Kind.BACK,
                target.id(),
                target.content(),
                target.files(),
                target.bytes(),
                by,
                force);
    }

    @Override
    public Deploy adoption(String by) throws IOException {
        String id = reception.free(Deploy.id(clock.instant()));
        return Deploy.offer(id, Kind.ADOPTED, id, "", 0, 0, by, false);
    }

    @Override
    public boolean offer(Deploy deploy) {
        return loop.test(deploy);
    }

    @Override
    public void discard(Deploy deploy) throws IOException {
        reception.discard(deploy.release());
    }
}
