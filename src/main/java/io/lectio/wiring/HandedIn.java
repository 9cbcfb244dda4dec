package io.lectio.wiring;

import io.lectio.control.Deploys;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Release;
import io.lectio.core.deploy.Releases;
import io.lectio.core.policy.Part;
import io.lectio.release.BadArchive;
import io.lectio.release.CodeReleases;
import io.lectio.release.Reception;
import io.lectio.release.SiteReleases;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What is handed in for one site.
///
/// @param loop takes an offer
record HandedIn(
        Reception pages,
        Optional<CodeReleases> code,
        SiteReleases stored,
        Supplier<Releases> releases,
        Predicate<Deploy> loop,
        InstantSource clock)
        implements Deploys {
    private CodeReleases known() throws Unfit {
        return code.orElseThrow(
                () -> new Unfit("no application's code is known here: set app.code (LECTIO_APP_CODE) to the"
                        + " folder that has manage.py, and app.unit"));
    }

    /// A name that neither part has, and no deploy had: one that was refused leaves nothing but its end.
    private String free() throws IOException {
        String wanted = Deploy.id(clock.instant());
        String id = free(wanted);
        for (int more = 2; releases.get().deploy(id).isPresent(); more++) {
            id = free(wanted + "-" + more);
        }
        return id;
    }

    private String free(String wanted) throws IOException {
        String id = pages.free(wanted);
        return code.isPresent() ? code.get().reception().free(id) : id;
    }

    @Override
    public Deploy receive(
            SequencedMap<Part, InputStream> builds, boolean inPlace, String by, boolean force, boolean trial)
            throws Unfit, IOException {
        String id = free();
        List<Reception.Received> all = new ArrayList<>();
        Set<Part> parts = EnumSet.noneOf(Part.class);
        try {
            for (Map.Entry<Part, InputStream> build : builds.entrySet()) {
                Reception reception = build.getKey() == Part.PAGES ? pages : known().reception();
                parts.add(build.getKey());
                all.add(reception.take(id, build.getValue()));
            }
            if (inPlace) {
                parts.add(Part.CODE);
                all.add(known().asItLies(id));
            }
        } catch (BadArchive e) {
            discard(id);
            throw new Unfit(String.valueOf(e.getMessage()));
        } catch (IOException | Unfit e) {
            discard(id);
            throw e;
        }
        return Deploy.offer(
                id,
                trial ? Kind.TRIAL : inPlace ? Kind.IN_PLACE : Kind.NEW,
                parts,
                id,
                SiteReleases.content(
                        all.stream().map(Reception.Received::content).toList()),
                all.stream().mapToInt(Reception.Received::files).sum(),
                all.stream().mapToLong(Reception.Received::bytes).sum(),
                by,
                force);
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
                free(), Kind.BACK, Set.of(), target.id(), target.content(), target.files(), target.bytes(), by, force);
    }

    @Override
    public Deploy adoption(String by) throws IOException {
        String id = free();
        Set<Part> parts = code.isPresent() ? EnumSet.allOf(Part.class) : EnumSet.of(Part.PAGES);
        return Deploy.offer(id, Kind.ADOPTED, parts, id, "", 0, 0, by, false);
    }

    @Override
    public boolean offer(Deploy deploy) {
        return loop.test(deploy);
    }

    @Override
    public long forget() throws IOException, InterruptedException {
        return stored.forget();
    }

    @Override
    public void discard(Deploy deploy) throws IOException {
        discard(deploy.release());
    }

    private void discard(String id) throws IOException {
        pages.discard(id);
        if (code.isPresent()) {
            code.get().discard(id);
        }
    }
}
