package io.lectio.core.deploy;

import io.lectio.core.deploy.Deploy.Ended;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Deploy.Outcome;
import io.lectio.core.deploy.Release.Standing;
import io.lectio.core.policy.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What has been deployed, what is live, and the deploy that is under way.
///
/// @param all the oldest first; what is BAD is but remembered
/// @param live the release that is served, once one is known
/// @param watch while a fault without another cause is the live release's
/// @param current the deploy that is under way
/// @param ended the last ones that are over, the newest last
public record Releases(
        List<Release> all, Optional<String> live, Optional<Watch> watch, Optional<Deploy> current, List<Deploy> ended) {
    public static final Releases NONE =
            new Releases(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());

    /// How many are kept; older ones go, but for the last that was verified.
    private static final int KEPT = 5;

    private static final int ENDED_KEPT = 5;
    /// A deploy that has ended so many guards is not begun once more.
    private static final int MOST_STARTS = 2;

    /// @param before what a rollback goes back to
    public record Watch(String release, Optional<String> before, Instant until) {}

    public Releases {
        all = List.copyOf(all);
        ended = List.copyOf(ended);
    }

    /// One that is under way, or one of the last that are over.
    public Optional<Deploy> deploy(String id) {
        return Stream.concat(current.stream(), ended.stream())
                .filter(each -> each.id().equals(id))
                .findFirst();
    }

    public Optional<Release> find(String id) {
        return all.stream().filter(release -> release.id().equals(id)).findFirst();
    }

    /// The last one that was verified and is not live: where a rollback goes that names none.
    public Optional<Release> lastVerified() {
        return all.stream()
                .filter(release -> release.standing() == Standing.VERIFIED)
                .filter(release -> !live.equals(Optional.of(release.id())))
                .reduce((_, later) -> later);
    }

    /// The id under which a part of what is live is stored, once it is.
    public Optional<String> stored(Part part) {
        return live.flatMap(this::find).flatMap(release -> release.stored(part));
    }

    /// Whether a step is at work that visitors may meet.
    public boolean switching() {
        return current.flatMap(Deploy::step).filter(Step::isLive).isPresent();
    }

    /// The id under which the pages that are served are stored, as long as that is sure.
    public Optional<String> served() {
        return switching() ? Optional.empty() : stored(Part.PAGES);
    }

    /// The ids under which a part is stored of all that somebody may want back.
    public Set<String> kept(Part part) {
        Set<String> kept = new HashSet<>();
        all.stream()
                .filter(release -> release.standing() != Standing.BAD
                        || part == Part.CODE // it may have lain in the live folder, and be nowhere else
                        || live.equals(Optional.of(release.id())))
                .forEach(release -> release.stored(part).ifPresent(kept::add));
        current.flatMap(deploy -> deploy.change(part)).ifPresent(change -> {
            kept.add(change.to());
            change.from().ifPresent(kept::add);
        });
        return kept;
    }

    /// What a release differs in from the live one.
    public Set<Part> differing(String id) {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        for (Part part : Part.values()) {
            if (find(id).flatMap(release -> release.stored(part))
                    .filter(stored -> !stored(part).equals(Optional.of(stored)))
                    .isPresent()) {
                parts.add(part);
            }
        }
        return parts;
    }

    /// As it was before the deploy that is under way was taken up.
    public Releases withoutCurrent() {
        return new Releases(all, live, watch, Optional.empty(), ended);
    }

    /// Takes up a deploy, or says why not.
    ///
    /// @param ill what is wrong, if anything is
    /// @param never whether that cannot be gone over by force
    public Releases offered(Deploy wanted, Optional<String> ill, Instant now, boolean never) {
        Deploy begun = wanted.begun(live.flatMap(this::find), find(wanted.release()), now);
        Optional<String> why = never ? ill : whyNot(wanted, ill);
        return why.isPresent()
                ? over(begun.ended(Outcome.REFUSED, why.get(), now))
                : new Releases(all, live, watch, Optional.of(begun), ended);
    }

    private Optional<String> whyNot(Deploy wanted, Optional<String> ill) {
        if (current.isPresent()) {
            Deploy other = current.get();
            String step = other.step().map(each -> ", at " + each).orElse("");
            return Optional.of(other.inWords() + " is under way since " + other.began() + step + ": try again later");
        }
        if (wanted.kind() == Kind.ADOPTED) {
            return ill.map(what -> "the site is not well (" + what + "), so what is live is no release to go back to");
        }
        Optional<Release> known = find(wanted.release());
        if (wanted.kind() == Kind.BACK && known.isEmpty()) {
            return Optional.of("there is no release " + wanted.release() + ": lectio releases");
        }
        if (live.equals(Optional.of(wanted.release())) && !wanted.force()) {
            return Optional.of("release " + wanted.release() + " is live already");
        }
        if (wanted.force()) {
            return Optional.empty();
        }
        boolean same = stored(Part.CODE)
                .flatMap(this::find)
                .filter(code -> code.content().equals(wanted.content()))
                .isPresent();
        if (wanted.kind() == Kind.IN_PLACE && same) {
            return Optional.of("the code is that of release "
                    + stored(Part.CODE).get() + ", which is live already; --force starts its workers anew");
        }
        Optional<Release> bad = all.stream()
                .filter(release ->
                        release.standing() == Standing.BAD && release.content().equals(wanted.content()))
                .findFirst();
        if (bad.isPresent()) {
            return Optional.of("this is the build that was taken back as release "
                    + bad.get().id() + "; --force deploys it all the same");
        }
        if (wanted.kind() == Kind.BACK && known.get().standing() != Standing.VERIFIED) {
            return Optional.of(
                    "release " + wanted.release() + " was never verified; --force goes back to it all the same");
        }
        return wanted.kind() == Kind.BACK
                ? lastingSince(wanted.release())
                : ill.map(what -> "the site is not well (" + what + "); --force deploys all the same");
    }

    /// Why nothing goes back to this release by itself, if so.
    private Optional<String> lastingSince(String id) {
        return all.stream()
                .dropWhile(release -> !release.id().equals(id))
                .skip(1)
                .filter(release -> release.standing() != Standing.BAD)
                .flatMap(release -> release.lasting().stream())
                .findFirst();
    }

    private Releases over(Deploy deploy) {
        List<Deploy> last = new ArrayList<>(ended);
        last.add(deploy);
        return new Releases(
                all, live, watch, current, last.subList(Math.max(0, last.size() - ENDED_KEPT), last.size()));
    }

    /// What follows a step's result.
    ///
    /// @param healthy whether the page was well until now
    public Releases after(Step step, StepResult result, boolean healthy, Duration watching, Instant now) {
        Deploy next = current.orElseThrow().after(step, result, now);
        if (next.kind() != Kind.ADOPTED && result instanceof StepResult.Stored(String content, int files, long bytes)) {
            Standing as = healthy ? Standing.VERIFIED : Standing.UNVERIFIED;
            String kept = next.adopted();
            return new Releases(all, live, watch, Optional.of(next.after(kept)), ended)
                    .adopted(kept(next, kept, content, files, bytes, "lectio", as, now));
        }
        Optional<Ended> end = next.ended();
        if (end.isEmpty()) {
            return new Releases(all, live, watch, Optional.of(next), ended);
        }
        Releases free = withoutCurrent().over(next);
        return switch (end.get().outcome()) {
            case DEPLOYED ->
                result instanceof StepResult.Stored(String content, int files, long bytes)
                        ? free.adopted(
                                kept(next, next.release(), content, files, bytes, next.by(), Standing.VERIFIED, now))
                        : free.deployed(next, healthy, watching, now);
            case ROLLED_BACK -> free.marked(next.release(), Standing.BAD, next, now);
            case STUCK ->
                next.lasting().isPresent()
                        ? free.left(next, now)
                        : free.marked(next.release(), Standing.BAD, next, now);
            case FIT, REFUSED, FAILED -> free;
        };
    }

    /// What was live without a name, in the parts that were stored now; the others stay what they are.
    private Release kept(
            Deploy deploy, String id, String content, int files, long bytes, String by, Standing as, Instant now) {
        return new Release(
                id,
                content,
                files,
                bytes,
                now,
                by,
                as,
                adopted(Part.PAGES, deploy, id),
                adopted(Part.CODE, deploy, id),
                Optional.empty());
    }

    private Optional<String> adopted(Part part, Deploy deploy, String id) {
        return deploy.change(part)
                .filter(change -> deploy.isFor(Step.ADOPT, change))
                .map(_ -> id)
                .or(() -> stored(part));
    }

    private Releases adopted(Release release) {
        List<Release> next = new ArrayList<>(all);
        next.removeIf(old -> old.id().equals(release.id()));
        next.add(release);
        return new Releases(next, Optional.of(release.id()), Optional.empty(), current, ended).pruned();
    }

    private Releases deployed(Deploy deploy, boolean healthy, Duration watching, Instant now) {
        boolean back = deploy.kind() == Kind.BACK;
        Releases left = endWatch(healthy ? Standing.VERIFIED : Standing.UNVERIFIED);
        if (back && live.isPresent() && !live.get().equals(deploy.release())) {
            left = left.standing(live.get(), Standing.BAD);
        }
        List<Release> next = new ArrayList<>(left.all);
        Optional<Release> known = left.find(deploy.release());
        if (known.isEmpty()) {
            next.add(brought(deploy, Standing.WATCHED, deploy.lasting(), now));
        }
        Watch anew = new Watch(deploy.release(), live, now.plus(watching));
        return new Releases(
                        next, Optional.of(deploy.release()), Optional.of(anew).filter(_ -> !back), current, ended)
                .pruned();
    }

    /// What a deploy has made live: its own parts, and what else was live.
    private Release brought(Deploy deploy, Standing as, Optional<String> lasting, Instant now) {
        return new Release(
                deploy.release(),
                deploy.content(),
                deploy.files(),
                deploy.bytes(),
                now,
                deploy.by(),
                as,
                deploy.change(Part.PAGES).map(Change::to).or(() -> stored(Part.PAGES)),
                deploy.change(Part.CODE).map(Change::to).or(() -> stored(Part.CODE)),
                lasting);
    }

    /// It stays live, whatever is wrong with it: nothing goes back behind it.
    private Releases left(Deploy deploy, Instant now) {
        Releases before = endWatch(Standing.UNVERIFIED);
        List<Release> next = new ArrayList<>(before.all);
        next.add(brought(deploy, Standing.UNVERIFIED, deploy.lasting(), now));
        return new Releases(next, Optional.of(deploy.release()), Optional.empty(), current, ended).pruned();
    }

    private Releases marked(String id, Standing standing, Deploy deploy, Instant now) {
        if (find(id).isPresent()) {
            return deploy.kind() == Kind.BACK ? this : standing(id, standing);
        }
        List<Release> next = new ArrayList<>(all);
        next.add(brought(deploy, standing, Optional.empty(), now));
        return new Releases(next, live, watch, current, ended).pruned();
    }

    private Releases standing(String id, Standing now) {
        return new Releases(
                all.stream()
                        .map(release -> release.id().equals(id) ? release.as(now) : release)
                        .toList(),
                live,
                watch,
                current,
                ended);
    }

    /// The live release has lasted its watch, or something has ended it.
    private Releases endWatch(Standing as) {
        return watch.map(over -> standing(over.release(), as))
                .map(left -> new Releases(left.all, left.live, Optional.empty(), left.current, left.ended))
                .orElse(this);
    }

    /// Ends the watch in its time; whether the release is verified is another question.
    public Releases watched(boolean healthy, Instant now) {
        return watch.filter(each -> !each.until().isAfter(now)).isPresent()
                ? endWatch(healthy ? Standing.VERIFIED : Standing.UNVERIFIED)
                : this;
    }

    /// Where the live release is taken back to, while it is watched.
    public Optional<String> rollBackTo(Instant now) {
        return watch.filter(each -> each.until().isAfter(now))
                .flatMap(each -> each.before()
                        .filter(id -> find(id).filter(release -> release.standing() == Standing.VERIFIED)
                                .isPresent())
                        .or(() -> lastVerified().map(Release::id)))
                .filter(id -> lastingSince(id).isEmpty());
    }

    /// A guard has begun, and goes on with the deploy that is under way, unless that may be what ends guards.
    public Releases begunAnew(Duration watching, Instant now) {
        if (current.isEmpty()) {
            return this;
        }
        Deploy again = current.get().begunAnew();
        Releases next = new Releases(all, live, watch, Optional.of(again), ended);
        Step step = again.step().orElseThrow();
        return again.starts() > MOST_STARTS
                ? next.after(step, new StepResult.Failed("the guard has ended in it each time"), false, watching, now)
                : next;
    }

    /// A repair has taken the live release back.
    public Releases rolledBack(String from, String to) {
        Releases bad = standing(from, Standing.BAD);
        return new Releases(bad.all, Optional.of(to), Optional.empty(), current, ended);
    }

    private Releases pruned() {
        return pruned(KEPT);
    }

    /// Without the oldest, but for the live one, what a rollback needs, and the last that was verified.
    ///
    /// @param keep how many stay besides, of the newest
    public Releases pruned(int keep) {
        Optional<String> back = lastVerified().map(Release::id);
        List<Release> next = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String id = all.get(i).id();
            boolean needed = current.isPresent() // whatever it needs
                    || live.equals(Optional.of(id))
                    || back.equals(Optional.of(id))
                    || watch.flatMap(Watch::before).equals(Optional.of(id));
            if (needed || i >= all.size() - keep) {
                next.add(all.get(i));
            }
        }
        return new Releases(next, live, watch, current, ended);
    }

    public Optional<Instant> wakeAt() {
        return watch.map(Watch::until);
    }

    public Releases notAfter(Instant now, Duration watching) {
        Instant latest = now.plus(watching);
        return new Releases(
                all,
                live,
                watch.map(
                        each -> each.until().isAfter(latest) ? new Watch(each.release(), each.before(), latest) : each),
                current.map(deploy -> deploy.notAfter(now)),
                ended);
    }
}
