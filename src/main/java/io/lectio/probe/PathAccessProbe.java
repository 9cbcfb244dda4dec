package io.lectio.probe;

import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.AccessWalk;
import io.lectio.host.Held;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Looks whether the web user can really reach every folder above and every file below the web root: by mode, owner,
/// all of its groups and access lists.
public final class PathAccessProbe implements Prober {
    private static final Comparator<Denial> REPAIRABLE_THEN_HIGHEST = Comparator.comparing(Denial::repairable)
            .reversed()
            .thenComparingInt(denial -> denial.path().getNameCount())
            .thenComparing(Denial::path);

    private final Site site;

    public PathAccessProbe(Site site) {
        this.site = site;
    }

    @Override
    public Outcome look(List<URI> also) {
        Tally tally = new Tally();
        try {
            int entries = AccessWalk.run(site, WebUser.lookUp(site.webUser()), tally);
            Access access = new Access(site.webUser(), entries, tally.sample(), tally.folders, tally.files);
            return access.deniedTotal() == 0 ? new Passed(access) : new Failed(access);
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }

    /// Counts all denials and keeps a sample that no flood of them can make large.
    private static final class Tally implements AccessWalk.Visitor {
        private final PriorityQueue<Denial> worstFirst = new PriorityQueue<>(REPAIRABLE_THEN_HIGHEST.reversed());
        private int folders;
        private int files;

        @Override
        public void denied(Denial denial, Held held) {
            if (denial.folder()) {
                folders++;
            } else {
                files++;
            }
            worstFirst.add(denial);
            if (worstFirst.size() > Access.SAMPLE) {
                worstFirst.remove();
            }
        }

        @Override
        public void insideClosed(Held held) {
            // what a closed folder hides is readable by its own rights: no denial of its own
        }

        List<Denial> sample() {
            return worstFirst.stream().sorted(REPAIRABLE_THEN_HIGHEST).toList();
        }
    }
}
