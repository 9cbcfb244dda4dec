package io.lectio.release;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Migrating;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The releases of an application's code, in the folder that it has always been in.
public final class CodeReleases implements SitePart {
    private final Places places;
    private final CodeStaging staging;
    private final Reception reception;
    private final Workers workers;
    private final Application application;
    private final Supplier<Set<String>> known;

    /// What only the application can tell, or do.
    public interface Application {
        /// Asks for all that can be known of a release before any visitor meets it.
        ///
        /// @param laid its new and changed files, as they will be live
        /// @param gone paths that it has no more
        /// @param own all its paths
        StepResult examine(String release, Path laid, List<String> gone, Set<String> own, boolean force)
                throws IOException, InterruptedException;

        /// Why its code cannot be exchanged just now, if so.
        Optional<String> obstacle();

        /// Makes a verified copy of the database.
        StepResult keepDatabase(boolean force) throws IOException, InterruptedException;

        /// Changes the database as the code that is live asks for. [StepResult.Refused] where it is as it was.
        ///
        /// @param names of the migrations that are to be applied
        StepResult migrate(List<String> names) throws IOException, InterruptedException;
    }

    /// @param known the ids of the releases that are to be kept
    public CodeReleases(
            Places places, CodeFiles code, Workers workers, Application application, Supplier<Set<String>> known) {
        this.places = places;
        staging = new CodeStaging(places, code);
        reception = Reception.ofCode(places, code);
        this.workers = workers;
        this.application = application;
        this.known = known;
    }

    /// Takes in what is to be deployed.
    public Reception reception() {
        return reception;
    }

    /// Stores the code as it lies in the live folder.
    public Reception.Received asItLies(String release) throws IOException {
        Manifest manifest = staging.adopt(release);
        return new Reception.Received(manifest.content(), manifest.entries().size(), manifest.bytes());
    }

    @Override
    public StepResult take(Step step, Deploy deploy, Change change) throws IOException, InterruptedException {
        String release = change.to();
        return switch (step) {
            case ADOPT -> {
                Reception.Received stored = asItLies(deploy.adopted());
                yield new StepResult.Stored(stored.content(), stored.files(), stored.bytes());
            }
            case STAGE -> stage(deploy, change);
            case EXAMINE ->
                application.examine(
                        release,
                        staging.laid(release),
                        staging.plan(release).gone(),
                        staging.isFound(release) ? Set.of() : staging.paths(release),
                        deploy.force());
            case BACK_UP -> application.keepDatabase(deploy.force());
            case SWITCH -> {
                Optional<String> obstacle = application.obstacle();
                if (obstacle.isPresent()) {
                    yield new StepResult.Refused(obstacle.get());
                }
                long start = System.nanoTime();
                staging.take(release);
                yield new StepResult.Done("code laid within " + (System.nanoTime() - start) / 1_000 + " µs");
            }
            case MIGRATE ->
                application.migrate(deploy.migrating().map(Migrating::names).orElse(List.of()));
            case RELOAD -> workers.startAnew(release);
            case GATE -> workers.gate(release);
            case UNDO -> undo(deploy, change);
        };
    }

    private StepResult stage(Deploy deploy, Change change) throws IOException {
        String release = change.to();
        String left = staging.forget(known.get(), release);
        boolean comes = deploy.kind() == Kind.NEW || deploy.kind() == Kind.TRIAL;
        if (comes) {
            staging.keep(release);
        }
        List<String> differing = deploy.kind() == Kind.BACK ? List.of() : staging.changed(release);
        if (deploy.kind() == Kind.IN_PLACE && !differing.isEmpty()) {
            return new StepResult.Failed("the live code is just being changed: " + String.join(", ", differing));
        }
        if (comes && !deploy.force() && !differing.isEmpty()) {
            Optional<String> why = change.from().isEmpty() ? Optional.empty() : wouldOverwrite(change);
            if (why.isPresent()) {
                return new StepResult.Refused(why.get());
            }
        }
        boolean lies = deploy.kind() == Kind.IN_PLACE;
        CodeStaging.Plan plan = staging.stage(release, lies ? Optional.empty() : change.from());
        return new StepResult.Done(plan.inWords() + left);
    }

    /// What somebody has changed or put there since the live release was laid.
    private Optional<String> wouldOverwrite(Change change) throws IOException {
        Optional<String> before = change.from().filter(staging::isStored);
        List<String> changed = before.isPresent() ? staging.changed(before.get()) : List.of();
        if (!changed.isEmpty()) {
            return Optional.of(
                    "the live code is no longer that of release " + before.get() + ": "
                            + String.join(", ", changed)
                            + " (lectio deploy backend, without a path, makes a release of it as it lies; --force overwrites it)");
        }
        List<String> inTheWay = staging.inTheWay(change.to(), before);
        return inTheWay.isEmpty()
                ? Optional.empty()
                : Optional.of("the live folder has files that are no release's, and the release has them too: "
                        + String.join(", ", inTheWay) + " (--force replaces them)");
    }

    private StepResult undo(Deploy deploy, Change change) throws IOException, InterruptedException {
        String release = change.to();
        if (deploy.kind() == Kind.IN_PLACE) {
            if (change.from().isEmpty()) {
                return new StepResult.Failed("there is no release before " + release);
            }
            String before = change.from().get();
            List<String> since = staging.changed(release, before);
            if (!since.isEmpty()) {
                return new StepResult.Failed("the live code has been changed meanwhile, so it is left as it lies: "
                        + String.join(", ", since));
            }
            staging.stage(before, Optional.of(release));
            staging.take(before);
        } else if (!staging.giveBack(release)) {
            return new StepResult.Failed("nothing was staged for " + release);
        }
        return workers.comeBack(change.from().orElse(""));
    }

    /// Forgets what was stored of a deploy that was not taken up.
    public void discard(String release) throws IOException {
        reception.discard(release);
        if (!known.get().contains(release)) {
            Places.delete(places.release(release));
        }
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
    public void goBack(Change change) throws IOException, InterruptedException {
        staging.stage(change.to(), change.from());
        staging.take(change.to());
        StepResult _ = workers.comeBack(change.to());
    }
}
