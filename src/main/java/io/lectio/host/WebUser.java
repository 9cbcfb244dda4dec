package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The user as which the web server reads files, with the groups that it really has.
public record WebUser(String name, int uid, int gid, Set<Integer> groups) {
    static final int READ = 4;
    static final int SEARCH = 1;

    /// The worker that was found last, asked first, so that not all of proc is read each time.
    private static volatile Path worker = Path.of("/proc/self");

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
        Set<Integer> still = groupsOfNginx(worker, account.uid());
        if (!still.isEmpty()) {
            return new WebUser(name, account.uid(), account.gid(), still);
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                Set<Integer> held = groupsOfNginx(process, account.uid());
                if (!held.isEmpty()) {
                    worker = process;
                    return new WebUser(name, account.uid(), account.gid(), held);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return account;
    }

    /// What proc says is bytes: a program's name may be cut in the middle of a letter. A process that cannot be read
    /// has ended, or is hidden, and is no worker for this look.
    private static Set<Integer> groupsOfNginx(Path process, int uid) {
        Set<Integer> held = new HashSet<>();
        try {
            if (!Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                    .strip()
                    .equals("nginx")) {
                return held;
            }
            List<String> status = Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1);
            boolean worker = status.stream().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+" + uid + "\\s.*"));
            for (String line : worker ? status : List.<String>of()) {
                if (line.startsWith("Groups:") || line.startsWith("Gid:")) {
                    for (String group :
                            line.substring(line.indexOf(':') + 1).strip().split("\\s+")) {
                        if (!group.isEmpty()) {
                            held.add(Integer.parseUnsignedInt(group));
                        }
                    }
                }
            }
            return held;
        } catch (IOException e) {
            return Set.of();
        }
    }
}
