package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Chunks;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.release.BadArchive;
import io.lectio.release.TarWriter;
import io.lectio.release.TwoArchives;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
                "Lays the release beside the live one, asks for all of it, exchanges the two, asks again, and takes it back if it"
                        + " does not answer. frontend PATH: the built pages. backend [PATH]: the application's code, with"
                        + " manage.py; without PATH as it lies in the live folder. full FRONTEND [BACKEND]: both, or neither. A"
                        + " path is a folder, a tar, tar.gz or zip, or - for such an archive on standard input, and full - - for a"
                        + " tar of the two. For 5 minutes a fault that has no other cause is the release's.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:deployed; with --dry-run: fit to be",
            "2:the command line, the configuration or the archive is wrong",
            "4:something on this machine kept it from its work; the site is as it was",
            "5:refused: the build is not fit, or the site is not well; the site is as it was",
            "6:taken back: it was live for a moment, and what was before is so again",
            "7:neither: a person is needed"
        },
        footer = {
            "",
            "Example: sudo lectio deploy frontend /tmp/build",
            "         sudo lectio deploy full build.tar.gz code.tar.gz",
            "         lectio deploy --to deploy@server frontend build/"
        })
final class DeployCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Mixin
    private Deploying deploying = new Deploying();

    @Option(names = "--dry-run", description = "Only examines the build; nothing that is served is touched.")
    private boolean trial;

    @Option(
            names = "--to",
            paramLabel = "HOST",
            description = "On another host, by this system's ssh, as HOST is named for that; the paths are here.")
    private Optional<String> host = Optional.empty();

    @Parameters(
            index = "0",
            paramLabel = "WHAT",
            completionCandidates = Parts.class,
            description = "frontend, backend or full.")
    private String what = "";

    @Parameters(index = "1..2", arity = "0..2", paramLabel = "PATH", description = "Where it is.")
    private List<Path> paths = List.of();

    static final class Parts extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Parts() {
            super(List.of("frontend", "backend", "full"));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        List<String> options = new ArrayList<>();
        boolean fits = switch (what) {
            case "frontend" -> options.add(Request.PAGES) && paths.size() == 1;
            case "backend" -> options.add(paths.isEmpty() ? Request.IN_PLACE : Request.CODE) && paths.size() <= 1;
            case "full" ->
                options.addAll(List.of(Request.PAGES, paths.size() == 1 ? Request.IN_PLACE : Request.CODE))
                        && !paths.isEmpty();
            default -> false;
        };
        if (!fits) {
            return LectioCommand.refuse(
                    "Write: lectio deploy frontend PATH, backend [PATH], or full FRONTEND [BACKEND]");
        }
        if (host.isPresent()) {
            return elsewhere(host.get());
        }
        if (deploying.isForced()) {
            options.add(Request.FORCE);
        }
        if (trial) {
            options.add(Request.TRIAL);
        }
        return deploy(deploying, paths, options);
    }

    private int elsewhere(String to) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(deploying.options());
        if (trial) {
            options.add("--dry-run");
        }
        try {
            return DeployElsewhere.deploy(to, what, paths, options);
        } catch (BadArchive e) {
            return LectioCommand.refuse(String.valueOf(e.getMessage()));
        }
    }

    static int deploy(Deploying deploying, List<Path> paths, List<String> options)
            throws IOException, InterruptedException, Settings.Invalid {
        Request request =
                new Request(Request.Ask.DEPLOY, Optional.empty(), Optional.empty(), Optional.empty(), options);
        List<ControlClient.Body> bodies = new ArrayList<>();
        for (Path path : paths) {
            bodies.add(body(path));
        }
        ControlClient.Body all;
        if (bodies.size() == 1) {
            all = bodies.getFirst();
        } else if (!paths.isEmpty() && paths.stream().allMatch(DeployCommand::isStandardInput)) {
            all = DeployCommand::bothFromStandardInput;
        } else {
            all = out -> {
                for (ControlClient.Body body : bodies) {
                    try (OutputStream part = Chunks.write(out)) {
                        body.write(part);
                    }
                }
            };
        }
        try {
            return deploying.carryOut(request, Optional.of(all));
        } catch (Unreadable e) {
            return LectioCommand.refuse(String.valueOf(e.getMessage()));
        }
    }

    static boolean isStandardInput(Path path) {
        return path.toString().equals(STANDARD_INPUT);
    }

    private static void bothFromStandardInput(OutputStream out) throws IOException {
        try {
            TwoArchives.read(System.in, () -> Chunks.write(out));
        } catch (BadArchive e) {
            throw new Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /// What is opened is opened with this caller's rights.
    private static ControlClient.Body body(Path path) throws IOException {
        if (isStandardInput(path)) {
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
