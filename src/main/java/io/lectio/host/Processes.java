package io.lectio.host;

import io.lectio.core.health.ProcessView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The processes of a control group, as proc(5) and cgroups(7) show them. One that ends while it is read is left out.
public final class Processes {
    private static final int DEEPEST = 16;
    /// `USER_HZ`, which Linux has fixed for everything but the Alpha.
    private static final long TICKS_A_SECOND = 100;

    /// Its name in the kernel.
    public static final String PINGER = "lectio-alive";

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    /// Of proc_pid_limits(5), the soft one.
    private static final Pattern MOST_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d{1,9}) ");

    private static final Pattern SERVICE =
            Pattern.compile("(?m)^0::(?!/user\\.slice/)(?:/[^/\n]+)*?/([^/\n]+\\.service)(?:/|$)");

    private static final List<String> PACKAGE_LOCKS =
            List.of("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock");

    private final Path groups;
    private final Path proc;

    public Processes() {
        this(Path.of("/sys/fs/cgroup"), Path.of("/proc"));
    }

    Processes(Path groups, Path proc) {
        this.groups = groups;
        this.proc = proc;
    }

    /// Those of a group and of the groups in it; none where there is no such group.
    ///
    /// @param group such as `/system.slice/nginx.service`
    public List<ProcessView> of(String group) throws IOException {
        if (group.isEmpty()) {
            return List.of(); // a unit that has no group, not the group of all
        }
        Set<Integer> pids = new HashSet<>();
        addAll(groups.resolve(group.replaceFirst("^/+", "")), pids, 0);
        return of(pids);
    }

    /// What keeps systemd's watchdog quiet, of a group: a loop, and what begins it again.
    public Set<Integer> pinger(String group) {
        Set<Integer> pids = new HashSet<>();
        addAll(groups.resolve(group.replaceFirst("^/+", "")), pids, 0);
        pids.removeIf(pid -> !named(pid).startsWith(PINGER + " "));
        return pids;
    }

    public List<ProcessView> of(Set<Integer> pids) throws IOException {
        Instant booted = booted();
        List<ProcessView> views = new ArrayList<>();
        for (int pid : pids) {
            view(pid, booted).ifPresent(views::add);
        }
        return withoutPinger(views);
    }

    /// What keeps systemd's watchdog quiet (`lectio unit`) is none of the service's own.
    private static List<ProcessView> withoutPinger(List<ProcessView> views) {
        Set<Integer> pingers = new HashSet<>();
        for (ProcessView view : views) {
            if (view.name().equals(PINGER)) {
                pingers.add(view.pid());
            }
        }
        return views.stream()
                .filter(view -> !pingers.contains(view.pid()) && !pingers.contains(view.parent()))
                .toList();
    }

    /// Those that somebody has stopped (SIGSTOP), and nothing else of them: cheap enough for every second.
    public Set<Integer> stopped(String group) {
        Set<Integer> pids = new HashSet<>();
        if (!group.isEmpty()) {
            addAll(groups.resolve(group.replaceFirst("^/+", "")), pids, 0);
        }
        pids.removeIf(pid -> !isStopped(pid));
        return pids;
    }

    public boolean isStopped(int pid) {
        try {
            String stat = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("T", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /// The kernel function in which a process waits; empty where it runs, or where that is not told.
    public String waitsIn(int pid) {
        try {
            return Files.readString(proc.resolve(pid + "/wchan"), StandardCharsets.ISO_8859_1)
                    .strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static void addAll(Path group, Set<Integer> pids, int depth) {
        try {
            for (String pid : Files.readAllLines(group.resolve("cgroup.procs"), StandardCharsets.ISO_8859_1)) {
                pids.add(Integer.parseInt(pid));
            }
            // 2 links: no folder in it, so its many files need not be asked what they are
            if (depth == DEEPEST || Files.getAttribute(group, "unix:nlink").equals(2)) {
                return;
            }
            try (DirectoryStream<Path> children =
                    Files.newDirectoryStream(group, child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))) {
                for (Path child : children) {
                    addAll(child, pids, depth + 1);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // it has gone
        }
    }

    private Instant booted() throws IOException {
        for (String line : Files.readAllLines(proc.resolve("stat"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("btime ")) {
                return Instant.ofEpochSecond(Long.parseLong(line.substring(6).strip()));
            }
        }
        throw new IOException(proc + "/stat does not tell when the machine was booted");
    }

    private Optional<ProcessView> view(int pid, Instant booted) {
        Path process = proc.resolve(Integer.toString(pid));
        try {
            // the name may hold anything, a parenthesis too
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            int nameEnds = stat.lastIndexOf(')');
            String[] fields = stat.substring(nameEnds + 2).split(" ");
            Open open = open(process);
            return Optional.of(new ProcessView(
                    pid,
                    Integer.parseInt(fields[1]),
                    stat.substring(stat.indexOf('(') + 1, nameEnds),
                    fields[0].charAt(0),
                    booted.plus(ticks(fields[19])),
                    processorTime(process, fields),
                    open.count(),
                    mostFiles(process),
                    open.sockets()));
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty(); // it has ended
        }
    }

    private static Duration ticks(String count) {
        return Duration.ofMillis(Long.parseLong(count) * 1_000 / TICKS_A_SECOND);
    }

    /// The scheduler's nanoseconds are the main thread's alone, so they serve where there is but one.
    private static Duration processorTime(Path process, String[] fields) throws IOException {
        Path precise = process.resolve("schedstat");
        return fields[17].equals("1") && Files.exists(precise)
                ? Duration.ofNanos(Long.parseLong(Files.readString(precise).split(" ")[0]))
                : ticks(fields[11]).plus(ticks(fields[12]));
    }

    /// What a process has open.
    private record Open(int count, Set<Long> sockets) {}

    private static Open open(Path process) throws IOException {
        Set<Long> sockets = new HashSet<>();
        int count = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                count++;
                socket(descriptor).ifPresent(sockets::add);
            }
        } catch (AccessDeniedException e) {
            return new Open(0, Set.of()); // in a container root is not always let in
        }
        return new Open(count, sockets);
    }

    /// 0 where there is no limit.
    private static int mostFiles(Path process) throws IOException {
        Matcher limit = MOST_FILES.matcher(Files.readString(process.resolve("limits"), StandardCharsets.ISO_8859_1));
        return limit.find() ? Integer.parseInt(limit.group(1)) : 0;
    }

    private static Optional<Long> socket(Path descriptor) {
        return target(descriptor)
                .map(open -> SOCKET.matcher(open.toString()))
                .filter(Matcher::matches)
                .map(socket -> Long.valueOf(socket.group(1)));
    }

    /// What a descriptor in `/proc/PID/fd` leads to; empty where it was closed meanwhile, as a server closes its
    /// clients' all the time.
    static Optional<Path> target(Path descriptor) {
        try {
            return Optional.of(Files.readSymbolicLink(descriptor));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Those that have one of these files open, under whatever name, by name and number; this process itself is none.
    ///
    /// @param files by [#inode]
    /// @param besides processes that may have it open
    /// @throws IOException also where that cannot be told of one
    public List<String> havingOpen(Set<String> files, Set<Long> besides) throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : all) {
                int pid = Integer.parseInt(String.valueOf(process.getFileName()));
                if (pid != ProcessHandle.current().pid() && !besides.contains((long) pid) && hasOpen(process, files)) {
                    found.add(named(pid));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /// What a file is known by, wherever it is mounted and however it is called; empty where it is not there.
    public static Optional<String> inode(Path file, LinkOption... how) throws IOException {
        try {
            Map<String, Object> of = Files.readAttributes(file, "unix:dev,ino", how);
            return Optional.of(of.get("dev") + ":" + of.get("ino"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static boolean hasOpen(Path process, Set<String> files) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                // not a pipe or a socket, whose names have no slash
                if (target(descriptor).filter(Path::isAbsolute).isPresent()
                        && inode(descriptor).filter(files::contains).isPresent()) {
                    return true;
                }
            }
        } catch (AccessDeniedException e) {
            if (!Files.getAttribute(process, "unix:uid").equals(0)) { // root's may have more rights than this one
                throw new IOException("it cannot be told what " + process + " has open: permission denied", e);
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            return false; // it has ended
        }
        return false;
    }

    /// The service of the system's to which a process belongs; empty for one of a person's session, or of nobody's.
    public static Optional<String> service(int pid) {
        try {
            Matcher group = SERVICE.matcher(Files.readString(Path.of("/proc/" + pid + "/cgroup")));
            return Optional.of(group).filter(Matcher::find).map(each -> each.group(1));
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    /// What it was started with; empty for one that has ended.
    public static List<String> command(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            return List.of(line.split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }

    /// As `name (pid)`; of one that has ended only its number.
    public static String named(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm"), StandardCharsets.ISO_8859_1)
                            .strip()
                    + " (" + pid + ")";
        } catch (IOException e) {
            return String.valueOf(pid);
        }
    }

    /// Whether somebody holds a lock of the package manager, who may be replacing what a unit runs.
    public boolean packageManagerWorks() throws IOException {
        return anyLocked(PACKAGE_LOCKS.stream().map(Path::of).toList());
    }

    /// Not from `/proc/locks`: its device numbers are not those of stat(2) on every file system.
    static boolean anyLocked(List<Path> files) throws IOException {
        try (Kernel kernel = new Kernel()) {
            for (Path file : files) {
                if (kernel.isLocked(file.toString().getBytes(StandardCharsets.UTF_8))) {
                    return true;
                }
            }
        }
        return false;
    }
}
