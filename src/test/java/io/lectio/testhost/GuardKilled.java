package io.lectio.testhost;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A fault whose repair has begun when lectio's guard is killed by SIGKILL; systemd starts it again.
///
/// Proved by the guard itself: the thread of the repair ran when it was killed, and the state that it left says that
/// the repair is under way (see `testhost/kill_guard.py`). A guard that was quicker makes the injection fail.
public record GuardKilled(Fault fault) implements Fault {
    private static final String SCRIPT = "kill_guard.py";
    private static final String TOO_LATE = "the repair had ended before";
    private static final int TRIES = 4;
    private static final Duration TO_REPAIR = Duration.ofSeconds(90);

    /// The repair was over before the guard could be killed in it: nothing is proved, and nothing measured.
    public static final class TooLate extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private TooLate(Throwable cause) {
            super(TOO_LATE, cause);
        }
    }

    /// The guard may be quicker than its killer; then another host is tried.
    public static <T> T inTime(Supplier<T> run) {
        for (int tried = 1; tried < TRIES; tried++) {
            try {
                return run.get();
            } catch (TooLate e) {
                System.out.println("once more: " + e.getMessage());
            }
        }
        return run.get();
    }

    /// Each permission fault that stands for its kind, and each fault that a restart heals.
    public static List<GuardKilled> all() {
        return Stream.concat(
                        FaultPair.PERMISSIONS.stream(),
                        Stream.of(ServiceFaults.values()).filter(fault -> fault != ServiceFaults.PAGE_OVERWRITTEN))
                .map(GuardKilled::new)
                .toList();
    }

    @Override
    public String name() {
        return "GUARD_KILLED+" + fault.name();
    }

    @Override
    public List<String> watched() {
        return fault.watched();
    }

    @Override
    public Duration lasts() {
        return fault.lasts();
    }

    @Override
    public void prepare(TestHost host) {
        fault.prepare(host);
        host.lay(SCRIPT);
    }

    @Override
    public FaultScript script() {
        return fault.script()
                .and(new FaultScript("""
                said=$(mktemp)
                python3 %s/%s lectio-monitor %d >$said 2>&1 & killer=$!
                await 50 'nobody waits for the repair' grep -q READY $said
                """.formatted(TestHost.LAID, SCRIPT, TO_REPAIR.toSeconds()), "", """
                wait $killer || fail "not injected: $(tail -1 $said)"
                rm $said
                """));
    }

    @Override
    public Instant inject(TestHost host) {
        try {
            return Faults.instant(
                    host.sh(TO_REPAIR.plusSeconds(10), script().whole()).strip());
        } catch (IllegalStateException e) {
            throw String.valueOf(e.getMessage()).contains(TOO_LATE) ? new TooLate(e) : e;
        }
    }
}
