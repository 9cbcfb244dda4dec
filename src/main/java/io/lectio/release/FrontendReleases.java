package io.lectio.release;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.WebUser;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The releases of a site's pages.
public final class FrontendReleases implements SitePart {
    private static final String PAGE = "index.html";
    private static final Duration ANSWER = Duration.ofSeconds(5);
    /// A server that keeps open files in mind looks again after a second, as a rule.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration TO_COME_BACK = Duration.ofSeconds(12);
    private static final Pattern OF_OTHERS = Pattern.compile("no connection|refused|\\b50[234]\\b");

    private static final Duration BETWEEN_ASKING = Duration.ofMillis(200);
    private static final int MOST_BYTES = 1 << 20;

    private final Site site;
    private final Places places;
    private final LiveFolder live;
    private final Staging staging;
    private final Examination examination;
    private final HttpClient http;
    private final Prober page;
    private final Supplier<Set<String>> known;

    /// @param http asks the site's own web server
    /// @param page the look at the live page
    /// @param known the ids of the releases that are to be kept
    public FrontendReleases(
            Site site,
            Places places,
            Examination examination,
            HttpClient http,
            Prober page,
            Supplier<Set<String>> known) {
        this.site = site;
        this.places = places;
        this.examination = examination;
        this.http = http;
        this.page = page;
        this.known = known;
        live = new LiveFolder(places);
        staging = new Staging(places, live, site.privates());
    }

    @Override
    public StepResult take(Step step, Deploy deploy, Change change) throws IOException, InterruptedException {
        String release = change.to();
        return switch (step) {
            case ADOPT -> {
                Manifest manifest = staging.adopt(deploy.adopted());
                yield new StepResult.Stored(
                        manifest.content(), manifest.entries().size(), manifest.bytes());
            }
            case STAGE -> stage(deploy, change);
            case EXAMINE -> examination.of(release, change.from(), deploy.force());
            case SWITCH -> {
                long start = System.nanoTime();
                live.take(release);
                yield new StepResult.Done("live within " + (System.nanoTime() - start) / 1_000 + " µs");
            }
            case GATE -> gate(release);
            case UNDO ->
                live.giveBack(release)
                        ? new StepResult.Done("live is again what was before")
                        : new StepResult.Failed("there was nothing before " + release);
            case BACK_UP, MIGRATE, RELOAD -> throw new IllegalArgumentException(step + " is for code");
        };
    }

    private StepResult stage(Deploy deploy, Change change) throws IOException {
        String release = change.to();
        places.prepare();
        String left = staging.forget(known.get(), release);
        List<String> lost = deploy.force() ? List.of() : unknown(change.from());
        if (!lost.isEmpty()) {
            return new StepResult.Refused("the live folder has files that no release has, and they would be gone: "
                    + String.join(", ", lost) + " (put them into the build, or --force)");
        }
        if (deploy.kind() != Deploy.Kind.BACK) {
            staging.keep(release, change.from());
        }
        staging.stage(release, user());
        Manifest manifest = Manifest.read(places.manifest(release));
        return new StepResult.Done(manifest.entries().size() + " files as they will be served" + left);
    }

    private List<String> unknown(Optional<String> before) throws IOException {
        return before.isPresent() && staging.isStored(before.get())
                ? Drifting.of(places, Manifest.read(places.manifest(before.get())), Instant.MAX)
                        .unknown()
                : List.of();
    }

    private WebUser user() throws IOException {
        return WebUser.lookUp(site.webUser());
    }

    /// Asks the live site for what only this release has, and for its page with all that it names.
    private StepResult gate(String release) throws IOException, InterruptedException {
        Manifest manifest = Manifest.read(places.manifest(release));
        long start = System.nanoTime();
        Optional<String> wrong = wrong(manifest, release);
        while (wrong.isPresent()
                && System.nanoTime() - start < (isOfOthers(wrong.get()) ? TO_COME_BACK : PATIENCE).toNanos()) {
            Thread.sleep(BETWEEN_ASKING);
            wrong = wrong(manifest, release);
        }
        if (wrong.isPresent()) {
            return new StepResult.Refused(wrong.get());
        }
        return new StepResult.Done("the site serves " + release + ", with all that its page names");
    }

    /// A web server that is just started anew, or what stands behind it, is nothing of the release's.
    private static boolean isOfOthers(String wrong) {
        return OF_OTHERS.matcher(wrong).find();
    }

    private Optional<String> wrong(Manifest manifest, String release) throws InterruptedException {
        boolean told = manifest.find(Places.ID_FILE).isPresent();
        Optional<URI> url = told ? site.urlOf(site.webRoot().resolve(Places.ID_FILE)) : Optional.of(site.page());
        try {
            HttpAnswer answer = http.get(url.orElseThrow(), MOST_BYTES, ANSWER);
            boolean isNew = told
                    ? new String(answer.body(), StandardCharsets.UTF_8).strip().equals(release)
                    : manifest.find(PAGE)
                            .filter(entry -> entry.sha256().equals(hash(answer.body())))
                            .isPresent();
            if (answer.status() != 200 || !isNew) {
                return Optional.of(url.get() + " answers " + answer.status()
                        + (answer.status() == 200 ? " with another release than this one" : ""));
            }
        } catch (HttpFailure e) {
            return Optional.of(url.orElseThrow() + ": " + e.getMessage());
        }
        return switch (page.look(List.of())) {
            case Observation.Failed(Finding.Answers answers) when answers.onlySlow() -> Optional.empty();
            case Observation.Failed(Finding finding) -> Optional.of(finding.inWords());
            case Observation.Unknown(String why) -> Optional.of(why);
            case Observation.Passed _, Observation.Undecided _, Observation.Sampled _ -> Optional.empty();
        };
    }

    private static String hash(byte[] body) {
        return HexFormat.of().formatHex(Manifest.sha256().digest(body));
    }

    @Override
    public void forget() {
        String _ = staging.forget(known.get(), "");
    }

    @Override
    public Places places() {
        return places;
    }

    @Override
    public void goBack(Change change) throws IOException {
        places.requireOurs();
        String from = change.from().orElseThrow();
        if (live.is(from) && live.isIn(places.stage(from), change.to())) {
            live.giveBack(from);
        } else if (!live.is(change.to())) {
            staging.stage(change.to(), user());
            live.take(change.to());
        }
    }

    /// Puts back each file of the release that is another by now, or has gone.
    RepairResult run(Remedy.Restore restore, String name) throws IOException, InterruptedException {
        return new Restoring(places, staging, restore.release(), restore.since(), user()).run(name);
    }
}
