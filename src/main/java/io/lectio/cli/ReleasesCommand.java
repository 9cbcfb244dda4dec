package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.core.deploy.Release;
import io.lectio.core.deploy.Releases;
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
                        + " as after a deploy by hand.",
        footer = {"", "Example: lectio releases"})
final class ReleasesCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--json", description = "As one JSON object, for programs.")
    private boolean json;

    @Parameters(
            arity = "0..1",
            paramLabel = "adopt",
            completionCandidates = Words.class,
            description = "Store what is live.")
    private Optional<String> word = Optional.empty();

    static final class Words extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Words() {
            super(List.of("adopt"));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (word.isPresent()) {
            return word.get().equals("adopt")
                    ? new Deploying(site).carryOut(Request.of(Request.Ask.ADOPT), Optional.empty())
                    : LectioCommand.refuse("Write: lectio releases; or: lectio releases adopt");
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
            String line = "%-8s %-18s %-10s %8s %7d files %9d KiB  by %s"
                    .formatted(
                            live ? "live" : "",
                            release.id(),
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

    private static String age(Duration age) {
        return age.toDays() > 0
                ? age.toDays() + " d"
                : age.toHours() > 0 ? age.toHours() + " h" : Math.max(0, age.toMinutes()) + " min";
    }
}
