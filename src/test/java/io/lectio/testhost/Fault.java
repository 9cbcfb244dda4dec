package io.lectio.testhost;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A way in which a site stops serving its visitors, put into a host by one script inside it.
///
/// [#inject(TestHost)] proves that the break really happened in a way that a guard's quick repair cannot hide: files
/// by their change times, processes by those that lived before and are gone or stopped, a queue by its waiting time.
public sealed interface Fault permits Faults, ServiceFaults, Overload, FaultPair, GuardKilled {
    String name();

    /// What a visitor asks for who meets this fault.
    List<String> watched();

    FaultScript script();

    /// How long the breaking itself goes on.
    default Duration lasts() {
        return Duration.ZERO;
    }

    /// Makes ready what the fault needs; a visitor may notice, so it is no part of what is measured.
    default void prepare(TestHost host) {}

    /// Breaks the site; the host's time right before the first breaking call. Fails unless the break is proved.
    default Instant inject(TestHost host) {
        return Faults.instant(host.sh(script().whole()).strip());
    }

    /// Brings everything back after any faults, and checks that page, asset and API answer. It restarts both
    /// services.
    static void mend(TestHost host) {
        host.sh(Faults.FILES_IN_ORDER
                + """
                systemctl stop %s.service 2>/dev/null || true
                rm -f %s; systemctl daemon-reload
                # a stopped or blocked process would let a restart wait for its time-out
                systemctl kill -s KILL teaching_panel nginx 2>/dev/null || true
                systemctl reset-failed teaching_panel nginx
                systemctl restart teaching_panel nginx
                [ ! -e %4$s ] || { cat %4$s >%3$s/index.html; rm %4$s; }
                for i in $(seq 100); do ! curl -fsS -m 2 -o /dev/null http://localhost/api/health/ 2>/dev/null || exit 0; sleep 0.1; done
                echo 'the API does not come back' >&2; exit 1
                """.formatted(Overload.UNIT, ServiceFaults.DROP_IN, FaultScript.BUILD, ServiceFaults.PAGE_BEFORE));
        Faults.mend(host);
    }
}
