package io.lectio.control;

import io.lectio.core.deploy.Deploy;
import java.io.InputStream;

/// Where nothing can be deployed.
public enum NoDeploys implements Deploys {
    HERE;

    private static Unfit none() {
        return new Unfit("nothing can be deployed here");
    }

    @Override
    public Deploy receive(InputStream build, String by, boolean force, boolean trial) throws Unfit {
        throw none();
    }

    @Override
    public Deploy back(String release, String by, boolean force) throws Unfit {
        throw none();
    }

    @Override
    public Deploy adoption(String by) {
        return Deploy.offer("1", Deploy.Kind.ADOPTED, "1", "", 0, 0, by, false);
    }

    @Override
    public boolean offer(Deploy deploy) {
        return false;
    }

    @Override
    public void discard(Deploy deploy) {}
}
