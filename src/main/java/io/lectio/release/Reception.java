package io.lectio.release;

import io.lectio.core.policy.PrivatePatterns;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Takes in what somebody wants to deploy.
public final class Reception {
    private final Places places;
    private final String mark;
    private final UnaryOperator<Collection<String>> own;

    /// @param mark the file at the top by which it is known
    /// @param own those paths that a release has
    private Reception(Places places, String mark, UnaryOperator<Collection<String>> own) {
        this.places = places;
        this.mark = mark;
        this.own = own;
    }

    /// @param privates names that are left out: pages are open to everybody
    public static Reception ofPages(Places places, PrivatePatterns privates) {
        return new Reception(
                places,
                Build.PAGE,
                paths -> paths.stream()
                        .filter(path -> !path.equals(Places.ID_FILE) && !isPrivate(path, privates))
                        .toList());
    }

    public static Reception ofCode(Places places, CodeFiles code) {
        return new Reception(places, CodeFiles.MANAGE, code::among);
    }

    /// Vite's list of its files is no secret.
    private static boolean isPrivate(String path, PrivatePatterns privates) {
        return !path.startsWith(".vite/") && Stream.of(path.split("/")).anyMatch(privates::covers);
    }

    /// @param content see [Manifest#content]
    public record Received(String content, int files, long bytes) {}

    /// A name like this one that no release has.
    public String free(String wanted) throws IOException {
        places.prepare();
        String name = wanted;
        for (int more = 2; Files.exists(places.release(name)) || Files.exists(places.incoming(name)); more++) {
            name = wanted + "-" + more;
        }
        return name;
    }

    public void discard(String release) throws IOException {
        Places.delete(places.incoming(release));
    }

    /// @param release the id that it is to have
    /// @param build a tar, tar.gz or zip of the build, or of one folder that is it
    /// @throws BadArchive where it is refused; nothing of it is left
    public Received take(String release, InputStream build) throws BadArchive, IOException {
        places.prepare();
        Path part = places.incoming(release + ".part");
        try {
            Places.delete(part); // of one that was cut off
            Path files = part.resolve("files");
            Files.createDirectories(files);
            long room = Files.getFileStore(part).getUsableSpace() / 3; // as it came, as it is kept, as it is served
            Bounds usual = Bounds.USUAL;
            Bounds bounds = new Bounds(
                    Manifest.MOST, usual.nameBytes(), Math.max(1, Math.min(usual.bytes(), room)), usual.ratio());
            List<Unpacked.Entry> all = Archive.unpack(build, files, bounds).entries();
            String top = top(all);
            if (!top.isEmpty()) {
                Files.move(files.resolve(top), part.resolve("build"));
                Places.delete(files);
                Files.move(part.resolve("build"), files);
            }
            List<Manifest.Entry> entries = all.stream()
                    .map(entry ->
                            new Manifest.Entry(entry.path().substring(top.length()), entry.bytes(), entry.sha256(), 0))
                    .toList();
            Set<String> kept = new HashSet<>(
                    own.apply(entries.stream().map(Manifest.Entry::path).toList()));
            Manifest manifest = new Manifest(entries.stream()
                    .filter(entry -> kept.contains(entry.path()))
                    .toList());
            manifest.write(part.resolve("manifest"));
            Files.move(part, places.incoming(release));
            return new Received(manifest.content(), manifest.entries().size(), manifest.bytes());
        } finally {
            Places.delete(part);
        }
    }

    /// The one folder that all is in, with its `/`, where the page is only there.
    private String top(List<Unpacked.Entry> all) throws BadArchive {
        Set<String> paths = all.stream().map(Unpacked.Entry::path).collect(Collectors.toSet());
        if (paths.contains(mark)) {
            return "";
        }
        Set<String> tops = paths.stream()
                .map(path -> path.contains("/") ? path.substring(0, path.indexOf('/') + 1) : "")
                .collect(Collectors.toSet());
        String top = tops.size() == 1 ? tops.iterator().next() : "";
        if (top.isEmpty() || !paths.contains(top + mark)) {
            throw new BadArchive("it has no " + mark + " at its top, so it is not what is deployed here");
        }
        return top;
    }
}
