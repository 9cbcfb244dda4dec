package io.lectio.cli;

import io.lectio.host.Child;
import io.lectio.release.BadArchive;
import io.lectio.release.TarWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/// A deploy on another host, by the system's ssh. What is sent is standard input there, so that root opens nothing
/// there by a name that the sender chooses.
final class DeployElsewhere {
    private static final String SCRIPT = "/opt/lectio-monitor/deploy_safe.sh";
    private static final Duration DEADLINE = Duration.ofHours(2);
    /// No shell reads anything into one.
    private static final Pattern WORD = Pattern.compile("-|(--)?[a-z0-9][a-z0-9-]*");

    private static final int NO_CONNECTION = 255;

    private DeployElsewhere() {}

    /// @param what with as many paths as it takes
    /// @return the exit code of lectio there
    static int deploy(String host, String what, List<Path> paths, List<String> options)
            throws BadArchive, IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(what));
        paths.forEach(_ -> words.add("-"));
        words.addAll(options);
        if (host.isBlank() || host.startsWith("-")) {
            return LectioCommand.refuse("'" + host + "' is no host");
        }
        if (!words.stream().allMatch(word -> WORD.matcher(word).matches())) {
            return LectioCommand.refuse("There can be no site of this name.");
        }
        List<String> ssh = List.of(
                "ssh",
                "-T",
                "-o",
                "ServerAliveInterval=15",
                "--",
                host,
                "sudo -n " + SCRIPT + " " + String.join(" ", words));
        return told(host, Child.instead(ssh, toSend(paths), DEADLINE));
    }

    private static int told(String host, OptionalInt ended) {
        int exit = ended.orElse(NO_CONNECTION);
        if (exit == NO_CONNECTION) {
            System.err.println("No connection to " + host + ", or it broke: a deploy that had begun goes on there."
                    + " How it ended: ssh " + host + " sudo lectio releases");
            return LectioCommand.CANNOT;
        } else if (exit != LectioCommand.OK && (exit < LectioCommand.BAD_INPUT || exit > LectioCommand.STUCK)) {
            System.err.println(host + " does not run " + SCRIPT + " for you: is lectio installed there, and are you in"
                    + " the group lectio-deploy, or root by sudo without a password?");
            return LectioCommand.CANNOT;
        }
        return exit;
    }

    /// @return empty for what is on standard input; what had to be made first is deleted when this program ends
    private static Optional<Path> toSend(List<Path> paths) throws BadArchive, IOException {
        if (paths.stream().allMatch(DeployCommand::isStandardInput)) {
            return Optional.empty();
        }
        if (paths.size() == 1 && !Files.isDirectory(paths.getFirst())) {
            return Optional.of(paths.getFirst());
        }
        Path made = forgotten(Files.createTempDirectory("lectio-deploy"));
        Path folder = forgotten(Files.createDirectory(made.resolve("both")));
        for (int part = 0; part < paths.size(); part++) {
            try (OutputStream out = Files.newOutputStream(forgotten(folder.resolve("part-" + part)))) {
                pack(paths.get(part), out);
            }
        }
        if (paths.size() == 1) {
            return Optional.of(folder.resolve("part-0"));
        }
        Path both = forgotten(made.resolve("both.tar"));
        try (OutputStream out = Files.newOutputStream(both)) {
            TarWriter.write(folder, out);
        }
        return Optional.of(both);
    }

    private static void pack(Path path, OutputStream out) throws BadArchive, IOException {
        if (DeployCommand.isStandardInput(path)) {
            System.in.transferTo(out);
        } else if (Files.isDirectory(path)) {
            try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
                TarWriter.write(path, packed);
            }
        } else {
            Files.copy(path, out);
        }
    }

    private static Path forgotten(Path path) {
        path.toFile().deleteOnExit();
        return path;
    }
}
