package io.lectio.testhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// That faults of the services, pairs and the overload are injected, seen by a visitor, and mended.
///
/// Each on one release: the tests of the guard inject the same on both.
@HostTest
class FaultTest {
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(5);
    private static final Duration MENDED_WITHIN = Duration.ofSeconds(20);

    @Test
    void everyServiceFaultIsSeenAndGoesWhenItIsMended() {
        try (TestHost host = TestHost.boot(Release.TRIXIE)) {
            for (ServiceFaults fault : ServiceFaults.values()) {
                isSeenAndGoesWhenItIsMended(host, fault);
            }
        }
    }

    @Test
    void anOverloadMakesTheApiSlowForMoreThanItsTimeAndThenPasses() {
        Overload overload = new Overload(Duration.ofSeconds(4));
        try (TestHost host = TestHost.boot(Release.BOOKWORM)) {
            overload.prepare(host);
            try (Prober prober = Prober.start(host, List.of("/api/health/"))) {
                Instant injected = overload.inject(host);
                assertThatThrownBy(() -> overload.inject(host)).hasMessageContaining("already");
                prober.awaitHealed(injected, Duration.ofSeconds(2).plus(overload.lasts()), Duration.ofSeconds(40));
                assertThat(prober.stop().since(injected))
                        .isBetween(overload.lasts(), overload.lasts().multipliedBy(20));
            }
            isSeenAndGoesWhenItIsMended(
                    host,
                    new Overload(Duration.ofSeconds(10))); // a queue of seconds, though the machine be quicker by then
        }
    }

    /// One pair of each kind.
    @Test
    void twoFaultsBreakAtOneMoment() {
        List<FaultPair> pairs = List.of(
                new FaultPair(ServiceFaults.GUNICORN_TERMED, ServiceFaults.NGINX_KILLED),
                new FaultPair(ServiceFaults.WORKERS_BLOCKED, ServiceFaults.NGINX_STOPPED),
                new FaultPair(ServiceFaults.WORKERS_BLOCKED, Faults.PARENT_CLOSED),
                new FaultPair(ServiceFaults.GUNICORN_KILLED, ServiceFaults.PAGE_OVERWRITTEN),
                new FaultPair(ServiceFaults.PAGE_OVERWRITTEN, Faults.BUILD_AS_ROOT_SCP),
                new FaultPair(ServiceFaults.GUNICORN_STOPPED, Faults.PARENT_CLOSED));
        assertThat(FaultPair.all()).containsAll(pairs).doesNotHaveDuplicates().hasSize(49);
        try (TestHost host = TestHost.boot(Release.BOOKWORM)) {
            pairs.forEach(pair -> isSeenAndGoesWhenItIsMended(host, pair));
        }
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource
    void everyPairIsSeenAndGoesWhenItIsMended(Release release, ServiceFaults one) {
        try (TestHost host = TestHost.boot(release)) {
            FaultPair.all().stream()
                    .filter(pair -> pair.one() == one)
                    .forEach(pair -> isSeenAndGoesWhenItIsMended(host, pair));
        }
    }

    private static Stream<Arguments> everyPairIsSeenAndGoesWhenItIsMended() {
        return Stream.of(Release.values())
                .flatMap(release -> Stream.of(ServiceFaults.values()).map(one -> Arguments.of(release, one)));
    }

    @ParameterizedTest
    @EnumSource
    void anApiThatAnswersWithAPageHasFailed(Release release) {
        try (TestHost host = TestHost.boot(release)) {
            host.sh("sed -i 's#location /api/ {.*#location /api/ { default_type text/html; return 200 \"a page\"; }#'"
                    + " $(readlink -f /etc/nginx/sites-enabled/default) && nginx -s reload && sleep 0.3");
            try (Prober prober = Prober.start(host, List.of("/api/health/"))) {
                Commands.pause(QUIET);
                Prober.Outage seen = prober.stop();
                assertThat(seen.failed()).isPositive().isEqualTo(seen.requests());
            }
        }
    }

    private static void isSeenAndGoesWhenItIsMended(TestHost host, Fault fault) {
        fault.prepare(host);
        try (Prober prober = Prober.start(host, fault.watched())) {
            Instant before = Instant.now();
            Instant injected = fault.inject(host);
            assertThat(injected).as(fault.name()).isBetween(before, Instant.now());
            Instant deadline = injected.plus(SEEN_WITHIN).plus(fault.lasts());
            while (prober.outage().firstFailed().isEmpty() && Instant.now().isBefore(deadline)) {
                Commands.pause(Duration.ofMillis(20));
            }
            assertThat(prober.outage().firstFailed())
                    .as(fault.name())
                    .hasValueSatisfying(first -> assertThat(first).isBetween(injected.minusMillis(50), deadline));
            assertThatThrownBy(() -> fault.inject(host)).as(fault.name()).hasMessageContaining("already");
            Fault.mend(host);
            prober.awaitHealed(injected, QUIET, MENDED_WITHIN);
            assertThat(prober.stop().failed()).as(fault.name()).isPositive();
        }
    }
}
