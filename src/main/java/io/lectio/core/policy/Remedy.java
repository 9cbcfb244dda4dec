package io.lectio.core.policy;

/// What a repair does, as a value: compared by tests, printed by commands, kept by the history.
public sealed interface Remedy {
    String OPEN_PATHS = "open-paths";

    /// The name under which its budget is kept.
    String id();

    /// Gives the web user back what it cannot read: inside the web root owner, 755 and 644 on what is closed; above
    /// it, down from the site root, only the missing search bit.
    record OpenPaths(Site site) implements Remedy {
        @Override
        public String id() {
            return OPEN_PATHS;
        }
    }
}
