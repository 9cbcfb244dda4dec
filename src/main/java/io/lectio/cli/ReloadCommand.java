package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.ControlServer;
import io.lectio.control.Request;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.Sites;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The configuration is read now, and its outcome told.
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description =
                "Has the guard read its configuration now; changes take effect by themselves within 10 s, too. A bad one is"
                        + " refused with file, line and reason, and what was in force stays so.",
        footer = {"", "Example: sudo lectio reload"})
final class ReloadCommand implements Callable<Integer> {
    private static final Duration TO_ANSWER = ControlServer.TO_RELOAD.plusSeconds(5);

    @Option(names = "--json", description = "The answer as one JSON object, for programs.")
    private boolean json;

    /// @return empty where no guard answers
    static Optional<Answer> reload(Home home) throws IOException, InterruptedException {
        Path any = Sites.of(home).firstEntry().getValue(); // the guard is one, however many sites it has
        Optional<String> said = ControlClient.ask(any, Request.of(Request.Ask.RELOAD), TO_ANSWER);
        return said.isPresent() ? Optional.of(ControlClient.read(said.get(), Answer.class)) : Optional.empty();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Answer> said = reload(Home.of(System.getenv()));
        if (said.isEmpty()) {
            System.err.println("No guard answers, so nothing is read: sudo systemctl start lectio-monitor");
            return LectioCommand.NO_DAEMON;
        }
        Answer answer = said.get();
        (json || answer.done() ? System.out : System.err).println(json ? JsonCodec.write(answer) : answer.text());
        return answer.done() ? LectioCommand.OK : LectioCommand.BAD_INPUT;
    }
}
