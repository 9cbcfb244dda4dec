package io.lectio.config;

import io.lectio.core.policy.Language;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;

/// What `config.env` and `lectio.yaml` say, checked.
///
/// @param sites at least one
public record Settings(List<SiteSettings> sites, Language language, Channels channels, List<Problem> warnings) {
    public Settings {
        sites = List.copyOf(sites);
        warnings = List.copyOf(warnings);
    }

    /// What is guarded, and how.
    ///
    /// @param name what the owner calls it, if so
    /// @param copies empty where it has no SQLite database
    public record SiteSettings(Optional<String> name, Policy policy, Optional<CopyPlan> copies) {
        public Site site() {
            return policy.site();
        }

        public Services services() {
            return policy.services();
        }

        public String label() {
            return name.orElse(String.valueOf(site().page().getHost()));
        }
    }

    /// The copies of a SQLite database.
    ///
    /// @param at when the daily one is made, if at all
    /// @param to another host's folder for each of them, as `user@host:folder`
    public record CopyPlan(
            Path folder,
            Path database,
            Optional<LocalTime> at,
            int daily,
            int weekly,
            int monthly,
            Optional<String> to) {}

    /// The same for one of its sites alone.
    public Settings of(SiteSettings site) {
        return new Settings(List.of(site), language, channels, List.of());
    }

    public boolean hasSeveral() {
        return sites.size() > 1;
    }

    /// The ways to the owner, and what goes by them unasked.
    ///
    /// @param webhook its address, which most have their key in
    /// @param heartbeat the address of an outside watcher
    /// @param alive when the daily sign of life is told, if at all
    public record Channels(
            Optional<Telegram> telegram,
            Optional<Mail> mail,
            Optional<Secret> webhook,
            Optional<Secret> heartbeat,
            Optional<LocalTime> alive) {}

    /// @param server `smtp://host:port` or `smtps://host:port`
    public record Mail(URI server, Optional<String> user, Secret password, String from, List<String> to) {
        public Mail {
            to = List.copyOf(to);
        }
    }

    /// @param proxy may hold a password, so it is never printed
    /// @param clock whether this machine's clock is compared with its server's
    public record Telegram(Secret token, String chat, URI api, Optional<URI> proxy, boolean clock) {
        @Override
        public String toString() {
            return "Telegram[chat=" + chat + ", api=" + api + ", proxy=" + (proxy.isPresent() ? "[secret]" : "none")
                    + "]";
        }
    }

    /// @param line from 1; 0 when it is about the file as a whole
    /// @param column from 1; 0 where it says nothing
    public record Place(String file, int line, int column) {
        /// All of a file.
        Place(Path file) {
            this(file.toString(), 0, 0);
        }

        @Override
        public String toString() {
            return file + (line > 0 ? ":" + line : "") + (column > 0 ? ":" + column : "");
        }
    }

    public record Problem(Place place, String text) {
        Problem(String file, int line, String text) {
            this(new Place(file, line, 0), text);
        }

        @Override
        public String toString() {
            return place + ": " + text;
        }
    }

    /// All that is wrong with a configuration, at once.
    public static final class Invalid extends Exception {
        private static final long serialVersionUID = 1;
        private final transient List<Problem> problems;

        Invalid(List<Problem> problems) {
            super(String.join("\n", problems.stream().map(Problem::toString).toList()));
            this.problems = List.copyOf(problems);
        }

        public List<Problem> problems() {
            return problems;
        }
    }
}
