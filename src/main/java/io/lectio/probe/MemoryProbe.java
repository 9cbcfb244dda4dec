package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Fact;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.Bounds;
import io.lectio.engine.Prober;
import io.lectio.host.KernelLog;
import io.lectio.host.Memory;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at the machine's memory: short is little that is available while processes wait for more. What the kernel
/// has killed for want of it is told with its unit.
public final class MemoryProbe implements Prober {
    /// Percent of the last ten seconds in which some process has waited for memory.
    private static final int PRESSURE = 5;
    /// A kill is an event: it is told for so long.
    private static final Duration TOLD = Duration.ofMinutes(2);

    private final Memory memory;
    private final KernelLog kernel;
    private final Bounds bounds;
    private final InstantSource clock;
    private Optional<Long> kills = Optional.empty();
    private Optional<Ailment> killed = Optional.empty();
    private Instant killedAt = Instant.EPOCH;
    private boolean isShort;

    public MemoryProbe(Memory memory, KernelLog kernel, Bounds bounds, InstantSource clock) {
        this.memory = memory;
        this.kernel = kernel;
        this.bounds = bounds;
        this.clock = clock;
    }

    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        try {
            List<Ailment> ailing = new ArrayList<>();
            Memory.Reading now = memory.read();
            // what has been told is over when the memory is there again, not when nobody waits for a moment
            isShort = now.availablePercent() < bounds.memory()
                    && (isShort || now.pressure().orElse(PRESSURE) >= PRESSURE);
            if (isShort) {
                List<Fact> facts = new ArrayList<>();
                facts.add(new Ailment.Bytes(About.FREE, "", now.available()));
                now.pressure().ifPresent(waits -> facts.add(new Ailment.Percent(About.PRESSURE, waits)));
                memory.largest()
                        .ifPresent(process -> facts.add(new Ailment.Bytes(
                                About.HELD_BY, process.name() + " (" + process.pid() + ")", process.bytes())));
                ailing.add(new Ailment(Kind.MEMORY_SHORT, "", facts));
            }
            boolean another = kills.isPresent() && now.kills() > kills.get();
            kills = Optional.of(now.kills());
            if (another) {
                killed = kernel.lastKill().map(MemoryProbe::told);
                killedAt = clock.instant();
            }
            boolean lately = Duration.between(killedAt, clock.instant()).abs().compareTo(TOLD) < 0;
            killed.filter(_ -> lately).ifPresent(ailing::add);
            Ailments all =
                    new Ailments(ailing, now.availablePercent() + " % of " + Ailment.size(now.total()) + " available");
            return ailing.isEmpty() ? new Passed(all) : new Failed(all);
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }

    private static Ailment told(KernelLog.Kill kill) {
        return new Ailment(
                Kind.OOM_KILL,
                kill.unit().isEmpty() ? kill.process() : kill.unit(),
                List.of(new Ailment.Name(About.SAYS, kill.process() + " (" + kill.pid() + ")")));
    }
}
