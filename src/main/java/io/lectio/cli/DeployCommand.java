package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.release.BadArchive;
import io.lectio.release.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a build live, so that no visitor ever sees a bad one.
@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description =
                "Lays the build beside the live one, asks for all of it, exchanges the two in one step, asks again, and takes it"
                        + " back if it does not answer. PATH is a folder, a tar, tar.gz or zip, or - for such an archive on"
                        + " standard input. For 5 minutes a fault of the page that has no other cause is the release's.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:deployed; with --dry-run: fit to be",
            "2:the command line, the configuration or the archive is wrong",
            "4:something on this machine kept it from its work; the site is as it was",
            "5:refused: the build is not fit, or the site is not well; the site is as it was",
            "6:taken back: it was live for a moment, and what was before is so again",
            "7:neither: a person is needed"
        },
        footer = {"", "Example: sudo lectio deploy frontend /tmp/build"})
final class DeployCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Mixin
    private Deploying deploying = new Deploying();

    @Option(names = "--dry-run", description = "Only examines the build; nothing that is served is touched.")
    private boolean trial;

    @Parameters(index = "0", paramLabel = "frontend", completionCandidates = Parts.class, description = "What it is.")
    private String part = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "Where the build is.")
    private Path path = Path.of("");

    static final class Parts extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Parts() {
            super(List.of("frontend"));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (!part.equals("frontend")) {
            return LectioCommand.refuse("Write: lectio deploy frontend PATH; " + part + " cannot be deployed yet");
        }
        List<String> options = new ArrayList<>();
        if (deploying.isForced()) {
            options.add(Request.FORCE);
        }
        if (trial) {
            options.add(Request.TRIAL);
        }
        return deploy(deploying, path, options);
    }

    static int deploy(Deploying deploying, Path path, List<String> options)
            throws IOException, InterruptedException, Settings.Invalid {
        Request request =
                new Request(Request.Ask.DEPLOY, Optional.empty(), Optional.empty(), Optional.empty(), options);
        try {
            return deploying.carryOut(request, Optional.of(body(path)));
        } catch (Unreadable e) {
            return LectioCommand.refuse(String.valueOf(e.getMessage()));
        }
    }

    /// What is opened is opened with this caller's rights.
    private static ControlClient.Body body(Path path) throws IOException {
        if (path.toString().equals(STANDARD_INPUT)) {
            return out -> System.in.transferTo(out);
        }
        if (!Files.isDirectory(path)) {
            if (!Files.isReadable(path)) { // known before anybody is asked
                throw Files.exists(path)
                        ? new AccessDeniedException(path.toString())
                        : new NoSuchFileException(path.toString());
            }
            return out -> {
                try (InputStream in = Files.newInputStream(path)) {
                    in.transferTo(out);
                }
            };
        }
        return out -> {
            try {
                TarWriter.write(path, out);
            } catch (BadArchive e) {
                throw new Unreadable(String.valueOf(e.getMessage()));
            }
        };
    }

    /// The folder holds what no release may.
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unreadable(String why) {
            super(why);
        }
    }
}
