package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.Network;
import io.lectio.host.http.Certificates;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at what visitors need besides this machine's services: that the site's name leads somewhere, that this machine
/// has a network, and that the certificate its own server shows is one that a browser takes.
public final class PublicProbe implements Prober {
    private static final Duration DEADLINE = Duration.ofSeconds(4);
    private static final Duration SOON = Duration.ofDays(14);
    private static final Duration IN_DAYS = Duration.ofDays(3);
    private static final Duration TRUST = Duration.ofHours(1);
    private static final int MOST_NAMES = 3;

    private final String host;
    private final URI page;
    private final HttpClient http;
    private final InstantSource clock;
    /// A machine that has never had a way out has lost none.
    private boolean wasRouted;
    /// What was vouched for, and when: that is not worked out anew each minute.
    private List<X509Certificate> trusted = List.of();

    private Instant trustedAt = Instant.EPOCH;

    public PublicProbe(Site site, InstantSource clock) {
        host = site.page().getHost();
        page = site.page();
        http = new HttpClient(new Dialer.Fixed(site.server()), false);
        this.clock = clock;
    }

    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        List<Ailment> ailing = new ArrayList<>();
        try {
            Optional<String> unresolved = Network.unresolved(host, DEADLINE);
            boolean routed = Network.isRouted();
            if (!routed && wasRouted) {
                ailing.add(ailment(Kind.OFFLINE, About.SAYS, "no default route"));
            } else {
                unresolved.ifPresent(why -> ailing.add(ailment(Kind.DNS_BROKEN, About.SAYS, why)));
            }
            wasRouted |= routed;
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
        String well = host + " leads somewhere";
        if ("https".equalsIgnoreCase(page.getScheme())) {
            try {
                List<X509Certificate> chain = http.certificates(page, DEADLINE);
                wrongWith(chain).ifPresent(ailing::add);
                well += ", its certificate is valid until " + day(chain.getFirst());
            } catch (HttpFailure e) {
                well += ", no certificate seen: " + e.getMessage(); // whether the server answers is the page's question
            }
        }
        Ailments all = new Ailments(ailing, well);
        return ailing.isEmpty() ? new Passed(all) : new Failed(all);
    }

    private Optional<Ailment> wrongWith(List<X509Certificate> chain) {
        X509Certificate own = chain.getFirst();
        Instant now = clock.instant();
        Instant ends = own.getNotAfter().toInstant();
        if (ends.isBefore(now)) {
            return Optional.of(ailment(Kind.CERTIFICATE_EXPIRED, About.UNTIL, day(own)));
        }
        if (own.getNotBefore().toInstant().isAfter(now)) {
            String begins = own.getNotBefore().toInstant().toString();
            return Optional.of(ailment(
                    Kind.CERTIFICATE_CHAIN, About.SAYS, "not valid before " + begins + ", or this clock is wrong"));
        }
        if (!Certificates.isFor(own, host)) {
            List<String> names =
                    Certificates.names(own).stream().limit(MOST_NAMES).toList();
            return Optional.of(ailment(
                    Kind.CERTIFICATE_NAME, About.NAMES, names.isEmpty() ? "no name" : String.join(", ", names)));
        }
        if (!isTrusted(chain, now)) {
            String issuer = "issued by " + Certificates.issuer(own);
            return Optional.of(ailment(Kind.CERTIFICATE_CHAIN, About.SAYS, issuer));
        }
        if (ends.isBefore(now.plus(SOON))) {
            Kind kind = ends.isBefore(now.plus(IN_DAYS)) ? Kind.CERTIFICATE_ENDS : Kind.CERTIFICATE_AGES;
            return Optional.of(ailment(kind, About.UNTIL, day(own)));
        }
        return Optional.empty();
    }

    private boolean isTrusted(List<X509Certificate> chain, Instant now) {
        boolean lately = Duration.between(trustedAt, now).abs().compareTo(TRUST) < 0;
        if (!(lately && trusted.equals(chain))) {
            trusted = Certificates.isTrusted(chain) ? chain : List.of();
            trustedAt = now;
        }
        return trusted.equals(chain);
    }

    private Ailment ailment(Kind kind, About about, String said) {
        return new Ailment(kind, kind == Kind.OFFLINE ? "" : host, List.of(new Ailment.Name(about, said)));
    }

    private static String day(X509Certificate certificate) {
        return certificate
                .getNotAfter()
                .toInstant()
                .atZone(ZoneOffset.UTC)
                .toLocalDate()
                .toString();
    }
}
