package io.lectio.release;

import io.lectio.host.Child;
import io.lectio.host.Memory;
import io.lectio.release.CodeView.NotStarted;
import io.lectio.release.Project.Migration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Runs a release of a Django project before it is live, as its user, where all that it writes is thrown away: it
/// compiles, its checks pass, its requirements are there, its migrations run on a copy of the database, and it
/// answers.
public final class CodeExamination {
    private static final Duration SHORT = Duration.ofSeconds(60);
    private static final Duration TO_MIGRATE = Duration.ofMinutes(5);
    private static final long MEMORY = 300L << 20;
    private static final int FILES = 1_000;
    /// What only a view refuses.
    private static final Pattern ONLY_HERE =
            Pattern.compile("Read-only file system|read-only transaction|unsupported startup parameter");

    private final AppUnit app;
    private final URI api;
    private final Path scratch;
    private final DatabaseCopy.Copier copier;
    private final Consumer<String> progress;

    /// @param api what the application is asked for, as visitors ask it
    /// @param scratch a name for a folder, in one of root's that is closed to all others
    /// @param progress is told each step as it begins
    public CodeExamination(AppUnit app, URI api, Path scratch, DatabaseCopy.Copier copier, Consumer<String> progress) {
        this.app = app;
        this.api = api;
        this.scratch = scratch;
        this.copier = copier;
        this.progress = progress;
    }

    /// A release of code. All its paths are relative to the live folder.
    ///
    /// @param live without a link in its path
    /// @param stage the new and the changed files, as they will be live
    /// @param owned all files of the release
    /// @param changed those in the stage
    /// @param removed those of the live folder that the release removes
    public record NewCode(
            String release, Path live, Path stage, Set<Path> owned, Set<Path> changed, Set<Path> removed) {
        public NewCode {
            owned = Set.copyOf(owned);
            changed = Set.copyOf(changed);
            removed = Set.copyOf(removed);
        }
    }

    /// What an examination has found.
    public sealed interface Result {
        /// The release is not fit to be live.
        record Refused(String why) implements Result {}

        /// The examination could not do its work.
        record Failed(String why) implements Result {}

        /// Nothing can be run so on this host, or not this project, which says nothing of the release.
        record NotExamined(String why) implements Result {}

        /// @param said what was done, and what was not
        /// @param migrations those that are not applied, in their order
        /// @param oldCodeRuns whether the live code can go on with the migrated database
        record Fit(String said, List<Migration> migrations, boolean oldCodeRuns) implements Result {
            public Fit {
                migrations = List.copyOf(migrations);
            }
        }
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String why) {
            super(why);
        }
    }

    /// @param database the SQLite database that the site is known to have; empty where it has another kind
    public Result of(NewCode code, Optional<Path> database) throws InterruptedException {
        try {
            Optional<Path> python = app.python();
            return python.isEmpty()
                    ? new Result.NotExamined("the command of " + app.name() + " does not tell which Python runs it")
                    : examined(code, database, python.get());
        } catch (Refusal e) {
            return new Result.Refused(String.valueOf(e.getMessage()));
        } catch (NotStarted e) {
            return new Result.NotExamined("its code cannot be run here before it is live: " + e.getMessage());
        } catch (IOException e) {
            return new Result.Failed(String.valueOf(e.getMessage()));
        }
    }

    private Result examined(NewCode code, Optional<Path> database, Path python)
            throws Refusal, NotStarted, IOException, InterruptedException {
        Places.delete(scratch);
        Files.createDirectory(
                scratch, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Optional<DatabaseCopy> copy = Optional.empty();
            if (database.isPresent() && Files.exists(database.get())) {
                progress.accept("copying the database");
                copy = Optional.of(DatabaseCopy.make(database.get(), scratch.resolve("database"), app.user(), copier));
            }
            return new Run(code, python, copy).result();
        } finally {
            Places.delete(scratch);
        }
    }

    /// One examination.
    private final class Run {
        private final NewCode code;
        private final Path python;
        private final Optional<DatabaseCopy> copy;
        private final List<String> said = new ArrayList<>();
        private final Map<String, String> environment = new HashMap<>();

        private Run(NewCode code, Path python, Optional<DatabaseCopy> copy) {
            this.code = code;
            this.python = python;
            this.copy = copy;
            environment.put("PYTHONDONTWRITEBYTECODE", "1");
            environment.put(
                    "PGOPTIONS",
                    (app.environment().getOrDefault("PGOPTIONS", "") + " -c default_transaction_read_only=on").strip());
        }

        private Result result() throws Refusal, NotStarted, IOException, InterruptedException {
            CodeView.Layers layers = new CodeView.Layers(code.live(), Optional.of(code.stage()), code.removed());
            List<Migration> migrations;
            Map<String, String> headers;
            try (CodeView view = CodeView.open(app, layers, copy, scratch.resolve("new"))) {
                compile(view);
                Child.Result _ = must(
                        view,
                        "check",
                        "its checks (manage.py check)",
                        manage("check", "--deploy", "--fail-level", "ERROR"),
                        SHORT);
                Project settings = ask(view, "settings", "its settings");
                headers = settings.header();
                requireNothingOwned(settings);
                requireOurDatabase(settings);
                requirements(view);
                migrations = migrations(view);
                serve(view, headers, migrations);
            }
            boolean oldCodeRuns = migrations.isEmpty() || oldCodeRuns(migrations, headers);
            return new Result.Fit(String.join("; ", said), migrations, oldCodeRuns);
        }

        private List<String> manage(String... arguments) {
            List<String> command = new ArrayList<>(
                    List.of(python.toString(), code.live().resolve("manage.py").toString()));
            command.addAll(List.of(arguments));
            return command;
        }

        private List<String> project(String... arguments) throws IOException {
            return projectCommand(python, code.live(), arguments);
        }

        private Child.Result must(CodeView view, String step, String what, List<String> command, Duration within)
                throws Refusal, NotStarted, IOException, InterruptedException {
            progress.accept(what);
            Child.Result result = view.run(step, command, environment, within);
            if (result.timedOut()) {
                throw new Refusal(what + ": no end within " + within.toSeconds() + " s");
            }
            if (result.exit().orElse(1) != 0) {
                String why = what + ": " + Complaint.in(result.text(), code.live());
                requireNotOnlyHere(result.text(), why);
                throw new Refusal(why);
            }
            return result;
        }

        private void requireNotOnlyHere(String said, String why) throws NotStarted {
            if (ONLY_HERE.matcher(said).find()) {
                throw new NotStarted("it wants to write what it may not write in a view: " + why);
            }
        }

        private Project ask(CodeView view, String question, String what)
                throws Refusal, NotStarted, IOException, InterruptedException {
            return Project.of(
                    must(view, question, what, project(question), SHORT).text());
        }

        private void compile(CodeView view) throws Refusal, NotStarted, IOException, InterruptedException {
            List<String> files = code.changed().stream()
                    .filter(path -> path.toString().endsWith(".py"))
                    .map(path -> code.live().resolve(path).toString())
                    .sorted()
                    .toList();
            for (int from = 0; from < files.size(); from += FILES) { // a command has no room for more
                List<String> command = project("compile");
                command.addAll(files.subList(from, Math.min(files.size(), from + FILES)));
                Child.Result _ = must(view, "compile-" + from, "its Python files", command, SHORT);
            }
            said.add(files.size() + " changed Python files compile");
        }

        /// What the application itself writes is no release's.
        private void requireNothingOwned(Project settings) throws Refusal {
            Map<String, Path> kept = new HashMap<>(settings.folders());
            settings.databases().stream()
                    .filter(database -> database.vendor().equals("sqlite"))
                    .forEach(database -> kept.put("the database " + database.alias(), real(database.name())));
            for (Path each : code.owned()) {
                Path path = code.live().resolve(each);
                for (Map.Entry<String, Path> place : kept.entrySet()) {
                    if (path.startsWith(place.getValue())) {
                        throw new Refusal("it has " + each + ", which is in " + place.getKey() + " (" + place.getValue()
                                + "): that is the application's own, and no release's");
                    }
                }
            }
        }

        /// The path outside of the view.
        private Path real(String name) {
            Path path = Path.of(name);
            return copy.filter(known -> known.inViews().equals(path))
                    .map(DatabaseCopy::original)
                    .orElse(path);
        }

        /// A database that it was not given a copy of is the real one, and read-only there.
        private void requireOurDatabase(Project settings) throws NotStarted {
            for (Project.Database each : settings.databases()) {
                boolean copied = copy.filter(known -> known.inViews().equals(Path.of(each.name())))
                        .isPresent();
                if (!each.isNear()) {
                    throw new NotStarted("its database " + each.alias() + " is at " + each.host()
                            + ", and in a view it reaches nothing but this machine");
                }
                if (each.vendor().equals("sqlite") && !copied) {
                    throw new NotStarted(
                            "its settings name the database " + each.name() + ", of which there is no copy");
                }
            }
        }

        private void requirements(CodeView view) throws Refusal, NotStarted, IOException, InterruptedException {
            Project told = ask(view, "requirements", "its requirements");
            if (told.lacks().isPresent()) {
                throw new Refusal("requirements.txt: " + told.lacks().get());
            }
            if (told.requirements() > 0) {
                said.add(told.requirements() + " requirements are installed");
            }
        }

        private List<Migration> migrations(CodeView view)
                throws Refusal, NotStarted, IOException, InterruptedException {
            List<Migration> migrations =
                    ask(view, "migrations", "its migrations").migrations();
            Child.Result missing =
                    view.run("missing", manage("makemigrations", "--check", "--dry-run"), environment, SHORT);
            if (missing.exit().orElse(0) == 1) {
                said.add("its models have changes that no migration makes");
            }
            if (migrations.isEmpty()) {
                said.add("no migrations");
            } else if (copy.isEmpty()) {
                said.add(migrations.size() + " migrations could not be tried: there is no copy of the database");
            } else {
                long start = System.nanoTime();
                Child.Result _ = must(
                        view,
                        "migrate",
                        "its migrations on a copy of the database",
                        manage("migrate", "--noinput"),
                        TO_MIGRATE);
                said.add(migrations.size() + " migrations run on a copy of the database, in "
                        + Duration.ofNanos(System.nanoTime() - start).toMillis() / 1_000.0 + " s");
            }
            return migrations;
        }

        private void serve(CodeView view, Map<String, String> headers, List<Migration> migrations)
                throws Refusal, NotStarted, IOException, InterruptedException {
            if (!canServe()) {
                return;
            }
            progress.accept("asking it for " + api);
            switch (new PrivateServer(app, code.live(), api, headers, environment).examined(view, "serve")) {
                case PrivateServer.Answer.Well well -> {
                    Optional<String> other = well.told().release().filter(id -> !id.equals(code.release()));
                    if (other.isPresent()) {
                        throw new Refusal(
                                "it says that it is the release " + other.get() + ", and not " + code.release());
                    }
                    said.add("it answers after " + well.until().toMillis() / 1_000.0 + " s");
                }
                case PrivateServer.Answer.Wrong wrong
                when wrong.started() && copy.isEmpty() && !migrations.isEmpty() ->
                    said.add("before its migrations, " + wrong.why());
                case PrivateServer.Answer.Wrong wrong -> {
                    requireNotOnlyHere(wrong.why(), wrong.why());
                    throw new Refusal("asked for " + api + ", " + wrong.why());
                }
            }
        }

        private boolean canServe() throws IOException {
            if (!app.isGunicorn()) {
                said.add("not asked, as " + app.name() + " does not start gunicorn");
                return false;
            }
            if (new Memory().read().available() < MEMORY) {
                said.add("not asked, as less than " + (MEMORY >> 20) + " MiB of memory are free");
                return false;
            }
            return true;
        }

        /// Asks the live code once more, on the migrated copy.
        private boolean oldCodeRuns(List<Migration> migrations, Map<String, String> headers)
                throws NotStarted, IOException, InterruptedException {
            boolean additive = migrations.stream().allMatch(Migration::additive);
            if (copy.isEmpty() || !canServe()) {
                return false;
            }
            progress.accept("asking the live code on the migrated copy");
            CodeView.Layers live = new CodeView.Layers(code.live(), Optional.empty(), List.of());
            try (CodeView view = CodeView.open(app, live, copy, scratch.resolve("old"))) {
                PrivateServer.Answer answer =
                        new PrivateServer(app, code.live(), api, headers, environment).examined(view, "serve");
                boolean answers = answer instanceof PrivateServer.Answer.Well;
                said.add("the live code " + (answers ? "answers" : "does not answer") + " on the migrated copy"
                        + (additive ? "" : ", and not all that the migrations change is surely harmless to it"));
                return additive && answers;
            }
        }
    }

    /// The command that asks a project about itself.
    static List<String> projectCommand(Path python, Path live, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(python.toString(), "-c", Script.PROJECT.text(), live.toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
