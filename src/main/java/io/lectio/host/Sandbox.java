package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The guard's unit takes from root what the guard itself does not need (ADR 27). A program that needs more, as to
/// become another user or to bind nginx's ports, runs beside it then, in a transient unit of its own.
final class Sandbox {
    private static final long SETUID = 1L << 7;
    private static final Pattern MAY = Pattern.compile("(?m)^CapEff:\\s*([0-9a-f]{16})$");

    private Sandbox() {}

    /// Whether this process is root that may not become another user. Source: capabilities(7).
    static boolean isAround() throws IOException {
        return Accounts.isRoot()
                && isAround(Files.readString(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1));
    }

    static boolean isAround(String status) {
        Matcher may = MAY.matcher(status);
        return may.find() && (Long.parseUnsignedLong(may.group(1), 16) & SETUID) == 0;
    }

    /// The command by which another one is run outside, with the same input, outputs and exit code.
    ///
    /// @param within after which systemd ends it, also where this process has ended
    /// @param properties as `User=www-data`
    static List<String> outside(List<String> command, Duration within, String... properties) {
        List<String> outside = new ArrayList<>(List.of(
                "systemd-run",
                "--quiet",
                "--collect",
                "--pipe",
                "--wait",
                "--description=Lectio Monitor: " + command.getFirst(),
                "--setenv=LC_ALL=C.UTF-8",
                "--property=LogLevelMax=notice", // no line in the journal for each begin and end
                "--property=KillSignal=SIGKILL",
                "--property=RuntimeMaxSec=" + within.plusSeconds(1).toSeconds()));
        for (String each : properties) {
            outside.add("--property=" + each);
        }
        outside.add("--");
        command.forEach(word -> outside.add(word.replace("$", "$$")));
        return outside;
    }
}
