package io.lectio.release;

import io.lectio.core.deploy.Migrating;
import io.lectio.core.deploy.StepResult;
import io.lectio.host.Child;
import io.lectio.host.Folders;
import io.lectio.host.systemd.Systemd;
import io.lectio.release.CodeExamination.NewCode;
import io.lectio.release.CodeExamination.Result;
import io.lectio.release.Project.Migration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A Django project under systemd: examined in a view of its own, and migrated as its user.
public final class DjangoProject implements CodeReleases.Application {
    private static final Duration TO_MIGRATE = Duration.ofMinutes(9);

    private final Systemd systemd;
    private final String unit;
    private final Places places;
    private final Optional<Path> database;
    private final URI api;
    private final DatabaseCopies copies;

    /// Verified copies of the database.
    public interface DatabaseCopies extends DatabaseCopy.Copier {
        /// Whether another database is just being put in the place of the live one.
        boolean isRestoring();

        /// Makes one that is kept.
        ///
        /// @return its name
        String keep() throws IOException, InterruptedException;
    }

    /// @param database the SQLite file, where it is one
    public DjangoProject(
            Systemd systemd, String unit, Places places, Optional<Path> database, URI api, DatabaseCopies copies) {
        this.systemd = systemd;
        this.unit = unit;
        this.places = places;
        this.database = database;
        this.api = api;
        this.copies = copies;
    }

    @Override
    public StepResult examine(String release, Path laid, List<String> gone, Set<String> own, boolean force)
            throws IOException, InterruptedException {
        AppUnit app = AppUnit.read(systemd, unit);
        Path scratch = places.examined(release);
        Files.createDirectories(Folders.above(scratch));
        NewCode code = new NewCode(release, places.live(), laid, paths(own), laidIn(laid), paths(gone));
        return switch (new CodeExamination(app, api, scratch, copies, _ -> {}).of(code, database)) {
            case Result.Refused(String why) -> new StepResult.Refused(why);
            case Result.Failed(String why) -> new StepResult.Failed(why);
            case Result.NotExamined(String why) ->
                force
                        ? new StepResult.Fit("not examined: " + why, new Migrating(List.of(), true))
                        : new StepResult.Refused(why + " (--force deploys it all the same, and runs no migrations)");
            case Result.Fit(String said, List<Migration> migrations, boolean oldRuns) ->
                new StepResult.Fit(
                        said,
                        new Migrating(migrations.stream().map(Migration::name).toList(), oldRuns));
        };
    }

    private static Set<Path> paths(Collection<String> all) {
        return all.stream().map(Path::of).collect(Collectors.toSet());
    }

    private static Set<Path> laidIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).map(folder::relativize).collect(Collectors.toSet());
        }
    }

    @Override
    public Optional<String> obstacle() {
        return Optional.of("a copy of the database is just being put back: try again later")
                .filter(_ -> copies.isRestoring());
    }

    @Override
    public StepResult keepDatabase(boolean force) throws IOException, InterruptedException {
        if (database.isPresent()) {
            return new StepResult.Done("copied and verified: " + copies.keep());
        }
        return force
                ? new StepResult.Done("no copy: the database is no SQLite file")
                : new StepResult.Refused("it changes a database that is no SQLite file, of which no copy is made here:"
                        + " make one, then --force");
    }

    @Override
    public StepResult migrate(List<String> names) throws IOException, InterruptedException {
        AppCommands commands = new AppCommands(AppUnit.read(systemd, unit), places.live());
        commands.awaitOthers(TO_MIGRATE);
        Instant began = Instant.now();
        Child.Result result = commands.manage(List.of("migrate", "--noinput"), TO_MIGRATE);
        if (result.exit().orElse(1) == 0) {
            return new StepResult.Done(names.size() + " migrations within "
                    + Duration.between(began, Instant.now()).toMillis() + " ms");
        }
        String why = "manage.py migrate: "
                + (result.timedOut()
                        ? "no end within " + TO_MIGRATE.toMinutes() + " min"
                        : Complaint.in(result.text(), places.live()));
        Set<String> applied = new TreeSet<>(commands.applied());
        applied.retainAll(names);
        return applied.isEmpty()
                ? new StepResult.Refused(why)
                : new StepResult.Failed(why + "; applied before that: " + String.join(", ", applied));
    }
}
