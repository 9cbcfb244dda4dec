package io.lectio.wiring;

import static io.lectio.config.ConfigLoader.UNNAMED;

import io.lectio.config.Home;
import io.lectio.config.Settings.SiteSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// Where the guarded sites have their state, and in it their socket: a folder each.
public final class Sites {
    private static final String SOCKET = "control.sock";
    private static final String STATE = "state.json";

    private Sites() {}

    public static String name(SiteSettings site) {
        return site.name().orElse(UNNAMED);
    }

    static Path state(Path guards, Optional<String> name) {
        return name.map(guards.resolve("sites")::resolve).orElse(guards);
    }

    /// The folders of the sites that are guarded now, or where none is, of those that once were; by their names.
    public static SequencedMap<String, Path> of(Home home) throws IOException {
        if (Demo.running(home).isPresent()) {
            return new LinkedHashMap<>(Map.of(UNNAMED, Demo.state(home)));
        }
        SequencedMap<String, Path> guarded = having(SOCKET, home);
        SequencedMap<String, Path> known = guarded.isEmpty() ? having(STATE, home) : guarded;
        if (known.isEmpty()) {
            known.put(UNNAMED, home.state());
        }
        return known;
    }

    /// Those of a guard that was killed: who holds its lock knows that it is gone.
    static void forgetSockets(Home home) throws IOException {
        for (Path folder : having(SOCKET, home).values()) {
            Files.delete(folder.resolve(SOCKET));
        }
    }

    private static SequencedMap<String, Path> having(String file, Home home) throws IOException {
        SequencedMap<String, Path> sites = new LinkedHashMap<>();
        if (Files.exists(home.state().resolve(file))) {
            sites.put(UNNAMED, home.state());
        }
        Path named = home.state().resolve("sites");
        if (Files.isDirectory(named)) {
            try (Stream<Path> folders = Files.list(named)) {
                folders.filter(folder -> Files.exists(folder.resolve(file)))
                        .sorted()
                        .forEach(folder -> sites.put(folder.getFileName().toString(), folder));
            }
        }
        return sites;
    }
}
