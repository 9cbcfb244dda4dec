package io.lectio.cli;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.wiring.WithoutDaemon;
import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/// Hands an order to the guard, or where there is none to the next one, by the state that it will find.
final class Ordering {
    static final String END = "end";

    private Ordering() {}

    static int carryOut(Request request) throws IOException, InterruptedException {
        Home home = Home.of(System.getenv());
        Optional<String> said = ControlClient.ask(home.state(), request);
        Optional<Answer> answer;
        try {
            answer = said.isPresent()
                    ? Optional.of(ControlClient.read(said.get(), Answer.class))
                    : WithoutDaemon.order(home, ConfigLoader.load(home.configuration()), request);
        } catch (Settings.Invalid e) {
            return LectioCommand.refuse(String.valueOf(e.getMessage()));
        }
        if (answer.isEmpty()) {
            return LectioCommand.noDaemon(home);
        }
        (answer.get().done() ? System.out : System.err).println(answer.get().text());
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
