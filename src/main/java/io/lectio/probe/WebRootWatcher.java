package io.lectio.probe;

import io.lectio.core.policy.Site;
import io.lectio.engine.PathWatcher;
import io.lectio.host.TreeWatch;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The web root's file events, by inotify.
public final class WebRootWatcher implements PathWatcher {
    private final TreeWatch watch;

    public WebRootWatcher(Site site) throws IOException {
        watch = new TreeWatch(site);
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
