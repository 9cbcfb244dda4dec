package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.core.deploy.Release;
import io.lectio.core.deploy.Releases;
import io.lectio.core.policy.Part;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.WithoutDaemon;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What has been deployed.
@Command(
        name = "releases",
        mixinStandardHelpOptions = true,
        description =
                "Lists the releases, the newest first, with the one that is live. adopt: stores what is live now as a release,"
                        + " as after a deploy by hand. prune: deletes the oldest, but never the live one, the last that was"
                        + " verified, or what a rollback may need.",
        footer = {"", "Example: sudo lectio releases prune --keep 3"})
final class ReleasesCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--json", description = "As one JSON object, for programs.")
    private boolean json;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "With prune: how many stay (by default ${DEFAULT-VALUE}).")
    private int keep = 2;

    @Parameters(
            arity = "0..1",
            paramLabel = "adopt|prune",
            completionCandidates = Words.class,
            description = "Store what is live, or delete old ones.")
    private Optional<String> word = Optional.empty();

    static final class Words extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Words() {
            super(List.of("adopt", "prune"));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (word.isPresent()) {
            return switch (word.get()) {
                case "adopt" -> new Deploying(site).carryOut(Request.of(Request.Ask.ADOPT), Optional.empty());
                case "prune" -> prune();
                default ->
                    LectioCommand.refuse("Write: lectio releases, lectio releases adopt, or lectio releases prune");
            };
        }
        Optional<String> answer = ControlClient.ask(site.state(), Request.of(Request.Ask.RELEASES));
        Releases releases = answer.isPresent()
                ? ControlClient.read(answer.get(), Releases.class)
                : WithoutDaemon.releases(site.home(), site.settings());
        if (json) {
            System.out.println(JsonCodec.write(releases));
            return LectioCommand.OK;
        }
        if (releases.all().isEmpty()) {
            System.out.println(
                    "No release is known: the first deploy keeps what is live before, and so does lectio releases adopt.");
        }
        Paint paint = Paint.of(System.getenv());
        Instant now = Instant.now();
        for (Release release : releases.all().reversed()) {
            boolean live = releases.live().equals(Optional.of(release.id()));
            String line = "%-8s %-18s %-10s %-10s %8s %7d files %9d KiB  by %s"
                    .formatted(
                            live ? "live" : "",
                            release.id(),
                            brought(release),
                            release.standing().name().toLowerCase(Locale.ROOT),
                            age(Duration.between(release.at(), now)),
                            release.files(),
                            release.bytes() >> 10,
                            Paint.harmless(release.by()));
            System.out.println(live ? paint.in(Paint.BOLD, line) : line);
        }
        releases.current()
                .ifPresent(deploy -> System.out.println(deploy.inWords() + " is under way, at "
                        + deploy.step().map(Enum::name).orElse("its end")));
        return LectioCommand.OK;
    }

    private int prune() throws IOException, InterruptedException, Settings.Invalid {
        Request request = new Request(
                Request.Ask.PRUNE, Optional.empty(), Optional.empty(), Optional.of(String.valueOf(keep)), List.of());
        Optional<String> said = ControlClient.ask(site.state(), request);
        if (said.isEmpty()) {
            return LectioCommand.noDaemon(site.state());
        }
        Answer answer = ControlClient.read(said.get(), Answer.class);
        System.out.println(json ? said.get() : Paint.harmless(answer.text()));
        return answer.done() ? LectioCommand.OK : LectioCommand.CANNOT;
    }

    /// What came with it; the rest is as it was before.
    private static String brought(Release release) {
        return Stream.of(Part.values())
                .filter(part -> release.stored(part).equals(Optional.of(release.id())))
                .map(part -> part.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("+"));
    }

    private static String age(Duration age) {
        return age.toDays() > 0
                ? age.toDays() + " d"
                : age.toHours() > 0 ? age.toHours() + " h" : Math.max(0, age.toMinutes()) + " min";
    }
}
