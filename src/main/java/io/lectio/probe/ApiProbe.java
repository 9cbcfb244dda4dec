package io.lectio.probe;

import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.CheckId;
import io.lectio.engine.Prober;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Asks the application's API through the web server, as the page in a visitor's browser does. A page is no answer
/// of an API: `try_files` sends one for everything that it does not know.
public final class ApiProbe implements Prober {
    private static final int MOST_BYTES = 65_536;

    private final HttpClient http;
    private final URI api;
    private final Duration deadline;

    /// @param server the address of this machine's web server
    public ApiProbe(String server, URI api, Duration deadline) {
        http = new HttpClient(new Dialer.Fixed(server), false);
        this.api = api;
        this.deadline = deadline;
    }

    @Override
    public Outcome look(List<URI> also) {
        Answer answer = ask();
        if (answer.status().isEmpty() && !Loopback.carries()) {
            return new Unknown("this machine cannot connect to itself (loopback)");
        }
        Answers all = new Answers(CheckId.API, List.of(answer), answer.took());
        return all.bad().isEmpty() ? new Passed(all) : new Failed(all);
    }

    private Answer ask() {
        long start = System.nanoTime();
        try {
            HttpAnswer answer = http.get(api, MOST_BYTES, deadline);
            return new Answer(api, Optional.of(answer.status()), answer.took(), fault(answer));
        } catch (HttpFailure e) {
            return Question.noAnswer(api, e, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static Optional<Fault> fault(HttpAnswer answer) {
        if (answer.status() != 200) {
            return Optional.of(new Fault(Kind.STATUS, answer.status() + " " + answer.reason()));
        }
        return answer.header("content-type").orElse("").toLowerCase(Locale.ROOT).startsWith("text/html")
                ? Optional.of(new Fault(Kind.PAGE_INSTEAD, "a page instead of the API's answer"))
                : Optional.empty();
    }
}
