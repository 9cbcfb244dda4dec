package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.Failures;
import io.lectio.wiring.InForce;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tells that a unit has failed.
@Command(
        name = "notify-failure",
        mixinStandardHelpOptions = true,
        description =
                "Tells the owner that a unit of systemd's has failed, with its last lines: hands that to the guard, which tells it"
                        + " unless it has seen it itself, or sends it where none runs. Each failure once. systemd calls it, by"
                        + " failure-notifier@.service.",
        footer = {"", "Example: sudo lectio notify-failure teaching_panel.service"})
final class NotifyFailureCommand implements Callable<Integer> {
    @Parameters(paramLabel = "UNIT", description = "Its whole name.")
    private String unit = "";

    @Option(names = "--json", description = "The answer as one JSON object, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        CopyText.requireRoot();
        Home home = Home.of(System.getenv());
        Settings settings = InForce.load(home, System.err::println).settings();
        Optional<Answer> answer = Failures.tell(home, settings, unit, System.getenv());
        if (answer.isEmpty()) {
            System.err.println("A guard holds " + home.state() + " and does not answer: told later");
            return LectioCommand.NO_DAEMON;
        }
        System.out.println(
                json
                        ? JsonCodec.write(answer.get())
                        : Paint.harmless(answer.get().text()));
        return answer.get().done() ? LectioCommand.OK : LectioCommand.CANNOT;
    }
}
