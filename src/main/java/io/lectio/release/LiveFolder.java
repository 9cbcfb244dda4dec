package io.lectio.release;

import io.lectio.host.Folders;
import io.lectio.host.Folders.Mark;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// The folder that is served. At each instant its name is that of one whole release: a switch is one system call.
/// Which one it is, its inode tells: what lies in it, the web user can write.
final class LiveFolder {
    private final Places places;

    LiveFolder(Places places) {
        this.places = places;
    }

    boolean isThere() throws IOException {
        return Folders.mark(places.live()).filter(Mark::folder).isPresent();
    }

    /// Whether this release is the one that is served, as far as it was staged here.
    boolean is(String release) throws IOException {
        return isIn(places.live(), release);
    }

    /// Whether this is the folder in which a release was staged. A folder that is not there is that of none, and a
    /// release that was never staged is in none.
    boolean isIn(Path folder, String release) throws IOException {
        Optional<String> noted = staged(release);
        return noted.isPresent() && noted.equals(Folders.mark(folder).map(mark -> String.valueOf(mark.inode())));
    }

    private Optional<String> staged(String release) throws IOException {
        try {
            return Optional.of(Files.readString(places.staged(release)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Notes which folder a release was staged in, before anything of it can be live. A folder that is deleted leaves
    /// its number to a later one: what another release says of this number is long untrue.
    void stagedIn(String release) throws IOException {
        String inode = String.valueOf(Folders.mark(places.stage(release))
                .orElseThrow(() -> new NoSuchFileException(places.stage(release).toString()))
                .inode());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(places.releases())) {
            for (Path each : all) {
                String other = String.valueOf(each.getFileName());
                if (staged(other).equals(Optional.of(inode))) {
                    Files.delete(places.staged(other));
                }
            }
        }
        Files.writeString(places.staged(release), inode);
    }

    /// @throws IOException where a rename between here and the store is impossible
    void requireOneMount() throws IOException {
        Optional<Mark> live = Folders.mark(places.live());
        Optional<Mark> there = live.isPresent() ? live : Folders.mark(Folders.above(places.live()));
        long store = Folders.mark(places.store()).orElseThrow().mount();
        if (live.filter(Mark::link).isPresent()) {
            throw new IOException(
                    places.live() + " is a link that is not followed: it must have led, since the guard began, in one"
                            + " step to a folder below the site root, and nobody but root may write in the folders above"
                            + " either; or put the real folder into config.env (LECTIO_WEB_ROOT)");
        }
        if (there.isEmpty() || there.get().mount() != store) {
            throw new IOException(places.live() + " is on another mount than " + places.store()
                    + ", so that it cannot be exchanged in one step");
        }
    }

    /// Makes the staged release live, if it is not; what was live is in its place then. It is synced in either case:
    /// whoever begins this anew does not know whether that was done.
    void take(String release) throws IOException {
        if (!is(release)) {
            if (Thread.interrupted()) {
                throw new IOException("its time was over");
            }
            if (Folders.mark(places.live()).isPresent()) { // be it a link that was put in its place
                Folders.exchange(places.stage(release), places.live());
            } else {
                Folders.move(places.stage(release), places.live());
            }
        }
        Folders.sync(Folders.above(places.live()));
    }

    /// Makes live what was so before this release, if this one is live, and syncs as [#take] does.
    ///
    /// @return false where there was nothing before
    boolean giveBack(String release) throws IOException {
        if (!is(release)) {
            returnWhatIsGone(release);
        } else if (Folders.mark(places.stage(release)).isPresent()) {
            Folders.exchange(places.stage(release), places.live());
        } else {
            return false;
        }
        Folders.sync(Folders.above(places.live()));
        return true;
    }

    /// Somebody has removed this release after it became live.
    private void returnWhatIsGone(String release) throws IOException {
        Optional<Mark> kept = Folders.mark(places.stage(release));
        boolean before = kept.isPresent()
                && !staged(release).equals(Optional.of(String.valueOf(kept.get().inode())));
        if (before && Folders.mark(places.live()).isEmpty()) {
            Folders.move(places.stage(release), places.live());
        }
    }
}
