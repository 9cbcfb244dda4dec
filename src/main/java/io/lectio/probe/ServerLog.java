package io.lectio.probe;

import io.lectio.host.AppLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// What a server has written of an answer that it failed to give: the application of one of its own, nginx of what
/// stands behind it.
final class ServerLog {
    private static final Path NGINX = Path.of("/var/log/nginx/error.log");
    private static final Set<Integer> OF_NGINX = Set.of(403, 502, 503, 504);
    private static final int SERVER_ERROR = 500;

    private ServerLog() {}

    /// Of a page that nginx serves by itself.
    static Optional<String> ofPage(int status) {
        return status >= SERVER_ERROR || OF_NGINX.contains(status) ? ofNginx() : Optional.empty();
    }

    /// Of the application.
    ///
    /// @param log its own
    static Optional<String> of(int status, Path log) {
        if (OF_NGINX.contains(status)) {
            return ofNginx();
        }
        return status < SERVER_ERROR ? Optional.empty() : read(log).exceptionsName();
    }

    private static Optional<String> ofNginx() {
        return read(NGINX).errorOfNginx();
    }

    /// A log that cannot be read says nothing.
    private static AppLog read(Path log) {
        try {
            return AppLog.end(log);
        } catch (IOException e) {
            return AppLog.NONE;
        }
    }
}
