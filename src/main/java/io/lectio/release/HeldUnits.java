package io.lectio.release;

import io.lectio.host.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// An application of systemd's units. They are kept from starting by a condition on a file, in a drop-in beside each
/// of them, whatever would start them: a visitor at a socket, a timer, a person, a boot. A mask at run time would not
/// do: a unit in `/etc` goes before it.
public final class HeldUnits implements Application {
    private static final String DROP_IN = "lectio-restore.conf";
    /// Marks a unit that was running.
    private static final String UP = "+";

    private static final Pattern SYSTEMCTL_LINE = Pattern.compile("(\\w+)=(.*)");
    /// What stops with a unit, or starts it.
    private static final List<String> BOUND = List.of("TriggeredBy", "RequiredBy", "BoundBy", "ConsistsOf");

    /// More than the 90 s that systemd grants a stop.
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private static final int MOST_BYTES = 65_536;

    private final Path folder;
    private final List<String> units;
    private final Path flag;
    private final Path noted;
    private final Answer answer;
    private final Function<List<String>, List<String>> program;
    private final Disk disk;

    /// Asks the application for an answer.
    public interface Answer {
        Optional<String> ails() throws InterruptedException;
    }

    /// @param units the application's first, then those that work beside it
    /// @param state root's own folder: `held` is there while they are, and `units` says what they were
    public HeldUnits(List<String> units, Path state, Answer answer, Disk disk) {
        this(Path.of("/etc/systemd/system"), units, state, answer, command -> command, disk);
    }

    /// @param folder for drop-ins of units
    /// @param program makes of a command the one that is run in its place
    HeldUnits(
            Path folder,
            List<String> units,
            Path state,
            Answer answer,
            Function<List<String>, List<String>> program,
            Disk disk) {
        this.folder = folder;
        this.units = List.copyOf(units);
        flag = state.resolve("held");
        noted = state.resolve("units");
        this.answer = answer;
        this.program = program;
        this.disk = disk;
    }

    @Override
    public void hold() throws IOException, InterruptedException {
        if (!Files.exists(noted)) {
            disk.write(noted, marked());
        }
        List<String> held = noted().stream().map(HeldUnits::name).toList();
        disk.write(flag, held);
        for (String unit : held) {
            Path dropIns = folder.resolve(unit + ".d");
            Files.createDirectories(dropIns);
            disk.write(dropIns.resolve(DROP_IN), List.of("""
                    # Lectio Monitor puts a copy of the database back. It removes this file afterwards; if it was cut off:
                    # sudo lectio restore --undo
                    [Unit]
                    ConditionPathExists=!%s""".formatted(
                            flag.toString().replace("%", "%%"))));
        }
        if (!held.isEmpty()) {
            disk.sync(folder);
            String _ = systemctl("daemon-reload");
            systemctl("stop", held);
        }
    }

    @Override
    public Started release() throws IOException, InterruptedException {
        List<String> all = noted();
        disk.delete(flag);
        for (String unit : all) {
            Path dropIns = folder.resolve(name(unit) + ".d");
            disk.delete(dropIns.resolve(DROP_IN));
            if (Files.isDirectory(dropIns, LinkOption.NOFOLLOW_LINKS) && isEmpty(dropIns)) {
                disk.delete(dropIns);
            }
        }
        if (!all.isEmpty()) {
            String _ = systemctl("daemon-reload");
        }
        List<String> failed = new ArrayList<>();
        List<String> up = all.stream()
                .filter(unit -> unit.startsWith(UP))
                .map(HeldUnits::name)
                .toList();
        for (String unit : up) {
            Child.Result _ = run(List.of("systemctl", "reset-failed", "--", unit)); // most often it has not failed
            try {
                systemctl("start", List.of(unit));
            } catch (IOException e) {
                failed.add(String.valueOf(e.getMessage()));
            }
        }
        return new Started(!units.isEmpty() && up.contains(units.getFirst()), failed);
    }

    @Override
    public Optional<String> ails() throws InterruptedException {
        return answer.ails();
    }

    @Override
    public void forget() throws IOException {
        disk.delete(noted);
    }

    private List<String> noted() throws IOException {
        try {
            return Files.readAllLines(noted).stream()
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private static String name(String noted) {
        return noted.startsWith(UP) ? noted.substring(UP.length()) : noted;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /// With those that would start them, since a socket whose service may not start gives up for good, and those that
    /// stop with them. systemd knows them only as long as they are loaded, so this is asked once. The application
    /// is started again also where it had failed: its database may be the reason.
    private List<String> marked() throws IOException, InterruptedException {
        Map<String, String> states = new LinkedHashMap<>();
        for (String unit : units) {
            Map<String, String> shown = show(unit);
            for (String bound : BOUND) {
                for (String other : shown.getOrDefault(bound, "").split(" ")) {
                    if (other.matches(".+\\.(service|socket|path|timer)") && !units.contains(other)) {
                        states.putIfAbsent(other, show(other).getOrDefault("ActiveState", ""));
                    }
                }
            }
        }
        for (String unit : units) {
            states.put(unit, show(unit).getOrDefault("ActiveState", ""));
        }
        return states.entrySet().stream()
                .map(each -> (isUp(each.getKey(), each.getValue()) ? UP : "") + each.getKey())
                .toList();
    }

    private boolean isUp(String unit, String state) {
        return List.of("active", "activating", "reloading").contains(state)
                || (state.equals("failed") && unit.equals(units.getFirst()));
    }

    private Map<String, String> show(String unit) throws IOException, InterruptedException {
        String wanted = "--property=ActiveState," + String.join(",", BOUND);
        return SYSTEMCTL_LINE
                .matcher(systemctl("show", wanted, "--", unit))
                .results()
                .collect(Collectors.toMap(line -> line.group(1), line -> line.group(2)));
    }

    private void systemctl(String verb, List<String> units) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(verb, "--"));
        words.addAll(units);
        String _ = systemctl(words.toArray(String[]::new));
    }

    private String systemctl(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("systemctl"));
        command.addAll(List.of(words));
        Child.Result ended = run(command);
        if (ended.exit().orElse(1) != 0) {
            throw new IOException(String.join(" ", command) + ": "
                    + (ended.timedOut()
                            ? "not done within " + DEADLINE.toSeconds() + " s"
                            : ended.text().strip()));
        }
        return ended.text();
    }

    private Child.Result run(List<String> command) throws IOException, InterruptedException {
        return Child.run(program.apply(command), DEADLINE, MOST_BYTES);
    }
}
