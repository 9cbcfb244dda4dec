package io.lectio.wiring;

import io.lectio.host.Processes;
import io.lectio.release.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// What is laid beside the application's own unit file: a drop-in with the watchdog and what belongs to it, the two
/// scripts that it names, and the unit that tells of a failure where the package brings none. See ADR 29.
///
/// @param home the guard's
/// @param state the guard's
/// @param health what the watchdog asks for, as a path
record DropIn(String unit, Path home, Path state, String health) {
    static final Path UNITS = Path.of("/etc/systemd/system");
    private static final String NAME = "50-lectio.conf";
    private static final String FAILED = "lectio-failed";
    private static final String NOTIFIER = "failure-notifier@.service";

    /// Each setting's property, by which systemd tells what is in force.
    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("WatchdogSec", "WatchdogUSec"),
            Map.entry("TimeoutAbortSec", "TimeoutAbortUSec"),
            Map.entry("TimeoutStopSec", "TimeoutStopUSec"),
            Map.entry("RestartSec", "RestartUSec"),
            Map.entry("Restart", "Restart"),
            Map.entry("StartLimitIntervalSec", "StartLimitIntervalUSec"),
            Map.entry("StartLimitBurst", "StartLimitBurst"),
            Map.entry("NotifyAccess", "NotifyAccess"),
            Map.entry("OnFailure", "OnFailure"));

    /// What stands in the drop-in's `[Unit]`.
    private static final Set<String> OF_THE_UNIT = Set.of("StartLimitIntervalSec", "StartLimitBurst", "OnFailure");

    static Set<String> properties() {
        return Set.copyOf(PROPERTIES.values());
    }

    /// @param now each of [#properties], as systemd tells it
    /// @return a setting as it is in force, in systemd's words; empty where it is not set
    static String inForce(String setting, Map<String, Object> now) {
        return switch (now.get(PROPERTIES.get(setting))) {
            case Long micros when micros == -1 -> "infinity";
            case Long micros -> micros % 1_000_000 == 0 ? micros / 1_000_000 + "s" : micros / 1_000 + "ms";
            case List<?> several ->
                String.join(" ", several.stream().map(String::valueOf).toList());
            case null -> "";
            case Object other -> other.toString();
        };
    }

    /// So that the start limit can be reached: five runs that end at their start take some five seconds, and what hangs
    /// each time, five times more than a minute, is started for ever.
    SequencedMap<String, String> settings() {
        SequencedMap<String, String> wanted = new LinkedHashMap<>();
        wanted.put("WatchdogSec", "60s");
        wanted.put("TimeoutAbortSec", "3s");
        wanted.put("TimeoutStopSec", "10s");
        wanted.put("Restart", "always");
        wanted.put("RestartSec", "200ms");
        wanted.put("StartLimitIntervalSec", "300s");
        wanted.put("StartLimitBurst", "5");
        wanted.put("NotifyAccess", "all");
        wanted.put("OnFailure", "failure-notifier@" + unit + ".service");
        return wanted;
    }

    String text() {
        StringBuilder ofTheUnit = new StringBuilder();
        StringBuilder ofTheService = new StringBuilder();
        settings()
                .forEach((setting, value) -> (OF_THE_UNIT.contains(setting) ? ofTheUnit : ofTheService)
                        .append(setting + "=" + value + "\n"));
        return """
                # Laid by `lectio unit apply`; `lectio unit remove` takes it away. Your own settings: in a file of a later name.
                [Unit]
                %s
                [Service]
                %sExecStartPost=-/bin/sh %s %s
                ExecStopPost=-+/bin/sh %s %%n
                """.formatted(
                        ofTheUnit, ofTheService, folder().resolve(Processes.PINGER), health, folder().resolve(FAILED));
    }

    Path folder() {
        return UNITS.resolve(unit + ".d");
    }

    Path file() {
        return folder().resolve(NAME);
    }

    /// What is to lie where, scripts executable for all.
    SequencedMap<Path, Optional<String>> files() throws IOException {
        SequencedMap<Path, Optional<String>> files = new LinkedHashMap<>();
        files.put(folder().resolve(Processes.PINGER), Optional.of(shipped(Processes.PINGER)));
        files.put(
                folder().resolve(FAILED),
                Optional.of(shipped(FAILED).replace("/var/lib/lectio-monitor", state.toString())));
        if (!Files.exists(Path.of("/usr/lib/systemd/system", NOTIFIER))
                && !Files.exists(Path.of("/lib/systemd/system", NOTIFIER))) {
            files.put(
                    UNITS.resolve(NOTIFIER),
                    Optional.of(shipped(NOTIFIER).replace("/opt/lectio-monitor", home.toString())));
        }
        files.put(file(), Optional.of(text())); // last: it names the others
        return files;
    }

    private static String shipped(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(DropIn.class.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    boolean isLaid() throws IOException {
        for (Map.Entry<Path, Optional<String>> file : files().entrySet()) {
            if (!textAt(file.getKey()).equals(file.getValue())) {
                return false;
            }
        }
        return true;
    }

    void takeAway() throws IOException {
        SequencedMap<Path, Optional<String>> none = new LinkedHashMap<>();
        files().keySet().forEach(file -> none.put(file, Optional.empty()));
        lay(none);
        deleteIfEmpty(folder());
        keepsOne(false); // where a restart was cut off
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (var entries = Files.newDirectoryStream(folder)) {
                if (!entries.iterator().hasNext()) {
                    Files.delete(folder);
                }
            }
        }
    }

    /// Whether systemd, from its next reload on, may keep one socket of the unit's. Only for a restart: each run
    /// after it is given what any process of the unit has put there.
    ///
    /// @return whether this is new
    boolean keepsOne(boolean may) throws IOException {
        Path file = Path.of("/run/systemd/system", unit + ".d", "50-lectio-restart.conf");
        boolean before = lay(
                        file,
                        Optional.of("[Service]\nFileDescriptorStoreMax=1\n").filter(_ -> may))
                .isPresent();
        if (!may) {
            deleteIfEmpty(file.resolveSibling(""));
        }
        return before != may;
    }

    private static Optional<String> textAt(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    /// Puts each file there at once, or away where it has no text.
    ///
    /// @return what was there before
    static SequencedMap<Path, Optional<String>> lay(SequencedMap<Path, Optional<String>> files) throws IOException {
        SequencedMap<Path, Optional<String>> old = new LinkedHashMap<>();
        for (Map.Entry<Path, Optional<String>> file : files.entrySet()) {
            old.put(file.getKey(), lay(file.getKey(), file.getValue()));
        }
        return old;
    }

    /// @return what was there before
    static Optional<String> lay(Path path, Optional<String> wanted) throws IOException {
        Optional<String> old = textAt(path);
        if (wanted.isEmpty()) {
            Files.deleteIfExists(path);
            return old;
        }
        String text = wanted.get();
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Path beside = path.resolveSibling("." + path.getFileName() + ".new"); // read by nobody
        try (OutputStream out = Disk.REAL.create(beside)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        boolean script = text.startsWith("#!");
        Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString(script ? "rwxr-xr-x" : "rw-r--r--"));
        Disk.REAL.sync(beside); // a watchdog whose pinger a power cut has emptied would end the site each minute
        Disk.REAL.move(beside, path);
        Disk.REAL.sync(path.resolveSibling(""));
        return old;
    }
}
