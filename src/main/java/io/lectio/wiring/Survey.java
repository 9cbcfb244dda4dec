package io.lectio.wiring;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.Place;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.discovery.Discovery;
import io.lectio.discovery.Findings;
import io.lectio.discovery.YamlText;
import io.lectio.host.NginxFiles;
import io.lectio.host.systemd.Systemd;
import io.lectio.release.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What this host serves, and the `lectio.yaml` that says so: judged before it is laid, and laid in one step. See ADR
/// 32.
public final class Survey {
    private static final DateTimeFormatter TO_A_SECOND = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final Home home;
    private final Findings found;
    private final String yaml;

    private Survey(Home home, Findings found, String yaml) {
        this.home = home;
        this.found = found;
        this.yaml = yaml;
    }

    /// Looks, and changes nothing.
    ///
    /// @throws IOException where nginx does not tell its configuration
    public static Survey of(Home home) throws IOException, InterruptedException {
        try (Systemd systemd = new Systemd()) {
            Findings found = Discovery.of(NginxFiles.read(), new HostWorld(systemd), known(home));
            return new Survey(
                    home,
                    found,
                    YamlText.of(
                            found,
                            List.of(
                                    "Found by `lectio init`. It is yours from now on: a saved change takes effect within 10 s, and",
                                    "`lectio config check` says whether it is good. What has a # before its key is so by default.")));
        }
    }

    /// The names of the sites that are guarded by what the configuration says now.
    private static Map<Path, String> known(Home home) {
        Map<Path, String> known = new HashMap<>();
        try {
            for (SiteSettings site : ConfigLoader.load(home.configuration()).sites()) {
                known.put(site.site().siteRoot(), site.name().orElse(""));
            }
        } catch (Settings.Invalid e) {
            return Map.of(); // what is wrong with it is told when the new one is judged with it
        }
        return known;
    }

    public Findings found() {
        return found;
    }

    public String yaml() {
        return yaml;
    }

    /// Where it belongs.
    public static Path file(Home home) {
        return ConfigLoader.yaml(home.configuration());
    }

    public static boolean isThere(Home home) {
        return Files.exists(file(home), LinkOption.NOFOLLOW_LINKS);
    }

    /// What the guard makes of it, with what `config.env` says.
    ///
    /// @throws Settings.Invalid with all that it would refuse
    public Settings judged() throws IOException, Settings.Invalid {
        Map<String, String> texts = new HashMap<>(Map.of("lectio.yaml", yaml));
        if (Files.exists(home.configuration())) {
            texts.put("config.env", Files.readString(home.configuration()));
        }
        return ConfigLoader.load(home.configuration(), texts);
    }

    /// Whether the sites are guarded so already.
    public boolean saysWhatHolds(Settings judged) {
        try {
            return ConfigLoader.load(home.configuration()).sites().equals(judged.sites());
        } catch (Settings.Invalid e) {
            return false;
        }
    }

    /// The keys of a site in `config.env`, which may not stand there beside a `lectio.yaml`.
    public static Map<String, Place> inEnv(Home home) throws IOException {
        return ConfigLoader.keysOfSites(home.configuration());
    }

    /// @return what the old one is called now, where there was one
    public Optional<Path> lay() throws IOException {
        Path file = file(home);
        Home.makeFolder(home.folder());
        Optional<Path> old = Optional.empty();
        if (isThere(home)) {
            Path beside = file.resolveSibling(
                    "lectio.yaml.before-" + TO_A_SECOND.format(LocalDateTime.now(ZoneId.systemDefault())));
            Files.createLink(beside, file); // with its rights, and no moment in which it is half there
            old = Optional.of(beside);
        }
        Disk.REAL.write(file, yaml.lines().toList());
        return old;
    }
}
