package io.lectio.repair;

import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Site;
import io.lectio.host.AccessWalk;
import io.lectio.host.Held;
import io.lectio.host.KernelException;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Opens what is closed to the web user, and nothing else: inside the web root the closed entries and what lies below
/// a closed folder become the web user's, 755 and 644; above it a folder gets its missing search bit; higher than the
/// site root nothing is touched. Every change is in the journal before it is made.
public final class PathRepairer {
    private final Path journals;

    /// @param journals the folder for the journals, one file a repair; made when first needed
    public PathRepairer(Path journals) {
        this.journals = journals;
    }

    /// @param name a short name for the journal of this repair, fit for a file name
    public RepairResult run(Remedy.OpenPaths remedy, String name) {
        Site site = remedy.site();
        try (ChangeJournal journal = ChangeJournal.create(journals, name)) {
            Opening opening = new Opening(journal);
            AccessWalk.run(site, WebUser.lookUp(site.webUser()), opening);
            return opening.result();
        } catch (IOException e) {
            return new RepairResult.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static final class Opening implements AccessWalk.Visitor {
        private final ChangeJournal journal;
        private final List<RepairResult.Change> sample = new ArrayList<>();
        private int folders;
        private int files;
        private int skipped;
        private Optional<String> refusal = Optional.empty();

        Opening(ChangeJournal journal) {
            this.journal = journal;
        }

        @Override
        public void denied(Denial denial, Held held) throws IOException {
            if (!denial.repairable()) {
                skipped++;
                return;
            }
            apply(held, denial.place() == Place.ABOVE ? held.toSearchable() : held.toPlan());
        }

        @Override
        public void insideClosed(Held held) throws IOException {
            Optional<Held.Change> change = held.toPlan();
            if (change.isPresent()) {
                apply(held, change);
            }
        }

        private void apply(Held held, Optional<Held.Change> change) throws IOException {
            if (change.isEmpty()) {
                skipped++;
                return;
            }
            Held.Change due = change.get();
            journal.write(due.path(), due.before(), due.after());
            Optional<String> undone = tryTo(held, due);
            if (undone.isPresent()) {
                journal.write(due.path(), "not done", undone.get());
                skipped++;
                return;
            }
            if (due.isFolder()) {
                folders++;
            } else {
                files++;
            }
            if (sample.size() < RepairResult.Changed.SAMPLE) {
                sample.add(new RepairResult.Change(due.path(), due.before(), due.after()));
            }
        }

        /// One entry that refuses (immutable, read-only) does not keep the others from being opened.
        private Optional<String> tryTo(Held held, Held.Change due) {
            try {
                return held.apply(due) ? Optional.empty() : Optional.of("it is another entry by now");
            } catch (KernelException e) {
                String reason = due.path() + ": " + e.getMessage();
                refusal = refusal.or(() -> Optional.of(reason));
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }

        RepairResult result() {
            if (folders + files == 0 && refusal.isPresent()) {
                return new RepairResult.Failed("nothing could be opened: " + refusal.get());
            }
            return new RepairResult.Changed(folders, files, sample, skipped, journal.file());
        }
    }
}
