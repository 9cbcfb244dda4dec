package io.lectio.host;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Other programs: by argument list, never a shell, with nothing to read and a bare environment.
public final class Child {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int LONGEST_LINE = 200;
    private static final Duration TO_SAY_THE_REST = Duration.ofMillis(500);

    private Child() {}

    /// @param exit its exit code, 128 and the signal's number where a signal ended it; empty when the deadline did
    /// @param text the end of what it said, to either output
    public record Result(OptionalInt exit, String text) {
        public boolean timedOut() {
            return exit.isEmpty();
        }
    }

    /// This program once more, with another main class: by the same virtual machine, with the same options.
    public static List<String> again(Class<?> main) throws IOException {
        List<String> own = List.of(Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8)
                .split("\0"));
        int at = own.indexOf("io.lectio.Main");
        List<String> command = new ArrayList<>(
                at < 0
                        ? List.of(
                                "", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"))
                        : own.subList(0, at));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms4m", "-Xmx24m", main.getName()));
        return command;
    }

    /// A command that is to run as this user, with no more rights than that has, and without the terminal that root may
    /// have: who controls a process of that user could type there.
    ///
    /// @param within the longest that it may take, whoever waits for it
    public static List<String> as(WebUser user, List<String> command, Duration within) throws IOException {
        if (!Accounts.isRoot()) {
            return command;
        }
        String groups = user.groups().stream().map(String::valueOf).collect(Collectors.joining(","));
        if (Sandbox.isAround()) {
            return Sandbox.outside(
                    command,
                    within,
                    "User=" + user.uid(),
                    "Group=" + user.gid(),
                    "SupplementaryGroups=" + groups.replace(',', ' '),
                    "NoNewPrivileges=yes");
        }
        List<String> all = new ArrayList<>(List.of(
                "setsid",
                "--wait",
                "setpriv",
                "--reuid=" + user.uid(),
                "--regid=" + user.gid(),
                groups.isEmpty() ? "--clear-groups" : "--groups=" + groups,
                "--no-new-privs"));
        all.addAll(command);
        return all;
    }

    /// A command that is to see, and may do, all that root may on this machine.
    ///
    /// @param within the longest that it may take, whoever waits for it
    public static List<String> whole(List<String> command, Duration within) throws IOException {
        return Sandbox.isAround() ? Sandbox.outside(command, within) : command;
    }

    /// Starts a program that works beside this one. Its standard input ends with this process.
    ///
    /// @param log what it says is appended there
    public static Process start(List<String> command, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", PATH, "LC_ALL", "C.UTF-8", "MALLOC_ARENA_MAX", "1"));
        return builder.start();
    }

    /// At the deadline it is killed, and all that it has started.
    ///
    /// @param mostBytes how much of the end of its output is kept
    public static Result run(List<String> command, Duration within, int mostBytes)
            throws IOException, InterruptedException {
        Process process = bare(command).redirectErrorStream(true).start();
        Tail tail = new Tail(mostBytes);
        try {
            process.getOutputStream().close();
            Thread reader = Thread.ofVirtual().name("child").start(() -> tail.read(process.getInputStream()));
            boolean ended = process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS);
            if (!ended) {
                kill(process);
            }
            // what it has left running may hold its output open for ever
            boolean _ = reader.join(TO_SAY_THE_REST);
            return new Result(ended ? OptionalInt.of(process.exitValue()) : OptionalInt.empty(), tail.text());
        } finally {
            kill(process);
        }
    }

    /// A program between two streams: it reads `in`, what it writes goes to `out`, and the end of what it says to its
    /// other output is kept. At the deadline, or when `out` takes no more, it is killed.
    ///
    /// @param in empty for what stays open until it ends, so that it can tell the end of this process
    /// @throws IOException also when one of the two fails, with its own reason
    public static Result pipe(
            List<String> command, Optional<InputStream> in, OutputStream out, Duration within, int mostBytes)
            throws IOException, InterruptedException {
        Process process = bare(command).start();
        try {
            Tail tail = new Tail(mostBytes);
            Thread reader = Thread.ofVirtual().name("child").start(() -> tail.read(process.getErrorStream()));
            CompletableFuture<Optional<IOException>> fed = beside("feed", () -> {
                if (in.isPresent()) {
                    try (OutputStream to = process.getOutputStream()) {
                        in.get().transferTo(to);
                    }
                }
            });
            CompletableFuture<Optional<IOException>> taken = beside("take", () -> {
                try {
                    process.getInputStream().transferTo(out);
                } catch (IOException e) {
                    process.destroyForcibly(); // it would wait for ever to be read
                    throw e;
                }
            });
            boolean ended = process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS);
            if (!ended) {
                kill(process);
            }
            Optional<IOException> untaken = taken.join();
            if (ended && untaken.isPresent()) {
                throw untaken.get();
            }
            if (ended && process.exitValue() == 0 && fed.join().isPresent()) {
                throw fed.join().get();
            }
            boolean _ = reader.join(TO_SAY_THE_REST);
            return new Result(ended ? OptionalInt.of(process.exitValue()) : OptionalInt.empty(), tail.text());
        } finally {
            kill(process);
        }
    }

    /// A program in this one's place: with its terminal and its environment.
    ///
    /// @param in what it reads; empty where it is what this one would have read
    /// @return its exit code; empty where it was killed at the deadline
    public static OptionalInt instead(List<String> command, Optional<Path> in, Duration within)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        in.ifPresent(file -> builder.redirectInput(file.toFile()));
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS);
            return ended ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
        } finally {
            kill(process);
        }
    }

    /// A program that goes on until it is closed.
    ///
    /// @param said its line
    public record Waiting(Process process, String said) implements Closeable {

        @Override
        public void close() {
            kill(process);
        }
    }

    /// Starts a program that says a line when it is ready, and then waits for the end of its input.
    ///
    /// @throws IOException with what it says otherwise
    public static Waiting waiting(List<String> command, Duration within, int mostBytes)
            throws IOException, InterruptedException {
        Process process = bare(command).start();
        boolean ready = false;
        try {
            Tail tail = new Tail(mostBytes);
            Thread reader = Thread.ofVirtual().name("child").start(() -> tail.read(process.getErrorStream()));
            CompletableFuture<String> said = new CompletableFuture<>();
            Thread.ofVirtual().name("ready").start(() -> said.complete(line(process.getInputStream())));
            String line = said.completeOnTimeout("", within.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            ready = !line.isEmpty();
            if (!ready) {
                boolean _ = reader.join(TO_SAY_THE_REST);
                String words = tail.text().strip();
                throw new IOException(words.isEmpty() ? "not done within " + within.toSeconds() + " s" : words);
            }
            return new Waiting(process, line);
        } finally {
            if (!ready) {
                kill(process);
            }
        }
    }

    /// Empty where there is no whole one.
    private static String line(InputStream in) {
        StringBuilder line = new StringBuilder();
        try {
            int next = in.read();
            while (next >= 0 && next != '\n' && line.length() < LONGEST_LINE) {
                line.append((char) next);
                next = in.read();
            }
            return next == '\n' ? line.toString() : "";
        } catch (IOException e) {
            return ""; // it was killed
        }
    }

    private static ProcessBuilder bare(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", PATH, "LC_ALL", "C.UTF-8"));
        return builder;
    }

    private interface Transfer {
        void run() throws IOException;
    }

    private static CompletableFuture<Optional<IOException>> beside(String name, Transfer transfer) {
        CompletableFuture<Optional<IOException>> done = new CompletableFuture<>();
        Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                transfer.run();
                done.complete(Optional.empty());
            } catch (IOException e) {
                done.complete(Optional.of(e));
            } finally {
                done.complete(Optional.of(new IOException(name + " ended early"))); // by a bug alone
            }
        });
        return done;
    }

    private static void kill(Process process) {
        List<ProcessHandle> started = process.descendants().toList(); // before it ends: then they are nobody's
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    /// The last bytes of a stream.
    private static final class Tail {
        private final byte[] ring;
        private long seen;

        private Tail(int most) {
            ring = new byte[most];
        }

        private void read(InputStream in) {
            byte[] part = new byte[4_096];
            try {
                for (int length = in.read(part); length >= 0; length = in.read(part)) {
                    add(part, length);
                }
            } catch (IOException e) {
                return; // it was killed
            }
        }

        private synchronized void add(byte[] part, int length) {
            for (int i = 0; i < length; i++) {
                ring[(int) (seen++ % ring.length)] = part[i];
            }
        }

        private synchronized String text() {
            int length = (int) Math.min(seen, ring.length);
            byte[] text = new byte[length];
            for (int i = 0; i < length; i++) {
                text[i] = ring[(int) ((seen - length + i) % ring.length)];
            }
            return new String(text, StandardCharsets.UTF_8);
        }
    }
}
