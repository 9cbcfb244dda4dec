package io.lectio.control;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.policy.Part;
import java.io.InputStream;
import java.util.SequencedMap;
import java.util.Set;

/// Where nothing can be deployed.
public enum NoDeploys implements Deploys {
    HERE;

    private static Unfit none() {
        return new Unfit("nothing can be deployed here");
    }

    @Override
    public Deploy receive(
            SequencedMap<Part, InputStream> parts, boolean inPlace, String by, boolean force, boolean trial)
            throws Unfit {
        throw none();
    }

    @Override
    public Deploy back(String release, String by, boolean force) throws Unfit {
        throw none();
    }

    @Override
    public Deploy adoption(String by) {
        return Deploy.offer("1", Deploy.Kind.ADOPTED, Set.of(Part.PAGES), "1", "", 0, 0, by, false);
    }

    @Override
    public boolean offer(Deploy deploy) {
        return false;
    }

    @Override
    public long forget() {
        return 0;
    }

    @Override
    public void discard(Deploy deploy) {}
}
