package io.lectio.cli;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.store.History;
import io.lectio.wiring.Sites;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import picocli.CommandLine.Option;

/// Which of the guarded sites a command is about.
final class SiteOption {
    private final Home home = Home.of(System.getenv());

    @Option(names = "--site", paramLabel = "NAME", description = "Which of several sites.")
    private Optional<String> name = Optional.empty();

    Optional<String> name() {
        return name;
    }

    Home home() {
        return home;
    }

    /// The folders of the sites that were meant, by their names.
    SequencedMap<String, Path> states() throws IOException {
        SequencedMap<String, Path> all = Sites.of(home);
        if (name.isPresent()) {
            if (!all.containsKey(name.get())) {
                throw new LectioCommand.Refused(
                        "There is no site " + name.get() + ", but: " + String.join(", ", all.keySet()));
            }
            all.keySet().retainAll(List.of(name.get()));
        }
        return all;
    }

    /// The folder of the one site that was meant.
    Path state() throws IOException {
        SequencedMap<String, Path> all = states();
        return one(all.values(), all.keySet());
    }

    History history() throws IOException {
        return new History(state().resolve("history"));
    }

    SiteSettings settings() throws Settings.Invalid {
        List<SiteSettings> all = ConfigLoader.load(home.configuration()).sites();
        List<SiteSettings> meant = all.stream()
                .filter(site -> name.isEmpty() || name.get().equals(Sites.name(site)))
                .toList();
        return one(meant, all.stream().map(Sites::name).toList());
    }

    private <T> T one(Collection<T> meant, Collection<String> names) {
        if (meant.size() != 1) {
            throw new LectioCommand.Refused("Which of the sites? --site with one of: " + String.join(", ", names));
        }
        return meant.iterator().next();
    }
}
