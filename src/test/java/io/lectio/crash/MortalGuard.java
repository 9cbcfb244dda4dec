package io.lectio.crash;

import io.lectio.alert.TelegramNotifier;
import io.lectio.alert.Texts;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.Chronicle;
import io.lectio.engine.Deployer;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop;
import io.lectio.engine.Notifier;
import io.lectio.engine.Repairer;
import io.lectio.engine.StateStore;
import io.lectio.host.systemd.Systemd;
import io.lectio.probe.PageProbe;
import io.lectio.probe.PathAccessProbe;
import io.lectio.probe.UnitWatcher;
import io.lectio.probe.WebRootWatcher;
import io.lectio.repair.PathRepairer;
import io.lectio.store.FileStateStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A whole guard in a process of its own that dies, as by `kill -9`, the n-th time that it comes to a named point.
///
/// usage: MortalGuard BASE PAGE-URL BOT-API TOKEN [POINT N]
final class MortalGuard {
    private static final int KILLED = 137;

    private final Optional<Failpoint> point;
    private final int nth;
    private final AtomicInteger times = new AtomicInteger();

    /// Where a guard may die.
    enum Failpoint {
        SAVE_BEFORE,
        SAVE_AFTER,
        REPAIR_BEFORE,
        REPAIR_AFTER,
        SEND_BEFORE,
        SEND_AFTER
    }

    private MortalGuard(Optional<Failpoint> point, int nth) {
        this.point = point;
        this.nth = nth;
    }

    private void reach(Failpoint here) {
        if (point.filter(here::equals).isPresent() && times.incrementAndGet() == nth) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Optional<Failpoint> point = args.length > 4 ? Optional.of(Failpoint.valueOf(args[4])) : Optional.empty();
        MortalGuard guard = new MortalGuard(point, args.length > 5 ? Integer.parseInt(args[5]) : 0);
        guard.run(Path.of(args[0]), URI.create(args[1]), URI.create(args[2]), args[3]);
    }

    private void run(Path base, URI page, URI api, String token) throws IOException, InterruptedException {
        Site site = new Site(
                page,
                "127.0.0.1",
                base.resolve("site"),
                base.resolve("site/frontend/build"),
                "www-data",
                new PrivatePatterns(List.of()));
        Notifier channel = new TelegramNotifier(
                api,
                new Secret(token),
                "42",
                Optional.empty(),
                new Texts(Language.RU, ZoneOffset.UTC, InstantSource.system(), true));
        Policy policy = Policies.of(site, Services.NONE, true);
        PathRepairer paths = new PathRepairer(base.resolve("journals"));
        GuardLoop.Ports ports = new GuardLoop.Ports(
                Map.of(
                        CheckId.FILES,
                        new PathAccessProbe(site),
                        CheckId.PAGE,
                        new PageProbe(site, Duration.ofSeconds(5))),
                mortal((remedy, name) -> paths.run((Remedy.OpenPaths) remedy, name)),
                Deployer.NONE,
                mortal(channel),
                mortal(new FileStateStore(base.resolve("state"), policy, InstantSource.system(), EventLog.NONE)),
                new WebRootWatcher(site, EventLog.NONE),
                new UnitWatcher(new Systemd(), Map.of()),
                line -> System.out.println(line.level() + " " + line.text()),
                Chronicle.NONE,
                InstantSource.system());
        try (GuardLoop loop = new GuardLoop(ports, policy)) {
            loop.run();
        }
    }

    private Repairer mortal(Repairer real) {
        return (Remedy remedy, String name) -> {
            reach(Failpoint.REPAIR_BEFORE);
            RepairResult result = real.run(remedy, name);
            reach(Failpoint.REPAIR_AFTER);
            return result;
        };
    }

    private Notifier mortal(Notifier real) {
        return (Outbox.Parcel parcel) -> {
            reach(Failpoint.SEND_BEFORE);
            Delivery delivery = real.send(parcel);
            reach(Failpoint.SEND_AFTER);
            return delivery;
        };
    }

    private StateStore mortal(StateStore real) {
        return new StateStore() {
            @Override
            public Durable load() throws IOException {
                return real.load();
            }

            @Override
            public void save(Durable durable) throws IOException {
                reach(Failpoint.SAVE_BEFORE);
                real.save(durable);
                reach(Failpoint.SAVE_AFTER);
            }
        };
    }
}
