package io.lectio.core.deploy;

import java.util.List;

/// What a release's code does to the database before it works with it.
///
/// @param names of the migrations, in their order
/// @param oldRuns whether the code before works with the database that they leave behind
public record Migrating(List<String> names, boolean oldRuns) {
    public Migrating {
        names = List.copyOf(names);
    }
}
