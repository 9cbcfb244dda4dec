package io.lectio.doctor;

import io.lectio.doctor.Point.Group;
import java.util.ArrayList;
import java.util.List;

/// Where the points of one group are noted. One thread's.
public final class Sheet {
    private final String site;
    private final Group group;
    private final List<Point> points = new ArrayList<>();

    public Sheet(String site, Group group) {
        this.site = site;
        this.group = group;
    }

    public void well(String name, String seen) {
        note(name, new Verdict.Well(seen));
    }

    public void advised(String name, String seen, Mend mend) {
        note(name, new Verdict.Advised(seen, mend));
    }

    public void wrong(String name, String seen, Mend mend) {
        note(name, new Verdict.Wrong(seen, mend));
    }

    public void notLookedAt(String name, String why) {
        note(name, new Verdict.NotLookedAt(why));
    }

    public void note(String name, Verdict verdict) {
        points.add(new Point(site, group, name, verdict));
    }

    /// The one or the other, as a point whose words are the same either way.
    public void holds(String name, boolean well, String seen, Mend mend) {
        note(name, well ? new Verdict.Well(seen) : new Verdict.Wrong(seen, mend));
    }

    public List<Point> points() {
        return List.copyOf(points);
    }
}
