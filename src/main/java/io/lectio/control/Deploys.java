package io.lectio.control;

import io.lectio.core.deploy.Deploy;
import java.io.IOException;
import java.io.InputStream;

/// Port: what the socket hands in to be deployed.
public interface Deploys {
    /// Takes in a build, and makes of it what can be offered.
    ///
    /// @param trial whether it is only to be examined
    /// @throws Unfit where it is refused, with the reason; nothing of it is left then
    Deploy receive(InputStream build, String by, boolean force, boolean trial) throws Unfit, IOException;

    /// What goes back to a release, or stores what is live, if that is to be had.
    ///
    /// @param release empty for the last that was verified
    Deploy back(String release, String by, boolean force) throws Unfit, IOException;

    Deploy adoption(String by) throws IOException;

    /// @return whether the guard has room for it
    boolean offer(Deploy deploy);

    /// Forgets what was taken in, where it was not taken up.
    void discard(Deploy deploy) throws IOException;

    /// It is not to be deployed, whoever asks.
    final class Unfit extends Exception {
        private static final long serialVersionUID = 1;

        public Unfit(String why) {
            super(why);
        }
    }
}
