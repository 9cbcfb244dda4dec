package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Observation;
import io.lectio.core.health.UnitState;
import io.lectio.host.Supervisor;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProbeTest {
    @TempDir
    Path folder;

    private static UnitState ended(Object unit) {
        return new UnitState(
                String.valueOf(unit),
                UnitState.Load.LOADED,
                UnitState.Active.FAILED,
                "failed",
                "exit-code",
                "run1",
                0,
                0,
                "exit code 1",
                Instant.now(),
                true,
                UnitState.Stop.NOT_ASKED,
                false,
                "");
    }

    private final List<Object> looked = new ArrayList<>();

    private Supervisor supervisor(boolean journal) {
        return (Supervisor) Proxy.newProxyInstance(
                Supervisor.class.getClassLoader(),
                new Class<?>[] {Supervisor.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "unit" -> {
                        looked.add(arguments[0]);
                        yield ended(arguments[0]);
                    }
                    case "updating" -> false;
                    case "processes" -> List.of();
                    default -> {
                        if (!journal) {
                            throw new IOException("no journalctl");
                        }
                        yield List.of();
                    }
                });
    }

    private Observation.Outcome look(boolean journal, Path log) throws InterruptedException {
        HttpClient http = new HttpClient(new Dialer.Fixed("127.0.0.1"), false);
        return new ServiceProbe(
                        supervisor(journal),
                        "panel.service",
                        http,
                        URI.create("http://localhost:1/"),
                        Duration.ofMillis(10),
                        InstantSource.system(),
                        Optional.of(log))
                .look(List.of());
    }

    @Test
    void lastWordsThatCannotBeReadKeepNobodyFromSeeingThatItEnded() throws Exception {
        Path link = Files.createSymbolicLink(folder.toRealPath().resolve("error.log"), folder.resolve("elsewhere"));
        assertThat(look(true, link)).isInstanceOf(Observation.Sampled.class);
        assertThat(look(false, folder.resolve("none"))).isInstanceOf(Observation.Sampled.class);
    }

    @Test
    void ofSeveralTheDeepestIsLookedAtLastAndToldFirst() throws Exception {
        Observation.Outcome seen =
                new UnitsProbe(supervisor(true), List.of("store.service", "cache.service")).look(List.of());
        assertThat(looked).containsExactly("cache.service", "store.service");
        assertThat(((Observation.Sampled) seen).services())
                .extracting(service -> service.unit().name())
                .containsExactly("store.service", "cache.service");
    }
}
