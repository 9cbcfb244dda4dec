package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The local file systems, and how full they are. Sources: proc(5) on mountinfo, statvfs(3).
public final class FileSystems {
    /// Asking one of these may wait for another machine for ever.
    private static final Pattern REMOTE = Pattern.compile("nfs.*|cifs|smb.*|9p|ceph|afs|glusterfs|fuse\\..*|autofs");

    private final List<Mount> mounts;

    private FileSystems(List<Mount> mounts) {
        this.mounts = mounts;
    }

    /// How full a file system is.
    ///
    /// @param free bytes that are left to who is not root
    /// @param inodes 0 where it makes them as it needs them
    /// @param readOnly whether nobody can write to it, by whatever mount
    public record Room(Path mount, long total, long used, long free, long inodes, long freeInodes, boolean readOnly) {
        /// As df(1) reckons it: of what is not kept for root.
        public int usedPercent() {
            return percent(used, used + free);
        }

        public int usedInodesPercent() {
            return percent(inodes - freeInodes, inodes);
        }

        private static int percent(long part, long whole) {
            return whole == 0 ? 0 : (int) Math.ceilDiv(part * 100, whole);
        }
    }

    private record Mount(Path at, String type, boolean readOnly) {
        /// Fields by proc(5); a blank in a name is written as an octal escape.
        static Mount of(String line) {
            String[] halves = line.split(" - ", 2);
            String[] after = halves[1].split(" ");
            String at = halves[0]
                    .split(" ")[4]
                    .replace("\\040", " ")
                    .replace("\\011", "\t")
                    .replace("\\134", "\\");
            return new Mount(Path.of(at), after[0], List.of(after[2].split(",")).contains("ro"));
        }
    }

    /// As they are mounted now.
    public static FileSystems read() throws IOException {
        return new FileSystems(Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8).stream()
                .map(Mount::of)
                .toList());
    }

    /// Where something is mounted; none where that cannot be told.
    public static Set<Path> mounts() {
        try {
            return read().mounts.stream().map(Mount::at).collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    /// Each once, in the order of their names; a folder that is not there counts as its parent.
    public List<Room> of(Collection<Path> folders) throws IOException {
        Map<Path, Mount> wanted = new TreeMap<>();
        folders.forEach(folder -> under(folder).ifPresent(mount -> wanted.put(mount.at(), mount)));
        List<Room> rooms = new ArrayList<>();
        try (Kernel kernel = new Kernel()) {
            for (Mount mount : wanted.values()) {
                if (!REMOTE.matcher(mount.type()).matches()) {
                    long[] room = kernel.room(mount.at().toString().getBytes(StandardCharsets.UTF_8));
                    long block = room[0];
                    rooms.add(new Room(
                            mount.at(),
                            room[1] * block,
                            (room[1] - room[2]) * block,
                            room[3] * block,
                            room[4],
                            room[5],
                            mount.readOnly()));
                }
            }
        }
        return rooms;
    }

    /// Of several mounts at one place the last one counts.
    private Optional<Mount> under(Path folder) {
        return mounts.stream()
                .filter(mount -> folder.startsWith(mount.at()))
                .reduce((one, other) -> other.at().getNameCount() >= one.at().getNameCount() ? other : one);
    }
}
