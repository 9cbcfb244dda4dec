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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProbeTest {
    @TempDir
    Path folder;

    private static UnitState ended() {
        return new UnitState(
                "panel.service",
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

    private static Supervisor supervisor(boolean journal) {
        return (Supervisor) Proxy.newProxyInstance(
                Supervisor.class.getClassLoader(),
                new Class<?>[] {Supervisor.class},
                (_, method, _) -> switch (method.getName()) {
                    case "unit" -> ended();
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
}
