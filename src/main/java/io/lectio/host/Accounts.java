package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The accounts of `/etc/passwd` and `/etc/group`, by number and by name.
final class Accounts {
    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final Path GROUP = Path.of("/etc/group");
    private static List<Object> lastFiles = List.of();
    private static Accounts last = new Accounts();

    private final Map<Integer, String> users = new HashMap<>();
    private final Map<Integer, String> groups = new HashMap<>();
    private final Map<String, int[]> idsByName = new HashMap<>();
    private final Map<String, Set<Integer>> groupsByMember = new HashMap<>();

    private Accounts() {}

    /// Whether this process is root's.
    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /// Read anew when one of the files is another than the last time.
    static synchronized Accounts read() throws IOException {
        List<Object> files = List.of(
                Files.readAttributes(PASSWD, "unix:ino,ctime,size"),
                Files.readAttributes(GROUP, "unix:ino,ctime,size"));
        if (!files.equals(lastFiles)) {
            last = read(PASSWD, GROUP);
            lastFiles = files;
        }
        return last;
    }

    static Accounts read(Path passwd, Path group) throws IOException {
        Accounts accounts = new Accounts();
        for (String[] fields : lines(passwd, 4)) {
            int uid = Integer.parseInt(fields[2]);
            accounts.users.putIfAbsent(uid, fields[0]);
            accounts.idsByName.putIfAbsent(fields[0], new int[] {uid, Integer.parseInt(fields[3])});
        }
        for (String[] fields : lines(group, 3)) {
            int gid = Integer.parseInt(fields[2]);
            accounts.groups.putIfAbsent(gid, fields[0]);
            for (String member : fields.length > 3 ? fields[3].split(",") : new String[0]) {
                accounts.groupsByMember
                        .computeIfAbsent(member, _ -> new HashSet<>())
                        .add(gid);
            }
        }
        return accounts;
    }

    /// As bytes: a person's name beside the account may be in any encoding, the accounts' own names are ASCII.
    private static List<String[]> lines(Path file, int fields) throws IOException {
        return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
                .map(line -> line.split(":"))
                .filter(parts -> parts.length >= fields && parts[2].matches("\\d{1,9}"))
                .toList();
    }

    Optional<WebUser> find(String name) {
        int[] ids = idsByName.get(name);
        if (ids == null) {
            return Optional.empty();
        }
        Set<Integer> all = new HashSet<>(groupsByMember.getOrDefault(name, Set.of()));
        all.add(ids[1]);
        return Optional.of(new WebUser(name, ids[0], ids[1], all));
    }

    /// A group by its name, or by its number, which need not have one.
    Optional<Integer> group(String name) {
        Optional<Integer> named = groups.entrySet().stream()
                .filter(each -> each.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
        return named.or(
                () -> Optional.of(name).filter(text -> text.matches("\\d{1,9}")).map(Integer::valueOf));
    }

    /// The account of a number, or the number.
    String user(String number) {
        return users.getOrDefault(Integer.valueOf(number), number);
    }

    String owner(Stat stat) {
        return user(String.valueOf(stat.uid())) + ":" + groups.getOrDefault(stat.gid(), String.valueOf(stat.gid()));
    }
}
