package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.control.Request.Ask;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.WithoutDaemon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Hands an order to the guard, or where there is none to the next one, by the state that it will find.
final class Ordering {
    static final String END = "end";

    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--reason", paramLabel = "WORDS", description = "Kept and shown with it.")
    private String reason = "";

    @Option(names = "--json", description = "The answer as one JSON object, for programs.")
    private boolean json;

    /// @param length empty for an end
    int carryOut(Ask ask, Optional<Duration> length) throws IOException, InterruptedException, Settings.Invalid {
        Request request = new Request(ask, length, length.map(_ -> reason));
        Path state = site.state();
        Optional<String> said = ControlClient.ask(state, request);
        Optional<Answer> answer = said.isPresent()
                ? Optional.of(ControlClient.read(said.get(), Answer.class))
                : WithoutDaemon.order(site.home(), site.settings(), request);
        if (answer.isEmpty()) {
            System.err.println("A guard holds " + state + " and does not answer, so nothing is changed: lectio logs");
            return LectioCommand.NO_DAEMON;
        }
        (json || answer.get().done() ? System.out : System.err)
                .println(json ? JsonCodec.write(answer.get()) : answer.get().text());
        return answer.get().done() ? LectioCommand.OK : LectioCommand.CANNOT;
    }

    /// `90s`, `45m`, `2h`, `1d`, or several of them as `1h30m`.
    static Optional<Duration> length(String text) {
        String days = text.replaceFirst("(?<=d).*", "");
        String rest = text.substring(days.endsWith("d") ? days.length() : 0);
        try {
            return Optional.of(
                    Duration.parse(("P" + (days.endsWith("d") ? days : "") + (rest.isEmpty() ? "" : "T" + rest))
                            .toUpperCase(Locale.ROOT)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
