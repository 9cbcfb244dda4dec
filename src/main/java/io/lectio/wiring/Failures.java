package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.host.LastWords;
import io.lectio.host.systemd.Systemd;
import io.lectio.release.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Failures of units, as systemd tells them: each has a file `UNIT@RUN` from when it was noted, by `lectio-failed` or
/// here, and `UNIT@RUN.told` after it was handed over, so that it is told once, however often systemd calls.
public final class Failures {
    private static final String TOLD = ".told";
    /// After the run's id: systemd does not start it any more.
    private static final String GIVEN_UP = "-given-up";

    private static final Pattern NOTE = Pattern.compile("(\\S+) (\\S+) (\\S+) ([0-9]{1,11})\\s*");
    private static final Duration TO_SETTLE = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration TO_SEND = Duration.ofSeconds(60);
    private static final Duration KEPT = Duration.ofDays(7);
    private static final int LINES = 3;
    /// A unit that fails and fails is told on by the next notifier.
    private static final int MOST_TIMES = 5;

    private final Path folder;

    private Failures(Path folder) {
        this.folder = folder;
    }

    /// @param run its id
    private record Noted(Path file, String run, Instant at, String result, String exit) {}

    /// Hands what is not told of a unit to the guard, or where there is none tells it.
    ///
    /// @param environment as systemd gives it to who is called for `OnFailure=`
    /// @return empty where a guard holds the state and does not answer
    public static Optional<Answer> tell(Home home, Settings settings, String unit, Map<String, String> environment)
            throws IOException, InterruptedException {
        Optional<Answer> answer = once(home, settings, unit, environment);
        Optional<Answer> again = answer; // systemd starts no second notifier while one works
        for (int times = 1;
                times < MOST_TIMES && again.filter(Answer::done).isPresent() && !again.equals(nothing(unit));
                times++) {
            answer = again;
            again = once(home, settings, unit, Map.of());
        }
        return again.filter(Answer::done).isPresent() ? answer : again;
    }

    private static Optional<Answer> nothing(String unit) {
        return Optional.of(new Answer(true, "nothing is to be told of " + unit + " that was not told"));
    }

    private static Optional<Answer> once(Home home, Settings settings, String unit, Map<String, String> environment)
            throws IOException, InterruptedException {
        home.prepare();
        Failures failures = new Failures(home.state().resolve("failures"));
        Home.makeFolder(failures.folder);
        failures.forget();
        try (Systemd systemd = new Systemd()) {
            UnitState now = failures.settled(systemd, unit);
            failures.note(now, environment);
            List<Noted> untold = failures.untold(unit);
            if (untold.isEmpty()) {
                return nothing(unit);
            }
            Request request =
                    request(now, untold, lines(systemd, untold.getLast().run()));
            SiteSettings site = settings.sites().stream()
                    .filter(each -> each.services().units().containsKey(unit))
                    .findFirst()
                    .orElse(settings.sites().getFirst());
            Path state = Sites.state(home.state(), site.name());
            Optional<String> said = ControlClient.ask(state, request);
            Optional<Answer> answer = said.isPresent()
                    ? Optional.of(ControlClient.read(said.get(), Answer.class))
                    : WithoutDaemon.order(home, site, request);
            if (answer.filter(Answer::done).isPresent()) {
                for (Noted each : untold) {
                    Files.move(
                            each.file(), each.file().resolveSibling(each.file().getFileName() + TOLD));
                }
                if (said.isEmpty()) {
                    WithoutDaemon.send(home, settings, site, TO_SEND);
                }
            }
            return answer;
        }
    }

    /// Whether systemd starts it again shows after a moment.
    private UnitState settled(Systemd systemd, String unit) throws IOException, InterruptedException {
        long end = System.nanoTime() + TO_SETTLE.toNanos();
        UnitState state = systemd.unit(unit);
        while ((state.active() == Active.DEACTIVATING || state.active() == Active.ACTIVATING)
                && System.nanoTime() - end < 0) {
            Thread.sleep(PAUSE);
            state = systemd.unit(unit);
        }
        return state;
    }

    /// What nobody has noted yet.
    private void note(UnitState now, Map<String, String> environment) throws IOException {
        boolean givenUp = now.result().equals(UnitState.START_LIMIT);
        if (now.active() == Active.FAILED && !now.invocation().isEmpty()) {
            note(now.name() + "@" + now.invocation() + (givenUp ? GIVEN_UP : ""), now.result() + " - -");
        }
        String run = environment.getOrDefault("MONITOR_INVOCATION_ID", "");
        if (run.matches("[0-9a-f]{32}") && now.name().equals(environment.get("MONITOR_UNIT"))) {
            note(
                    now.name() + "@" + run,
                    String.join(
                            " ",
                            environment.getOrDefault("MONITOR_SERVICE_RESULT", "-"),
                            environment.getOrDefault("MONITOR_EXIT_CODE", "-"),
                            environment.getOrDefault("MONITOR_EXIT_STATUS", "-")));
        }
    }

    private void note(String name, String what) throws IOException {
        if (!Files.exists(folder.resolve(name)) && !Files.exists(folder.resolve(name + TOLD))) {
            Disk.REAL.write(
                    folder.resolve(name), List.of(what + " " + Instant.now().getEpochSecond()));
        }
    }

    private List<Noted> untold(String unit) throws IOException {
        List<Noted> untold = new ArrayList<>();
        for (Path file : files()) {
            String name = String.valueOf(file.getFileName());
            String run = name.startsWith(unit + "@") ? name.substring(unit.length() + 1) : "";
            if (run.matches("[0-9a-f]{32}(" + GIVEN_UP + ")?")) {
                Matcher note = NOTE.matcher(Files.readString(file));
                Instant at = note.matches()
                        ? Instant.ofEpochSecond(Long.parseLong(note.group(4)))
                        : Files.getLastModifiedTime(file).toInstant(); // cut off
                untold.add(new Noted(
                        file,
                        run.replace(GIVEN_UP, ""),
                        at,
                        note.matches() ? note.group(1) : "failed",
                        note.matches() ? exit(note.group(2), note.group(3)) : ""));
            }
        }
        untold.sort(Comparator.comparing(Noted::at).thenComparing(each -> String.valueOf(each.file())));
        return untold;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static String exit(String code, String status) {
        return switch (code) {
            case "exited" -> UnitState.EXIT_CODE + status;
            case "killed", "dumped" -> "signal " + status;
            default -> "";
        };
    }

    private static List<String> lines(Systemd systemd, String run) throws InterruptedException {
        try {
            List<String> said = LastWords.of(systemd.journal(run));
            return said.stream()
                    .skip(Math.max(0, said.size() - LINES))
                    .map(LastWords::told)
                    .toList();
        } catch (IOException e) {
            return List.of("(" + e.getMessage() + ")");
        }
    }

    private static Request request(UnitState now, List<Noted> untold, List<String> lines) {
        Noted last = untold.getLast();
        String exit = untold.reversed().stream()
                .map(Noted::exit)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
        boolean up = now.active() != Active.FAILED && now.active() != Active.INACTIVE;
        long runs = untold.stream().map(Noted::run).distinct().count();
        List<String> options =
                new ArrayList<>(List.of(last.result(), exit, up ? Request.UP : "", String.valueOf(runs)));
        options.addAll(lines);
        Duration ago = Duration.between(last.at(), Instant.now());
        return new Request(
                Request.Ask.FAILURE,
                Optional.of(ago.isNegative() ? Duration.ZERO : ago),
                Optional.empty(),
                Optional.of(now.name()),
                options);
    }

    private void forget() throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(KEPT));
        for (Path file : files()) {
            if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                Files.deleteIfExists(file);
            }
        }
    }
}
