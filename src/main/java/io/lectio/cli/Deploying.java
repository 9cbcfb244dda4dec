package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.ControlServer;
import io.lectio.control.Request;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Ended;
import io.lectio.core.deploy.Deploy.Taken;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.Daemon;
import io.lectio.wiring.InForce;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Hands a deploy to the guard, or where there is none does its work in its place, and shows each step.
final class Deploying {
    @Mixin
    private SiteOption site;

    @Option(names = "--force", description = "Also where the site is not well, or the release was taken back once.")
    private boolean force;

    @Option(names = "--json", description = "Each change as one line of JSON, for programs.")
    private boolean json;

    private final Paint paint = Paint.of(System.getenv());
    private Optional<Deploy> last = Optional.empty();
    private int exit = LectioCommand.CANNOT;

    Deploying() {
        this(new SiteOption());
    }

    Deploying(SiteOption site) {
        this.site = site;
    }

    boolean isForced() {
        return force;
    }

    /// Those that it was called with.
    List<String> options() {
        List<String> options = new ArrayList<>();
        if (force) {
            options.add("--force");
        }
        if (json) {
            options.add("--json");
        }
        site.name().ifPresent(name -> options.addAll(List.of("--site", name)));
        return options;
    }

    /// @param build what follows the request; empty for one that needs nothing
    int carryOut(Request request, Optional<ControlClient.Body> build)
            throws IOException, InterruptedException, Settings.Invalid {
        if (ask(site.state(), request, build)) {
            return exit;
        }
        InForce begin = InForce.load(site.home(), System.err::println);
        boolean alone = Daemon.inPlace(site.home(), begin, () -> {
            if (!ask(site.state(), request, build)) {
                System.err.println("The guard that was to do it has not come up: lectio logs");
            }
        });
        return alone ? exit : LectioCommand.noDaemon(site.state());
    }

    /// @return false where no guard answers
    private boolean ask(Path state, Request request, Optional<ControlClient.Body> build) throws IOException {
        boolean answered = ControlClient.converse(state, request, build, this::heard);
        if (answered && last.isPresent() && last.get().ended().isEmpty()) {
            System.err.println(
                    "The guard has ended before the deploy has. Its next start finishes it, or takes it back:"
                            + " lectio releases");
            exit = LectioCommand.CANNOT;
        }
        return answered;
    }

    private void heard(String line) throws IOException {
        if (line.contains("\"done\":")) {
            Answer answer = JsonCodec.read(line, Answer.class);
            if (!answer.done()) {
                (json ? System.out : System.err).println(json ? line : Paint.harmless(answer.text()));
                exit = answer.text().startsWith(ControlServer.UNFIT) ? LectioCommand.BAD_INPUT : LectioCommand.CANNOT;
            }
            return;
        }
        Deploy now = JsonCodec.read(line, Deploy.class);
        if (json) {
            System.out.println(line);
        } else {
            show(now);
        }
        last = Optional.of(now);
        now.ended().ifPresent(ended -> exit = code(ended.outcome()));
    }

    private void show(Deploy now) {
        int before = last.map(seen -> seen.taken().size()).orElse(0);
        if (last.isEmpty() && now.ended().isEmpty()) {
            System.out.println(paint.in(Paint.BOLD, now.inWords()) + ", " + now.files() + " files, "
                    + (now.bytes() >> 10) + " KiB");
        }
        now.taken().stream().skip(before).forEach(this::show);
        now.ended().ifPresent(ended -> show(now, ended));
    }

    private void show(Taken taken) {
        String name = "%-8s".formatted(taken.step().name().toLowerCase(Locale.ROOT));
        System.out.println("  " + paint.in(taken.well() ? Paint.GREEN : Paint.RED, name)
                + "%6d ms  ".formatted(taken.took().toMillis()) + Paint.harmless(taken.said()));
    }

    private void show(Deploy deploy, Ended ended) {
        String words = switch (ended.outcome()) {
            case DEPLOYED -> "live: " + deploy.release();
            case FIT -> "fit to be deployed; nothing was changed";
            case REFUSED -> "refused, the site is as it was: " + ended.why();
            case FAILED -> "not deployed, the site is as it was: " + ended.why();
            case ROLLED_BACK -> "taken back, live is what was before: " + ended.why();
            case STUCK -> "neither deployed nor taken back, a person is needed: " + ended.why();
        };
        boolean well = code(ended.outcome()) == LectioCommand.OK;
        (well ? System.out : System.err).println(paint.in(well ? Paint.GREEN : Paint.RED, Paint.harmless(words)));
    }

    private static int code(Deploy.Outcome outcome) {
        return switch (outcome) {
            case DEPLOYED, FIT -> LectioCommand.OK;
            case FAILED -> LectioCommand.CANNOT;
            case REFUSED -> LectioCommand.REFUSED;
            case ROLLED_BACK -> LectioCommand.ROLLED_BACK;
            case STUCK -> LectioCommand.STUCK;
        };
    }
}
