package io.lectio.testhost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Real builds by npm and Vite of the small React application in `testhost/app`.
public final class ViteApp {
    private static final Duration TO_FETCH_AND_BUILD = Duration.ofMinutes(5);
    private static final int NOT_FETCHED = 75;

    /// What builds it is not here, or cannot fetch what it needs.
    public static final class NotHere extends Exception {
        private static final long serialVersionUID = 1;

        private NotHere(String why) {
            super(why);
        }
    }

    private ViteApp() {}

    /// Builds it into a folder.
    ///
    /// @param title what its page says, so that another title makes other chunks
    public static void build(String title, Path into) throws IOException, InterruptedException, NotHere {
        for (String tool : List.of("node", "npm")) {
            if (!isOnThePath(tool)) {
                throw new NotHere("there is no " + tool + " here");
            }
        }
        Path log = Files.createTempFile("vite", ".log");
        Process process = new ProcessBuilder(TestHost.script("app/build.sh"), title, into.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start(); // with this environment: it says where packages come from
        if (!Commands.ended(process, TO_FETCH_AND_BUILD)) {
            process.destroyForcibly();
        }
        String said = Files.readString(log);
        Files.delete(log);
        if (process.waitFor() == NOT_FETCHED) {
            throw new NotHere("npm could not fetch its packages: " + said);
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("exit " + process.exitValue() + "\n" + said);
        }
    }

    private static boolean isOnThePath(String tool) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
