package io.lectio.release;

import io.lectio.host.Child;
import io.lectio.host.systemd.Systemd;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A process in a test host that examines a release of the plan's site, or runs its live commands, and tells what came
/// of it.
///
/// usage: ExamineOnce unit · examine STAGE DATABASE|- [REMOVED]... · manage ARGUMENT... · applied
final class ExamineOnce {
    private static final Path LIVE = Path.of("/var/www/teaching_panel/teaching_panel");
    private static final Path STORE = Path.of("/var/www/.lectio-test");
    private static final String RELEASE = "20260101-000002";

    private ExamineOnce() {}

    public static void main(String[] arguments) throws Exception {
        try (Systemd systemd = new Systemd()) {
            AppUnit app = AppUnit.read(systemd, "teaching_panel.service");
            List<String> more = List.of(arguments).subList(1, arguments.length);
            switch (arguments[0]) {
                case "unit" -> tell(app);
                case "examine" -> examine(app, more);
                case "manage" -> System.out.println(new AppCommands(app, LIVE).manage(more, Duration.ofSeconds(60)));
                case "applied" -> System.out.println(new AppCommands(app, LIVE).applied());
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static void tell(AppUnit app) throws IOException {
        System.out.println("user " + app.user());
        System.out.println("folder " + app.workingDirectory() + " umask "
                + "%04o".formatted(app.definition().umask()));
        System.out.println("python " + app.python() + " preloads " + app.preloads() + " target " + app.target());
        System.out.println("command " + app.command());
        System.out.println("files " + app.definition().environmentFiles());
        System.out.println("main " + app.mainPid());
        app.environment().entrySet().stream()
                .filter(each -> each.getKey().matches("HOME|USER|LOGNAME|GUARD_.*"))
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(each -> System.out.println("environment " + each));
        System.out.println("private " + app.privateCommand("fd://3"));
    }

    private static void examine(AppUnit app, List<String> arguments) throws IOException, InterruptedException {
        Path stage = Path.of(arguments.getFirst());
        Optional<Path> database =
                Optional.of(arguments.get(1)).filter(each -> !each.equals("-")).map(Path::of);
        Set<Path> removed = arguments.stream().skip(2).map(Path::of).collect(Collectors.toSet());
        Set<Path> changed = files(stage);
        Set<Path> owned = new HashSet<>(changed);
        owned.addAll(List.of(Path.of("manage.py"), Path.of("panel/urls.py")));
        Files.createDirectories(STORE);
        CodeExamination examination = new CodeExamination(
                app,
                URI.create("https://panel.example/api/health/"),
                STORE.resolve("examine"),
                ExamineOnce::copy,
                step -> System.out.println("... " + step));
        System.out.println(
                examination.of(new CodeExamination.NewCode(RELEASE, LIVE, stage, owned, changed, removed), database));
    }

    private static Set<Path> files(Path stage) throws IOException {
        try (Stream<Path> all = Files.walk(stage)) {
            return all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .map(stage::relativize)
                    .collect(Collectors.toSet());
        }
    }

    private static void copy(Path database, Path target) throws IOException, InterruptedException {
        Child.Result copied = Child.run(
                List.of("sqlite3", "-cmd", ".timeout 5000", database.toString(), ".backup '" + target + "'"),
                Duration.ofSeconds(30),
                4_096);
        if (copied.exit().orElse(1) != 0) {
            throw new IOException(copied.text());
        }
    }
}
