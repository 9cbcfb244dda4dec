package io.lectio.wiring;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.Problem;
import io.lectio.core.health.Finding;
import io.lectio.core.incident.Level;
import io.lectio.engine.EventLog;
import io.lectio.json.JsonCodec;
import io.lectio.store.FileStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The configuration to begin with: the owner's, or where that is not good, what was last in force. It is kept beside
/// the state for that, so that a bad file and a restart of the machine do not leave the sites alone.
///
/// @param found what is wrong with the owner's; nothing where this is it
/// @param texts of its files, by their names
public record InForce(Settings settings, Finding.Config found, Map<String, String> texts) {
    static final Finding.Config GOOD = new Finding.Config("", "");

    private record Kept(Map<String, String> texts) {}

    /// @param say is told what is wrong with the owner's, and what is used instead
    /// @throws Settings.Invalid where nothing was in force before
    public static InForce load(Home home, Consumer<String> say) throws Settings.Invalid {
        Path file = home.configuration();
        try {
            ConfigLoader.Source source = ConfigLoader.source(file);
            Optional<IOException> missing = missing(source.settings());
            return missing.filter(_ -> home.isConfigured()) // who took both files away wants to do without
                    .flatMap(why -> last(home, wrong(file, why), why, source.texts(), say))
                    .orElseGet(() -> new InForce(source.settings(), GOOD, source.texts()));
        } catch (Settings.Invalid e) {
            return last(home, wrong(e), e, Map.of(), say).orElseThrow(() -> e);
        }
    }

    /// What was in force before this, which cannot be guarded after all.
    Optional<InForce> before(Home home, IOException why, Consumer<String> say) {
        return found.equals(GOOD) ? last(home, wrong(home.configuration(), why), why, texts, say) : Optional.empty();
    }

    /// As long as its sites are there, and it says something else than what has just failed.
    private static Optional<InForce> last(
            Home home, Finding.Config found, Exception why, Map<String, String> failed, Consumer<String> say) {
        Path file = file(home);
        try {
            Map<String, String> texts =
                    JsonCodec.read(Files.readString(file), Kept.class).texts();
            Settings settings = ConfigLoader.load(home.configuration(), texts);
            if (missing(settings).isPresent() || texts.equals(failed)) {
                return Optional.empty();
            }
            say.accept(why.getMessage() + "\nUntil that is mended, what was last in force stays so: " + file);
            return Optional.of(new InForce(settings, found, texts));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | Settings.Invalid e) {
            say.accept("What was last in force, " + file + ", cannot be used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Path file(Home home) {
        return home.state().resolve("configuration.json");
    }

    /// Keeps what is in force for a later start. It has the owner's secrets.
    static final class Keeper implements Consumer<Map<String, String>> {
        private final Path file;
        private final EventLog log;
        private Optional<Map<String, String>> kept = Optional.empty();
        private boolean failed;

        Keeper(Home home, EventLog log) {
            file = file(home);
            this.log = log;
        }

        /// Where there is no room for it, it is tried again with the next call.
        @Override
        public void accept(Map<String, String> texts) {
            if (kept.equals(Optional.of(texts))) {
                return;
            }
            try {
                FileStateStore.write(file, JsonCodec.write(new Kept(texts)));
                kept = Optional.of(texts);
                failed = false;
            } catch (IOException e) {
                if (!failed) {
                    log.health(Level.WARNING, "the configuration in force cannot be kept for a later start: " + e);
                }
                failed = true;
            }
        }
    }

    /// @return why a site cannot be guarded, if one cannot
    private static Optional<IOException> missing(Settings settings) {
        return settings.sites().stream()
                .map(site -> site.site().siteRoot())
                .filter(root -> !Files.isDirectory(root))
                .findFirst()
                .map(root -> new IOException("there is no site at " + root));
    }

    static Finding.Config wrong(Settings.Invalid all) {
        Problem first = all.problems().getFirst();
        int others = all.problems().size() - 1;
        return new Finding.Config(
                first.place().toString(), first.text() + (others > 0 ? " (and " + others + " more)" : ""));
    }

    static Finding.Config wrong(Path file, IOException why) {
        Path yaml = ConfigLoader.yaml(file); // where it is, all of a site stands in it
        return new Finding.Config(String.valueOf(Files.exists(yaml) ? yaml : file), String.valueOf(why.getMessage()));
    }
}
