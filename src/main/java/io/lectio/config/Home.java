package io.lectio.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// Where the guard keeps its things. The plan's home spreads over the system's usual places; any other home has all
/// below it.
///
/// @param fromClone started from a source checkout, where nothing is repaired unless it is asked for
public record Home(Path folder, Path configuration, Path logs, Path state, boolean fromClone) {
    private static final int LONGEST_SOCKET = 107;
    private static final Path INSTALLED = Path.of("/opt/lectio-monitor");

    public static Home of(Map<String, String> environment) {
        String named = environment.getOrDefault("LECTIO_HOME", "");
        Path folder = named.isBlank()
                ? usual(environment)
                : Path.of(named).toAbsolutePath().normalize();
        boolean installed = folder.equals(INSTALLED);
        return new Home(
                folder,
                folder.resolve("config.env"),
                installed ? Path.of("/var/log/lectio-monitor") : folder.resolve("logs"),
                installed ? Path.of("/var/lib/lectio-monitor") : folder.resolve("state"),
                environment.containsKey("LECTIO_FROM_CLONE"));
    }

    /// Who may not write where it would be installed, and finds nothing there, has a home in their own.
    private static Path usual(Map<String, String> environment) {
        String own = environment.getOrDefault("HOME", "");
        boolean mayInstall = Files.isDirectory(INSTALLED) || Files.isWritable(Path.of("/opt"));
        return mayInstall || own.isBlank() || !Files.isWritable(Path.of(own))
                ? INSTALLED
                : Path.of(own).resolve(".local/state/lectio-monitor");
    }

    /// Whether the owner has said what is to be guarded.
    public boolean isConfigured() {
        return Files.exists(configuration) || Files.exists(ConfigLoader.yaml(configuration));
    }

    /// The file that the guard touches while it moves.
    public Path alive() {
        return state.resolve("alive");
    }

    /// Makes the folders for logs and state, closed to others.
    ///
    /// @throws IOException also when its name leaves no room for a socket's: see [#makeSiteFolder]
    public void prepare() throws IOException {
        makeFolder(logs);
        makeSiteFolder(state);
    }

    /// The folder of one site, in which its socket has room.
    ///
    /// @throws IOException also when its name is too long for that: the kernel takes 107 bytes
    public static void makeSiteFolder(Path folder) throws IOException {
        if (folder.resolve("control.sock").toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET) {
            throw new IOException(folder + ": this name is too long for a socket below it; set a shorter LECTIO_HOME");
        }
        makeFolder(folder);
    }

    /// Where it is not there; closed to others.
    public static void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        }
    }
}
