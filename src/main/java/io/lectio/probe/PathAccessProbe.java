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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Looks whether the web user can really reach every folder above and every file below the web root: by mode, owner,
/// all of its groups and access lists.
public final class PathAccessProbe implements Prober {
    private static final Comparator<Denial> HIGHEST = Comparator.<Denial>comparingInt(
                    denial -> denial.path().getNameCount())
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
            Access access = tally.access(site.webUser(), entries);
            return access.deniedTotal() == 0 ? new Passed(access) : new Failed(access);
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }

    /// Counts all denials and keeps samples that no flood of them can make large.
    private static final class Tally implements AccessWalk.Visitor {
        private final Sample repairable = new Sample();
        private final Sample leftAlone = new Sample();

        @Override
        public void denied(Denial denial, Held held) {
            (denial.repairable() ? repairable : leftAlone).add(denial);
        }

        @Override
        public void insideClosed(Held held) {
            // what a closed folder hides is readable by its own rights: no denial of its own
        }

        Access access(String webUser, int entries) {
            List<Denial> all = new ArrayList<>(repairable.highestFirst());
            all.addAll(leftAlone.highestFirst());
            return new Access(webUser, entries, all, repairable.count + leftAlone.count, leftAlone.count);
        }
    }

    private static final class Sample {
        private final PriorityQueue<Denial> lowestFirst = new PriorityQueue<>(HIGHEST.reversed());
        private int count;

        void add(Denial denial) {
            count++;
            lowestFirst.add(denial);
            if (lowestFirst.size() > Access.SAMPLE) {
                lowestFirst.remove();
            }
        }

        List<Denial> highestFirst() {
            return lowestFirst.stream().sorted(HIGHEST).toList();
        }
    }
}
