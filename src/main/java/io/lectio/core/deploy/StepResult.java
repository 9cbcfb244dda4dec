package io.lectio.core.deploy;

/// What a step brought.
public sealed interface StepResult {
    /// One English line for logs and terminals.
    String said();

    record Done(String said) implements StepResult {}

    /// What is live is stored as a release.
    record Stored(String content, int files, long bytes) implements StepResult {
        @Override
        public String said() {
            return files + " files stored";
        }
    }

    /// The release is fit to be served.
    ///
    /// @param migrating what it does to the database; without names nothing
    record Fit(String said, Migrating migrating) implements StepResult {}

    /// The release is not fit to be served.
    record Refused(String said) implements StepResult {}

    /// The step could not do its work.
    record Failed(String said) implements StepResult {}
}
