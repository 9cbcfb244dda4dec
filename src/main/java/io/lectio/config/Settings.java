package io.lectio.config;

import io.lectio.core.policy.Language;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import java.net.URI;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;

/// What `config.env` says, checked.
public record Settings(
        Site site,
        Services services,
        int repairsPerHour,
        Language language,
        Channels channels,
        List<Problem> warnings) {
    public Settings {
        warnings = List.copyOf(warnings);
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
    public record Telegram(Secret token, String chat, URI api, Optional<URI> proxy) {
        @Override
        public String toString() {
            return "Telegram[chat=" + chat + ", api=" + api + ", proxy=" + (proxy.isPresent() ? "[secret]" : "none")
                    + "]";
        }
    }

    /// @param line from 1; 0 when it is about the file as a whole
    public record Problem(String file, int line, String text) {
        @Override
        public String toString() {
            return file + (line > 0 ? ":" + line : "") + ": " + text;
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
