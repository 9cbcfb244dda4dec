package io.lectio.probe;

import io.lectio.core.policy.Site;
import io.lectio.engine.PathWatcher;
import io.lectio.host.TreeWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/// The web root's file events, by inotify.
public final class WebRootWatcher implements PathWatcher {
    private final TreeWatch watch;

    public WebRootWatcher(Site site) {
        watch = new TreeWatch(site);
    }

    /// Why not every folder is watched, if so.
    public Optional<String> shortfall() {
        return watch.shortfall();
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
