package io.lectio.release;

import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Asks for all of a staged release before any visitor can: by its files, against what is live, and through a web
/// server of its own, by the site's rules.
public final class Examination {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration ALL_ANSWERS = Duration.ofSeconds(30);
    private static final int SHRUNK = 10;
    private static final int NO_PART = 10;
    /// What a browser takes no other type for.
    private static final Map<String, String> TYPES =
            Map.of("js", "javascript", "mjs", "javascript", "css", "text/css", "html", "text/html", "svg", "svg");

    private static final Set<String> NO_PAGE =
            Set.of("png", "jpg", "jpeg", "gif", "webp", "ico", "woff", "woff2", "json");

    private final Site site;
    private final Places places;
    private final PageReader reader;
    private final Function<HttpClient, Prober> page;
    private final boolean nginx;

    /// @param page makes a look at the page that asks by this client
    /// @param nginx whether the site's own web server is one that can be started once more
    public Examination(Site site, Places places, PageReader reader, Function<HttpClient, Prober> page, boolean nginx) {
        this.site = site;
        this.places = places;
        this.reader = reader;
        this.page = page;
        this.nginx = nginx;
    }

    /// @param before the live release, if one is known
    /// @param force whether it may be quite another page than the live one
    StepResult of(String release, Optional<String> before, boolean force) throws IOException, InterruptedException {
        Manifest manifest = Manifest.read(places.manifest(release));
        Build build = build(release, manifest);
        Optional<Build> live = Optional.empty();
        if (before.filter(id -> Files.exists(places.manifest(id))).isPresent()) {
            Manifest known = Manifest.read(places.manifest(before.get()));
            live = known.find(Build.PAGE).map(_ -> build(before.get(), known)); // what was adopted may have no page
        }
        Set<URI> elsewhere = new HashSet<>(live.isPresent() ? live.get().read().files() : List.of());
        if (live.isPresent()) {
            elsewhere.removeIf(live.get()::has);
        }
        List<String> faults = new ArrayList<>(build.faults(elsewhere));
        if (faults.isEmpty() && !force) {
            faults.addAll(against(build, live));
        }
        if (!faults.isEmpty()) {
            return new StepResult.Refused(String.join("; ", faults));
        }
        if (!nginx) {
            return new StepResult.Done(
                    build.count() + " files are whole; not asked through a web server: there is no nginx");
        }
        return served(release, manifest, build);
    }

    private Build build(String release, Manifest manifest) {
        return new Build(places.files(release), manifest, site.page(), reader);
    }

    /// A page that says only "broken" is whole, too.
    private static List<String> against(Build build, Optional<Build> live) throws IOException {
        List<String> faults = new ArrayList<>();
        PageReader.Page now = build.read();
        boolean names = now.files().stream().anyMatch(build::has);
        if (live.isEmpty()) {
            return names ? faults : List.of("its page names none of its files (--force deploys it all the same)");
        }
        PageReader.Page before = live.get().read();
        if (!names && before.files().stream().anyMatch(live.get()::has)) {
            faults.add("its page names none of its files, and the live one does");
        }
        if (!before.marks().isEmpty() && before.marks().stream().noneMatch(now.marks()::contains)) {
            faults.add("its page has no element " + String.join(" or ", before.marks()) + ", which the live one has");
        }
        if (live.get().count() >= NO_PART && build.count() * SHRUNK < live.get().count()) {
            faults.add("it has " + build.count() + " files, the live one "
                    + live.get().count());
        } else if (build.bytes() * SHRUNK < live.get().bytes()) {
            faults.add("it has " + build.bytes() + " bytes, the live one "
                    + live.get().bytes());
        }
        return faults.isEmpty() ? faults : List.of(String.join("; ", faults) + " (--force deploys it all the same)");
    }

    private StepResult served(String release, Manifest manifest, Build build) throws InterruptedException {
        Path stage = places.stage(release);
        try (NginxStage server = NginxStage.start(stage, places.live(), site, release)) {
            switch (page.apply(server.client()).look(List.of())) {
                case Observation.Failed(Finding.Answers answers) when answers.onlySlow() -> {}
                case Observation.Failed(Finding finding) -> {
                    return new StepResult.Refused("as nginx serves it: " + finding.inWords() + server.said());
                }
                case Observation.Unknown(String why) -> {
                    return new StepResult.Failed("as nginx serves it: " + why);
                }
                case Observation.Passed _, Observation.Undecided _, Observation.Sampled _ -> {}
            }
            return asked(manifest, server);
        } catch (NginxStage.NotStarted e) {
            return new StepResult.Done(build.count() + " files are whole; not asked through nginx: " + e.getMessage());
        } catch (IOException e) {
            return new StepResult.Failed("nginx for the stage: " + e.getMessage());
        }
    }

    private StepResult asked(Manifest manifest, NginxStage server) {
        long end = System.nanoTime() + ALL_ANSWERS.toNanos();
        int asked = 0;
        int kept = 0;
        for (Manifest.Entry entry : manifest.entries()) {
            Optional<URI> url = site.urlOf(site.webRoot().resolve(entry.path()));
            if (url.isEmpty() || System.nanoTime() > end) {
                continue;
            }
            asked++;
            try {
                HttpAnswer answer = server.client().get(url.get(), 1, ANSWER);
                Optional<String> wrong = wrong(entry, answer);
                if (wrong.isPresent()) {
                    return new StepResult.Refused("as nginx serves it: " + entry.path() + " " + wrong.get());
                }
                kept += answer.status() == 200 ? 0 : 1;
            } catch (HttpFailure e) {
                return new StepResult.Failed("as nginx serves it: " + entry.path() + ": " + e.getMessage());
            }
        }
        int left = manifest.entries().size() - asked;
        return new StepResult.Done(asked + " files asked for through an nginx of its own"
                + (kept == 0 ? "" : ", " + kept + " of them kept back by the site's rules")
                + (left == 0 ? "" : "; no time for " + left + " more"));
    }

    /// A file that no page names may be kept back by the server's rules; code may not.
    private static Optional<String> wrong(Manifest.Entry entry, HttpAnswer answer) {
        String ending = Build.ending(entry.path());
        String type = answer.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (entry.path().equals(Places.ID_FILE) && answer.status() != 200) {
            return Optional.of(
                    "is answered with " + answer.status() + ", and without it nobody knows which release is live");
        }
        if (answer.status() >= 500
                || (answer.status() != 200 && Set.of("js", "mjs", "css").contains(ending))) {
            return Optional.of("is answered with " + answer.status());
        }
        if (answer.status() != 200) {
            return Optional.empty();
        }
        String wanted = TYPES.getOrDefault(ending, "");
        boolean instead = NO_PAGE.contains(ending) && type.startsWith("text/html");
        return type.contains(wanted) && !instead
                ? Optional.empty()
                : Optional.of("is answered as " + (type.isEmpty() ? "nothing named" : type));
    }
}
