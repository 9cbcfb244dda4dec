package io.lectio.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lectio.alert.LoggedNotifier;
import io.lectio.alert.Texts;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.control.Answer;
import io.lectio.control.ControlServer;
import io.lectio.control.Plan;
import io.lectio.control.Request;
import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.deploy.Releases;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Policy;
import io.lectio.engine.EventLog;
import io.lectio.engine.Notifier;
import io.lectio.store.FileStateStore;
import io.lectio.store.LogFiles;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the commands do themselves where no guard is at work, by the same core, on the state that the next one
/// finds.
public final class WithoutDaemon {
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private WithoutDaemon() {}

    /// Keeps an order for the next guard.
    ///
    /// @return empty while a guard holds the state
    public static Optional<Answer> order(Home home, SiteSettings site, Request request) throws IOException {
        home.prepare();
        Optional<OneGuard> lock = OneGuard.take(home.state());
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        InstantSource clock = InstantSource.system();
        try (OneGuard _ = lock.get();
                LogFiles log = new LogFiles(home.logs(), clock, ZoneId.systemDefault(), NOWHERE, false)) {
            Path state = Sites.state(home.state(), site.name());
            Home.makeFolder(state);
            FileStateStore store = new FileStateStore(state, site.policy(), clock, log);
            Instant now = clock.instant();
            Order order = ControlServer.order(request, System.getProperty("user.name", ""), now);
            Decision decision =
                    Guard.decide(GuardState.begin(store.load()), new Event.Ordered(order), now, site.policy());
            store.save(decision.next().durable());
            for (Action action : decision.actions()) {
                if (action instanceof Action.Log(var level, var remark)) {
                    log.write(new EventLog.Line(EventLog.Log.HEALTH, level, "", remark));
                }
            }
            return Optional.of(new Answer(true, order.inWords() + "; kept for the guard, which does not run now"));
        } catch (IllegalArgumentException e) {
            return Optional.of(new Answer(false, String.valueOf(e.getMessage())));
        }
    }

    /// Sends what is to be told, until news of failed units are on their way no more, or the time is up: then the next
    /// guard or round of cron's goes on.
    static void send(Home home, Settings settings, SiteSettings site, Duration within)
            throws IOException, InterruptedException {
        Optional<OneGuard> lock = OneGuard.take(home.state());
        if (lock.isEmpty()) {
            return; // whoever holds it sends
        }
        InstantSource clock = InstantSource.system();
        long end = System.nanoTime() + within.toNanos();
        try (OneGuard _ = lock.get();
                LogFiles log = new LogFiles(home.logs(), clock, ZoneId.systemDefault(), NOWHERE, false)) {
            Texts texts = new Texts(
                    settings.language(), ZoneId.systemDefault(), clock, true, site.label(), _ -> Optional.empty());
            Notifier channel = new LoggedNotifier(Daemon.channel(settings.channels(), texts, clock), log, texts);
            FileStateStore store =
                    new FileStateStore(Sites.state(home.state(), site.name()), site.policy(), clock, log);
            Durable durable = store.load();
            while (durable.outbox().hasFailures() && durable.silence().isEmpty() && System.nanoTime() - end < 0) {
                Optional<Outbox.Parcel> parcel = durable.outbox().next(clock.instant());
                if (parcel.isPresent()) {
                    Delivery delivery = channel.send(parcel.get());
                    durable = durable.with(durable.outbox().after(parcel.get(), delivery, clock.instant()));
                    store.save(durable);
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    /// What has been deployed, as the last guard has left it.
    public static Releases releases(Home home, SiteSettings site) throws IOException {
        Path folder = Sites.state(home.state(), site.name());
        return new FileStateStore(folder, site.policy(), InstantSource.system(), EventLog.NONE)
                .read()
                .releases();
    }

    /// What a guard would do after one look, with what the last one has spent.
    public static Plan plan(Home home, SiteSettings site, boolean repairs) throws IOException, InterruptedException {
        Map<CheckId, Observation.Outcome> seen = Daemon.lookOnce(home, site);
        InstantSource clock = InstantSource.system();
        Policy policy = site.policy().here(site.site(), site.services(), repairs, Set.of(), Optional.empty());
        Path folder = Sites.state(home.state(), site.name());
        GuardState state = GuardState.begin(new FileStateStore(folder, policy, clock, EventLog.NONE).read());
        Instant now = clock.instant();
        for (Map.Entry<CheckId, Observation.Outcome> each : seen.entrySet()) { // the deepest first
            Event observed = new Event.Observed(new Observation(each.getKey(), now, each.getValue()));
            for (int looks = policy.threshold(each.getKey(), false).failures(); looks > 0; looks--) {
                state = Guard.decide(state, observed, now, policy).next();
            }
        }
        return Plan.of(state, now, policy);
    }
}
