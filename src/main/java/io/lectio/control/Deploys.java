package io.lectio.control;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.policy.Part;
import java.io.IOException;
import java.io.InputStream;
import java.util.SequencedMap;

/// Port: what the socket hands in to be deployed.
public interface Deploys {
    /// Takes in archives, one after the other, and makes of them what can be offered.
    ///
    /// @param inPlace whether the code is deployed as it lies in the live folder
    /// @param trial whether it is only to be examined
    /// @throws Unfit where it is refused, with the reason; nothing of it is left then
    Deploy receive(SequencedMap<Part, InputStream> parts, boolean inPlace, String by, boolean force, boolean trial)
            throws Unfit, IOException;

    /// What goes back to a release, or stores what is live, if that is to be had.
    ///
    /// @param release empty for the last that was verified
    Deploy back(String release, String by, boolean force) throws Unfit, IOException;

    Deploy adoption(String by) throws IOException;

    /// @return whether the guard has room for it
    boolean offer(Deploy deploy);

    /// Deletes what is stored of releases that nobody knows any more.
    ///
    /// @return how many bytes that has given back
    long forget() throws IOException, InterruptedException;

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
