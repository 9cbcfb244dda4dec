package io.lectio.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The user as which the web server reads files, with the groups that it really has.
public record WebUser(String name, int uid, int gid, Set<Integer> groups) {
    static final int READ = 4;
    static final int SEARCH = 1;

    public WebUser {
        groups = Set.copyOf(groups);
    }

    /// From a running nginx worker where there is one, since what it holds is what counts; otherwise from the account
    /// files.
    ///
    /// @throws IOException when there is no such user
    public static WebUser lookUp(String name) throws IOException {
        WebUser account = Accounts.read()
                .find(name)
                .orElseThrow(
                        () -> new IOException("there is no user '" + name + "': set LECTIO_WEB_USER to nginx's user"));
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                Set<Integer> held = groupsOfNginx(process, account.uid());
                if (!held.isEmpty()) {
                    return new WebUser(name, account.uid(), account.gid(), held);
                }
            }
        }
        return account;
    }

    private static Set<Integer> groupsOfNginx(Path process, int uid) throws IOException {
        Set<Integer> held = new HashSet<>();
        try {
            if (!Files.readString(process.resolve("comm")).strip().equals("nginx")) {
                return held;
            }
            List<String> status = Files.readAllLines(process.resolve("status"));
            boolean worker = status.stream().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+" + uid + "\\s.*"));
            for (String line : worker ? status : List.<String>of()) {
                if (line.startsWith("Groups:") || line.startsWith("Gid:")) {
                    for (String group :
                            line.substring(line.indexOf(':') + 1).strip().split("\\s+")) {
                        if (!group.isEmpty()) {
                            held.add(Integer.parseInt(group));
                        }
                    }
                }
            }
        } catch (NoSuchFileException e) {
            held.clear(); // the process has ended meanwhile
        } catch (IOException e) {
            if (Files.exists(process)) {
                throw e;
            }
            held.clear();
        }
        return held;
    }
}
