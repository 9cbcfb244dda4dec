package io.lectio.probe;

import io.lectio.core.incident.Level;
import io.lectio.core.policy.Site;
import io.lectio.engine.EventLog;
import io.lectio.engine.PathWatcher;
import io.lectio.host.TreeWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// The web root's file events, by inotify.
public final class WebRootWatcher implements PathWatcher {
    private final TreeWatch watch;

    public WebRootWatcher(Site site, EventLog log) {
        watch = new TreeWatch(site, shortfall -> tell(shortfall, log));
    }

    private static void tell(Optional<String> shortfall, EventLog log) {
        if (shortfall.isPresent()) {
            log.health(
                    Level.WARNING,
                    "some changes are seen by the next round only: " + shortfall.get()
                            + " (sysctl fs.inotify.max_user_watches sets the kernel's limit)");
        } else {
            log.health(Level.INFO, "every folder of the web root is watched again");
        }
    }

    @Override
    public void start(Runnable changed) {
        watch.start(changed);
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
