package io.lectio.cli;

import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.control.Status;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The status, live. It puts the terminal into no state from which anything would have to bring it back.
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description =
                "Shows what the running guard sees, live, until Ctrl-C; into a pipe it writes a line for each change.",
        footer = {"", "Example: lectio watch | tee -a seen.txt"})
final class WatchCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    private static final int COLUMNS = 80;
    private static final int ROWS = 23;
    private static final int BETWEEN_TRIES = 1_000;

    @Option(names = "--json", description = "One JSON object a line, at each change and at least each second.")
    private boolean json;

    private final Paint paint = Paint.of(System.getenv());
    private Optional<Status> last = Optional.empty();
    private int drawn;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path state = site.state();
        while (!System.out.checkError()) { // somebody reads
            boolean heard = listen(state);
            if (!heard && last.isEmpty()) {
                return LectioCommand.noDaemon(state);
            }
            if (heard && !json) {
                show(List.of("The guard has ended, or is starting anew: waiting for it; Ctrl-C ends this."));
            }
            Thread.sleep(BETWEEN_TRIES);
        }
        return LectioCommand.OK;
    }

    private boolean listen(Path state) throws IOException {
        boolean heard = false;
        try (BufferedReader lines = ControlClient.open(state, Request.of(Request.Ask.WATCH))) {
            for (String line = lines.readLine(); line != null && !System.out.checkError(); line = lines.readLine()) {
                hear(line);
                heard = true;
            }
        } catch (SocketException e) {
            return heard; // there is none, or it was killed
        }
        return heard;
    }

    private void hear(String line) throws IOException {
        Status status = ControlClient.read(line, Status.class);
        StatusScreen screen = new StatusScreen(Instant.now(), ZoneId.systemDefault(), paint, COLUMNS);
        if (json) {
            System.out.println(line);
        } else {
            show(paint.terminal() ? screen.lines(status) : screen.changes(last, status));
        }
        last = Optional.of(status);
    }

    /// On a terminal, in the place of what it showed before. Lines are not wrapped meanwhile, so that a narrow terminal
    /// has as many rows as a wide one.
    private void show(List<String> lines) {
        if (!paint.terminal()) {
            lines.forEach(System.out::println);
            return;
        }
        String up = drawn > 0 ? "\u001b[" + drawn + "A" : "";
        List<String> shown = lines.subList(0, Math.min(lines.size(), ROWS));
        System.out.print(shown.stream()
                .map(line -> "\r\u001b[K" + line + "\n")
                .collect(Collectors.joining("", "\u001b[?7l" + up, "\u001b[J\u001b[?7h")));
        drawn = shown.size();
    }
}
