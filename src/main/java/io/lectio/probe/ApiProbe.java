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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Asks the application's API through the web server, as the page in a visitor's browser does. The site's own page is
/// no answer of an API: `try_files` sends it for everything that it does not know.
public final class ApiProbe implements Prober {
    private static final int MOST_BYTES = 65_536;

    private final HttpClient http;
    private final URI api;
    private final URI page;
    private final Duration deadline;
    private final Duration slow;
    private final Path log;

    /// @param server the address of this machine's web server
    /// @param deadline for the look, with redirects and, where HTML comes, the page to compare it with
    /// @param log the application's own
    public ApiProbe(String server, URI api, URI page, Duration deadline, Path log) {
        this(server, api, page, deadline, PageProbe.LONGEST_WELL, log);
    }

    /// @param slow an answer that takes longer is a fault to whoever waits for it
    ApiProbe(String server, URI api, URI page, Duration deadline, Duration slow, Path log) {
        this.log = log;
        http = new HttpClient(new Dialer.Fixed(server), false);
        this.api = api;
        this.page = page;
        this.deadline = deadline;
        this.slow = slow;
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
        URI url = api;
        try {
            HttpAnswer answer = http.get(url, MOST_BYTES, deadline);
            for (int hops = 0; answer.status() / 100 == 3 && hops < PageProbe.MOST_REDIRECTS; hops++) {
                Optional<URI> next = PageProbe.redirect(url, answer);
                if (next.isEmpty()) {
                    break;
                }
                url = next.get();
                answer = http.get(url, MOST_BYTES, left(start));
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            Optional<Fault> fault = fault(answer, start)
                    .or(() -> took.compareTo(slow) > 0 ? PageProbe.slow(took, "") : Optional.empty());
            return new Answer(url, Optional.of(answer.status()), took, fault);
        } catch (HttpFailure e) {
            return Question.noAnswer(url, e, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private Duration left(long start) {
        Duration left = deadline.minusNanos(System.nanoTime() - start);
        return left.isPositive() ? left : Duration.ofMillis(1);
    }

    private Optional<Fault> fault(HttpAnswer answer, long start) {
        if (!answer.isWell()) {
            Fault fault = new Fault(Kind.STATUS, answer.status() + " " + answer.reason());
            return Optional.of(fault.saying(ServerLog.of(answer.status(), log)));
        }
        return PageProbe.isHtml(answer) && isPage(answer, start)
                ? Optional.of(new Fault(Kind.PAGE_INSTEAD, "the site's page instead of the API's answer"))
                : Optional.empty();
    }

    private boolean isPage(HttpAnswer answer, long start) {
        try {
            return Arrays.equals(
                    answer.body(), http.get(page, MOST_BYTES, left(start)).body());
        } catch (HttpFailure e) {
            return false; // there is no page that it could be
        }
    }
}
