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
import java.util.Set;

/// Asks this machine's server for the page as a visitor would, and for every asset that the page names. An asset that
/// answers with a page is missing: `try_files` hides it.
public final class PageProbe implements Prober {
    private static final int MOST_BYTES = 1_000_000;
    private static final int MOST_ASSET_BYTES = 65_536;
    static final int MOST_REDIRECTS = 3;
    /// Statuses for a file that is not there, empty or no folder's index: 500 is the end of a circle of `try_files`.
    private static final Set<Integer> WITHOUT_FILE = Set.of(200, 403, 404, 500);

    private static final int NOT_FOUND = 404;
    static final Duration LONGEST_WELL = Duration.ofSeconds(5);
    /// An asset that had less than this part of the time, and did not answer in it, was asked too late to be judged.
    private static final int FAIR_SHARE = 8;

    private final Site site;
    private final Duration deadline;
    private final Duration slow;
    private final HttpClient http;
    private PageAssets assets = PageAssets.NONE;

    /// @param deadline for the look: the page and its redirects, then what it names and what is asked besides
    public PageProbe(Site site, Duration deadline) {
        this(site, deadline, LONGEST_WELL);
    }

    /// @param http asks in the place of the site's own web server
    public PageProbe(Site site, Duration deadline, HttpClient http) {
        this(site, deadline, LONGEST_WELL, http);
    }

    /// @param slow a page that takes longer is a fault to its visitors, though it is the right one
    PageProbe(Site site, Duration deadline, Duration slow) {
        this(site, deadline, slow, new HttpClient(new Dialer.Fixed(site.server()), false));
    }

    private PageProbe(Site site, Duration deadline, Duration slow, HttpClient http) {
        this.site = site;
        this.deadline = deadline;
        this.slow = slow;
        this.http = http;
    }

    @Override
    public Outcome look(List<URI> also) {
        long start = System.nanoTime();
        List<Answer> answers = new ArrayList<>();
        byte[] page = askPage(answers, start);
        Answer first = answers.getFirst();
        if (first.fault().isEmpty() || first.isSlow()) {
            assets = assets.of(first.url(), page);
            boolean all = askAssets(page, answers, start);
            if (!all && answers.stream().allMatch(answer -> answer.fault().isEmpty())) {
                Duration took = since(start);
                answers.set(0, new Answer(first.url(), first.status(), took, slow(took, ", and not all of its files")));
            }
        }
        int named = answers.size() - 1;
        if (first.status().isPresent()) {
            also.stream()
                    .filter(url ->
                            answers.stream().noneMatch(answer -> answer.url().equals(url)))
                    .toList()
                    .forEach(url -> answers.add(askBesides(url, deadline.minus(since(start)))));
        }
        boolean silent = answers.stream().allMatch(answer -> answer.status().isEmpty());
        if (silent && !Loopback.carries()) {
            return new Unknown("this machine cannot connect to itself (loopback)");
        }
        Answers all = new Answers(CheckId.PAGE, answers, named, since(start));
        return all.bad().isEmpty() ? new Passed(all) : new Failed(all);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// Within what is left of the look. What there was no time for is no fault of its own.
    ///
    /// @return whether all were asked
    private boolean askAssets(byte[] page, List<Answer> into, long start) {
        for (URI url : assets.urls()) {
            Duration left = deadline.minus(since(start));
            if (!left.isPositive()) {
                return false;
            }
            Answer answer = askAsset(url, page, left);
            boolean hurried = left.compareTo(deadline.dividedBy(FAIR_SHARE)) < 0
                    && answer.fault()
                            .filter(fault -> fault.kind() == Kind.TIMEOUT)
                            .isPresent();
            if (hurried) {
                return false;
            }
            into.add(answer);
        }
        return true;
    }

    private byte[] askPage(List<Answer> into, long start) {
        URI url = site.page();
        try {
            HttpAnswer answer = http.get(url, MOST_BYTES, deadline);
            for (int hops = 0; answer.status() / 100 == 3 && hops < MOST_REDIRECTS; hops++) {
                Optional<URI> next = redirect(url, answer);
                if (next.isEmpty()) {
                    break;
                }
                url = next.get();
                Duration left = deadline.minus(since(start));
                if (!left.isPositive()) {
                    into.add(timeIsOver(url));
                    return new byte[0];
                }
                answer = http.get(url, MOST_BYTES, left);
            }
            Duration took = since(start);
            URI asked = url;
            Optional<Fault> fault =
                    pageFault(asked, answer).or(() -> took.compareTo(slow) > 0 ? slow(took, "") : Optional.empty());
            into.add(new Answer(url, Optional.of(answer.status()), took, fault));
            return answer.body();
        } catch (HttpFailure e) {
            into.add(noAnswer(url, e));
            return new byte[0];
        }
    }

    /// The addresses on its own host that a page names.
    public static List<URI> named(URI from, byte[] html) {
        return PageAssets.NONE.of(from, html).urls();
    }

    /// The ids of the elements directly in a page's body.
    public static Set<String> marks(byte[] html) {
        return PageAssets.marks(html);
    }

    static Optional<Fault> slow(Duration took, String more) {
        return fault(Kind.SLOW, String.format(Locale.ROOT, "answered after %.1f s%s", took.toMillis() / 1_000.0, more));
    }

    private Answer timeIsOver(URI url) {
        return new Answer(url, Optional.empty(), deadline, fault(Kind.TIMEOUT, "not asked: the time was over"));
    }

    static Optional<URI> redirect(URI from, HttpAnswer answer) {
        try {
            return answer.header("location").map(from::resolve).filter(url -> url.getHost() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no address: the redirect's own status is the page's fault
        }
    }

    private Optional<Fault> pageFault(URI url, HttpAnswer answer) {
        if (answer.status() != 200) {
            return ofItsFile(url, answer)
                    .or(() -> fault(Kind.STATUS, answer.status() + " " + answer.reason())
                            .map(fault -> fault.saying(ServerLog.ofPage(answer.status()))));
        }
        if (answer.body().length == 0) {
            return ofItsFile(url, answer).or(() -> fault(Kind.EMPTY, "empty answer"));
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
        if (!left.isPositive()) {
            return timeIsOver(url);
        }
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

    private Optional<Fault> assetFault(URI url, HttpAnswer answer, byte[] page) {
        boolean mayBePage = assets.pages().contains(url);
        if (mayBePage && answer.status() / 100 == 3) {
            return Optional.empty(); // a frame may lead elsewhere, as to a login
        }
        if (answer.status() != 200) {
            return (answer.status() == NOT_FOUND ? WebRootFile.ofAsset(site, url) : Optional.<Fault>empty())
                    .or(() -> fault(Kind.STATUS, answer.status() + " " + answer.reason()));
        }
        String path = String.valueOf(url.getPath());
        if (mayBePage || path.endsWith("/") || path.endsWith(".html") || path.endsWith(".htm")) {
            return answer.body().length == 0 ? fault(Kind.EMPTY, "empty answer") : Optional.empty();
        }
        boolean pageItself = page.length > 0
                && Arrays.equals(answer.body(), Arrays.copyOf(page, Math.min(page.length, MOST_ASSET_BYTES)));
        return isHtml(answer) || pageItself
                ? WebRootFile.ofAsset(site, url)
                        .or(() -> fault(Kind.PAGE_INSTEAD, "a page instead of the file: it is missing"))
                : Optional.empty();
    }

    /// What is wrong with the page's own file, where that may be the reason: what a redirect leads to is another's
    /// page.
    private Optional<Fault> ofItsFile(URI url, HttpAnswer answer) {
        return url.equals(site.page()) && WITHOUT_FILE.contains(answer.status())
                ? WebRootFile.ofPage(site)
                : Optional.empty();
    }

    private Answer noAnswer(URI url, HttpFailure failure) {
        return Question.noAnswer(url, failure, deadline);
    }

    private static Optional<Fault> fault(Kind kind, String words) {
        return Optional.of(new Fault(kind, words));
    }

    static boolean isHtml(HttpAnswer answer) {
        return answer.header("content-type").orElse("").toLowerCase(Locale.ROOT).startsWith("text/html");
    }
}
