package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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

    /// From a running nginx worker where there is one, since what it holds is what counts; otherwise, where it is the
    /// user of this process, from this process; otherwise from the account files.
    ///
    /// @param name of an account, or this process's own number, which may have none
    /// @throws IOException when there is no such user
    public static WebUser lookUp(String name) throws IOException {
        WebUser self = self(name);
        WebUser account = Accounts.read()
                .find(name)
                .or(() -> Optional.of(self).filter(own -> name.equals(String.valueOf(own.uid()))))
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
        return account.uid() == self.uid() ? self : account;
    }

    /// As whom systemd runs a service.
    ///
    /// @param user a name or a number
    /// @param group empty for the user's own
    /// @param more its further groups
    /// @throws IOException when there is no such user or group
    public static WebUser ofService(String user, String group, List<String> more) throws IOException {
        Accounts accounts = Accounts.read();
        String name = user.matches("\\d{1,9}") ? accounts.user(user) : user;
        WebUser account =
                accounts.find(name).orElseThrow(() -> new IOException("there is no account of user '" + user + "'"));
        Set<Integer> groups = new HashSet<>(account.groups());
        List<Integer> numbers = new ArrayList<>();
        for (String each : more) {
            numbers.add(number(accounts, each));
        }
        int own = group.isEmpty() ? account.gid() : number(accounts, group);
        groups.addAll(numbers);
        groups.add(own);
        return new WebUser(name, account.uid(), own, groups);
    }

    private static int number(Accounts accounts, String group) throws IOException {
        return accounts.group(group).orElseThrow(() -> new IOException("there is no group '" + group + "'"));
    }

    /// As whom a site of our own works: root has nobody for it, anybody else only itself.
    public static String ofOurs() throws IOException {
        String number = String.valueOf(self("").uid());
        return Accounts.isRoot() ? "nobody" : Accounts.read().user(number);
    }

    /// The user of a process, with what it really holds; empty where it has ended.
    public static Optional<WebUser> of(int pid) {
        Path process = Path.of("/proc", Integer.toString(pid));
        try {
            List<String> status = Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1);
            int uid = (Integer) Files.getAttribute(process, "unix:uid");
            int gid = (Integer) Files.getAttribute(process, "unix:gid");
            return Optional.of(new WebUser(Accounts.read().user(String.valueOf(uid)), uid, gid, groups(status)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// The account of a number, with its groups; without one the number alone.
    static WebUser ofNumber(int uid, int gid) throws IOException {
        String name = Accounts.read().user(String.valueOf(uid));
        return Accounts.read()
                .find(name)
                .filter(account -> account.uid() == uid)
                .orElse(new WebUser(name, uid, gid, Set.of(gid)));
    }

    private static WebUser self(String name) throws IOException {
        Path self = Path.of("/proc/self");
        List<String> status = Files.readAllLines(self.resolve("status"), StandardCharsets.ISO_8859_1);
        int uid = (Integer) Files.getAttribute(self, "unix:uid");
        int gid = (Integer) Files.getAttribute(self, "unix:gid");
        return new WebUser(name, uid, gid, groups(status));
    }

    /// What proc says is bytes: a program's name may be cut in the middle of a letter. A process that cannot be read
    /// has ended, or is hidden, and is no worker for this look.
    private static Set<Integer> groupsOfNginx(Path process, int uid) {
        try {
            if (!Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                    .strip()
                    .equals("nginx")) {
                return Set.of();
            }
            List<String> status = Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1);
            boolean worker = status.stream().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+" + uid + "\\s.*"));
            return worker ? groups(status) : Set.of();
        } catch (IOException e) {
            return Set.of();
        }
    }

    private static Set<Integer> groups(List<String> status) {
        Set<Integer> held = new HashSet<>();
        for (String line : status) {
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
    }
}
