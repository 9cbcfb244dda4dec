package io.lectio.engine;

import io.lectio.core.GuardState.Durable;
import java.io.IOException;

/// Port: the durable part of the state. A save that returns has reached the disk, whole; one that throws has changed
/// nothing.
public interface StateStore {
    Durable load() throws IOException;

    void save(Durable durable) throws IOException;
}
