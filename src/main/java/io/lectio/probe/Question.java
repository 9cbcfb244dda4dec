package io.lectio.probe;

import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One address, asked with patience: a look takes what has been answered by then and does not wait for more, so that
/// neither a hang nor a slow answer delays it. One question is under way at a time in each run of the service.
final class Question {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int MOST_BYTES = 65_536;

    private final HttpClient http;
    private final URI url;
    private final InstantSource clock;
    private Optional<Asking> asking = Optional.empty();
    private volatile Optional<Answered> last = Optional.empty();

    /// @param run the run of the service in which it was asked
    record Answered(String run, Answer answer, Instant at) {}

    private record Asking(String run, CountDownLatch over) {}

    Question(HttpClient http, URI url, InstantSource clock) {
        this.http = http;
        this.url = url;
        this.clock = clock;
    }

    /// The last answer of this run, after waiting for one at most so long.
    synchronized Optional<Answered> ask(String run, Duration wait) throws InterruptedException {
        boolean under = asking.filter(
                        before -> before.run().equals(run) && before.over().getCount() > 0)
                .isPresent();
        if (!under) {
            Asking next = new Asking(run, new CountDownLatch(1));
            asking = Optional.of(next);
            Thread.ofPlatform().name("question").daemon().start(() -> exchange(next));
        }
        boolean _ = asking.orElseThrow().over().await(wait.toNanos(), TimeUnit.NANOSECONDS);
        return last.filter(answered -> answered.run().equals(run));
    }

    private void exchange(Asking mine) {
        Answer answer;
        long start = System.nanoTime();
        try {
            HttpAnswer got = http.get(url, MOST_BYTES, LONGEST);
            answer = new Answer(url, Optional.of(got.status()), got.took(), Optional.empty());
        } catch (HttpFailure e) {
            answer = noAnswer(url, e, Duration.ofNanos(System.nanoTime() - start));
        }
        last = Optional.of(new Answered(mine.run(), answer, clock.instant()));
        mine.over().countDown();
    }

    static Answer noAnswer(URI url, HttpFailure failure, Duration took) {
        Kind kind = switch (failure.kind()) {
            case CONNECT -> Kind.REFUSED;
            case TIMEOUT -> Kind.TIMEOUT;
            case DNS, TLS, CLOSED, MALFORMED, PROXY -> Kind.NO_ANSWER;
        };
        Fault fault = new Fault(kind, String.valueOf(failure.getMessage()));
        return new Answer(url, Optional.empty(), took, Optional.of(fault));
    }
}
