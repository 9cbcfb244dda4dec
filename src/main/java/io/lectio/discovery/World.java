package io.lectio.discovery;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is asked of the host; nothing of it is changed, and nothing of the site's code is run.
public interface World {
    /// Who listens.
    ///
    /// @param process as `gunicorn (123)`
    /// @param unit the service that it belongs to; empty for a process of nobody's
    record Listener(String process, Optional<String> unit) {}

    /// @param address `127.0.0.1:8000`, or the path of a socket
    Optional<Listener> listening(String address);

    /// A service as systemd has it.
    ///
    /// @param user empty for root
    /// @param environment its own, and that of its files
    /// @param gunicorn whether its command is one of gunicorn
    /// @param target what gunicorn serves, `panel.wsgi:application`; empty where its command does not tell
    /// @param folder in which it runs
    record Service(
            String user,
            Map<String, String> environment,
            List<String> command,
            boolean gunicorn,
            String target,
            Path folder) {
        public Service {
            environment = Map.copyOf(environment);
            command = List.copyOf(command);
        }
    }

    /// Empty where systemd tells nothing of it.
    Optional<Service> service(String unit);

    /// The user of nginx's workers, where some are at work.
    Optional<String> workers();

    boolean exists(Path path);

    /// The beginning of a file; empty where it cannot be read.
    Optional<String> text(Path file);

    /// Whether a folder has nothing but the page that a package lays there.
    boolean hasDefaultPageOnly(Path folder);

    /// What came of a question through the web server.
    enum Health {
        WELL,
        /// Something answers there, but not so.
        NOT,
        /// Nobody does, or a server's error.
        DOWN
    }

    /// @param server the address that is asked
    Health health(String server, URI page, URI api);
}
