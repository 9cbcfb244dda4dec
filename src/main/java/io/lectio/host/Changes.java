package io.lectio.host;

import static java.time.temporal.ChronoUnit.SECONDS;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What has changed since something was last good, and who was here before that.
///
/// @param files the newest first
/// @param more how many more there are
/// @param packages what the package manager has done, the newest first
public record Changes(
        List<Change> files, int more, List<Packaged> packages, Optional<Login> login, Optional<Checkout> checkout) {
    /// @param folder whether it is a folder whose files are all as they were: something is gone from it, it is another
    ///     one, or it has other rights
    public record Change(String file, Instant at, String owner, boolean folder) {}

    /// @param what was done, as `upgrade nginx`
    public record Packaged(String what, Instant at) {}

    /// By ssh.
    public record Login(String user, String from, Instant at) {}

    /// What git last did to the working copy.
    public record Checkout(String who, String what, Instant at) {}

    public Changes {
        files = List.copyOf(files);
        packages = List.copyOf(packages);
    }

    public boolean isEmpty() {
        return files.isEmpty() && packages.isEmpty() && login.isEmpty() && checkout.isEmpty();
    }

    /// One English line for logs and the history.
    public String inWords() {
        List<String> what = new ArrayList<>();
        files.forEach(each -> what.add(each.file() + " (" + (each.folder() ? "the folder, " : "")
                + each.at().truncatedTo(SECONDS) + ", " + each.owner() + ")"));
        if (more > 0) {
            what.add(more + " more");
        }
        packages.forEach(each -> what.add(each.what() + " (" + each.at() + ")"));
        List<String> who = new ArrayList<>();
        login.ifPresent(last -> who.add("ssh login of " + last.user() + " from " + last.from() + " at " + last.at()));
        checkout.ifPresent(last -> who.add("git: " + last.what() + " by " + last.who() + " at " + last.at()));
        List<String> parts = new ArrayList<>();
        if (!what.isEmpty()) {
            parts.add("changed since the last good state: " + String.join(", ", what));
        }
        if (!who.isEmpty()) {
            parts.add("before that: " + String.join("; ", who));
        }
        return String.join("; ", parts);
    }
}
