package io.lectio.wiring;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.engine.StateStore;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Tells each fault's course in a few lines, as the durable state shows it.
final class Story implements StateStore {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final StateStore store;
    private final InstantSource clock;
    private final Consumer<String> terminal;
    private Map<Long, Incident> before = Map.of();

    Story(StateStore store, InstantSource clock, Consumer<String> terminal) {
        this.store = store;
        this.clock = clock;
        this.terminal = terminal;
    }

    @Override
    public Durable load() throws IOException {
        return store.load();
    }

    @Override
    public void save(Durable durable) throws IOException {
        store.save(durable);
        durable.incidents().forEach(now -> tell(Optional.ofNullable(before.get(now.id())), now));
        before = durable.incidents().stream().collect(Collectors.toMap(Incident::id, Function.identity()));
    }

    private void tell(Optional<Incident> was, Incident now) {
        boolean broken = was.isEmpty() || (was.get().phase() instanceof Resolved && !(now.phase() instanceof Resolved));
        if (broken) {
            say("broken", now.diagnosis().inWords());
        }
        Optional<String> result = result(now);
        if (result.isPresent() && !was.flatMap(Story::result).equals(result)) {
            say("repaired", result.get());
        }
        if (now.phase() instanceof Resolved(var at, var proof)
                && (broken || !was.get().phase().equals(now.phase()))) {
            say("healed", "in " + Duration.between(now.brokenAt(), at).toMillis() + " ms; proved: " + proof.inWords());
        }
    }

    private static Optional<String> result(Incident incident) {
        return incident.lastAttempt().flatMap(Attempt::result).map(result -> result.inWords());
    }

    private void say(String what, String text) {
        terminal.accept(
                "%s  %-8s  %s".formatted(TIME.format(clock.instant().atZone(ZoneId.systemDefault())), what, text));
    }
}
