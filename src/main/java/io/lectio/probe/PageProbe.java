package io.lectio.probe;

import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/// Asks this machine's server for the page as a visitor would, and for every asset that the page names. An asset that
/// answers with a page is missing: `try_files` hides it.
public final class PageProbe implements Prober {
    private static final int MOST_BYTES = 1_000_000;
    private static final int MOST_ASSET_BYTES = 65_536;
    private static final int MOST_REDIRECTS = 3;

    private final Site site;
    private final Duration deadline;
    private final HttpClient http;
    private PageAssets assets = PageAssets.NONE;

    /// @param deadline for each answer of the page, and for the look: assets are asked in what is left of it
    public PageProbe(Site site, Duration deadline) {
        this.site = site;
        this.deadline = deadline;
        http = new HttpClient(new Dialer.Fixed(site.server()), false);
    }

    @Override
    public Outcome look(List<URI> also) {
        long start = System.nanoTime();
        List<Answer> answers = new ArrayList<>();
        byte[] page = askPage(answers);
        if (answers.getFirst().fault().isEmpty()) {
            assets = assets.of(answers.getFirst().url(), page);
            askAll(assets.urls(), answers, start, (url, left) -> askAsset(url, page, left));
        }
        if (answers.getFirst().status().isPresent()) {
            List<URI> besides = also.stream()
                    .filter(url ->
                            answers.stream().noneMatch(answer -> answer.url().equals(url)))
                    .toList();
            askAll(besides, answers, start, this::askBesides);
        }
        boolean silent = answers.stream().allMatch(answer -> answer.status().isEmpty());
        if (silent && !Loopback.carries()) {
            return new Unknown("this machine cannot connect to itself (loopback)");
        }
        Answers all = new Answers(answers, Duration.ofNanos(System.nanoTime() - start));
        return all.bad().isEmpty() ? new Passed(all) : new Failed(all);
    }

    /// Within what is left of the look: what has not answered by then is a fault, as it is for a visitor.
    private void askAll(List<URI> urls, List<Answer> into, long start, BiFunction<URI, Duration, Answer> ask) {
        for (URI url : urls) {
            Duration left = deadline.minusNanos(System.nanoTime() - start);
            if (!left.isPositive()) {
                into.add(new Answer(
                        url, Optional.empty(), deadline, fault(Kind.TIMEOUT, "not asked: the time was over")));
                return;
            }
            into.add(ask.apply(url, left));
        }
    }

    private byte[] askPage(List<Answer> into) {
        URI url = site.page();
        try {
            HttpAnswer answer = http.get(url, MOST_BYTES, deadline);
            for (int hops = 0; answer.status() / 100 == 3 && hops < MOST_REDIRECTS; hops++) {
                Optional<URI> next = redirect(url, answer);
                if (next.isEmpty()) {
                    break;
                }
                url = next.get();
                answer = http.get(url, MOST_BYTES, deadline);
            }
            into.add(new Answer(url, Optional.of(answer.status()), answer.took(), pageFault(answer)));
            return answer.body();
        } catch (HttpFailure e) {
            into.add(noAnswer(url, e));
            return new byte[0];
        }
    }

    private static Optional<URI> redirect(URI from, HttpAnswer answer) {
        try {
            return answer.header("location").map(from::resolve).filter(url -> url.getHost() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no address: the redirect's own status is the page's fault
        }
    }

    private static Optional<Fault> pageFault(HttpAnswer answer) {
        if (answer.status() != 200) {
            return fault(Kind.STATUS, answer.status() + " " + answer.reason());
        }
        if (answer.body().length == 0) {
            return fault(Kind.EMPTY, "empty answer");
        }
        return isHtml(answer)
                ? Optional.empty()
                : fault(
                        Kind.NOT_HTML,
                        "no HTML but " + answer.header("content-type").orElse("nothing named"));
    }

    private Answer askAsset(URI url, byte[] page, Duration left) {
        try {
            HttpAnswer answer = http.get(url, MOST_ASSET_BYTES, left);
            return new Answer(url, Optional.of(answer.status()), answer.took(), assetFault(url, answer, page));
        } catch (HttpFailure e) {
            return noAnswer(url, e);
        }
    }

    /// A file that no page names may be kept back by the server's own rules (`deny all`, `internal`): its answer is
    /// told, and is no fault unless the server fails over it.
    private Answer askBesides(URI url, Duration left) {
        try {
            HttpAnswer answer = http.get(url, MOST_ASSET_BYTES, left);
            Optional<Fault> fault = answer.status() < 500
                    ? Optional.empty()
                    : fault(Kind.STATUS, answer.status() + " " + answer.reason());
            return new Answer(url, Optional.of(answer.status()), answer.took(), fault);
        } catch (HttpFailure e) {
            return noAnswer(url, e);
        }
    }

    private static Optional<Fault> assetFault(URI url, HttpAnswer answer, byte[] page) {
        if (answer.status() != 200) {
            return fault(Kind.STATUS, answer.status() + " " + answer.reason());
        }
        String path = String.valueOf(url.getPath());
        if (path.endsWith("/") || path.endsWith(".html") || path.endsWith(".htm")) {
            return answer.body().length == 0 ? fault(Kind.EMPTY, "empty answer") : Optional.empty();
        }
        boolean pageItself = page.length > 0
                && Arrays.equals(answer.body(), Arrays.copyOf(page, Math.min(page.length, MOST_ASSET_BYTES)));
        return isHtml(answer) || pageItself
                ? fault(Kind.PAGE_INSTEAD, "a page instead of the file: it is missing")
                : Optional.empty();
    }

    private Answer noAnswer(URI url, HttpFailure failure) {
        return Question.noAnswer(url, failure, deadline);
    }

    private static Optional<Fault> fault(Kind kind, String words) {
        return Optional.of(new Fault(kind, words));
    }

    private static boolean isHtml(HttpAnswer answer) {
        return answer.header("content-type").orElse("").toLowerCase(Locale.ROOT).startsWith("text/html");
    }
}
