package io.lectio.release;

import io.lectio.host.Child;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One more gunicorn, of one worker, in a view: asked at a socket that was made for it, in a folder of root's.
final class PrivateServer {
    private static final Duration TO_ANSWER = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration AT_ALL = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration TO_SAY = Duration.ofSeconds(1);
    private static final int TIMES = 20;
    private static final int MOST_BYTES = 1 << 20;

    private final AppUnit app;
    private final Path live;
    private final URI address;
    private final Map<String, String> headers;
    private final Map<String, String> environment;

    /// @param api what is asked, as visitors ask it
    /// @param headers as its proxy sends them
    PrivateServer(AppUnit app, Path live, URI api, Map<String, String> headers, Map<String, String> environment) {
        this.app = app;
        this.live = live;
        this.headers = Map.copyOf(headers);
        this.environment = Map.copyOf(environment);
        String port = api.getPort() > 0 ? ":" + api.getPort() : "";
        address = URI.create("http://" + api.getHost() + port
                + (api.getRawPath() == null ? "/" : api.getRawPath())
                + (api.getRawQuery() == null ? "" : "?" + api.getRawQuery()));
    }

    /// What an examined server has shown.
    sealed interface Answer {
        /// @param told by the first one
        record Well(Duration until, HealthAnswer told) implements Answer {}

        /// @param started whether it has answered at all
        record Wrong(String why, boolean started) implements Answer {}
    }

    Answer examined(CodeView view, String step) throws CodeView.NotStarted, IOException, InterruptedException {
        try (CodeView.Program program =
                view.start(step, app.privateCommand("fd://" + CodeView.SOCKET), environment, true, AT_ALL)) {
            HttpClient client = new HttpClient(new Dialer.Unix(program.socket()), false);
            Answer first = first(client, program);
            if (!(first instanceof Answer.Well)) {
                return first;
            }
            for (int time = 0; time < TIMES; time++) {
                Optional<String> wrong = wrong(client);
                if (wrong.isPresent()) {
                    return new Answer.Wrong(
                            "it answers once, and then " + wrong.get() + ": " + complaint(program.stop(), program),
                            true);
                }
            }
            return first;
        }
    }

    /// gunicorn that ends wants to delete its socket, and may not: that is no complaint.
    private String complaint(String said, CodeView.Program program) {
        String socket = program.socket().toString();
        return Complaint.in(
                said.lines().filter(line -> !line.contains(socket)).collect(Collectors.joining("\n")), live);
    }

    private Answer first(HttpClient client, CodeView.Program program) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long end = start + TO_ANSWER.toNanos();
        String wrong = "";
        boolean answered = false;
        while (System.nanoTime() < end) {
            try {
                Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
                HttpAnswer answer = client.get(address, headers, MOST_BYTES, left);
                if (answer.isWell()) {
                    return new Answer.Well(Duration.ofNanos(System.nanoTime() - start), HealthAnswer.of(answer.body()));
                }
                answered = true;
                wrong = "it answers " + answer.status()
                        + answer.header("location").map(to -> " to " + to).orElse("");
            } catch (HttpFailure e) { // what it has answered before says more, with the time nearly over
                Optional<Child.Result> ended = program.await(TO_SAY);
                if (ended.isPresent()) {
                    return new Answer.Wrong(
                            "it does not start: " + complaint(ended.get().text(), program), false);
                }
            }
            Thread.sleep(PAUSE);
        }
        String said = complaint(program.stop(), program);
        return answered
                ? new Answer.Wrong(wrong + ": " + said, true)
                : new Answer.Wrong(
                        "slow start: no answer within " + TO_ANSWER.toSeconds() + " s, and visitors would wait (" + said
                                + ")",
                        false);
    }

    private Optional<String> wrong(HttpClient client) {
        try {
            HttpAnswer answer = client.get(address, headers, MOST_BYTES, ANSWER);
            return answer.isWell() ? Optional.empty() : Optional.of("with " + answer.status());
        } catch (HttpFailure e) {
            return Optional.of("not: " + e.getMessage());
        }
    }
}
