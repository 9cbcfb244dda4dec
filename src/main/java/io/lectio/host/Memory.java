package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The machine's memory. Sources: proc(5) on meminfo and vmstat, the kernel's accounting/psi and cgroup-v2.
public final class Memory {
    private static final Pattern SOME = Pattern.compile("some avg10=(\\d+)");

    private final Path proc;
    private final Path groups;

    public Memory() {
        this(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    Memory(Path proc, Path groups) {
        this.proc = proc;
        this.groups = groups;
    }

    /// @param available bytes that can be had without swapping
    /// @param pressure percent of the last ten seconds in which some process has waited for memory; empty where the
    ///     kernel does not tell
    /// @param kills how many processes the kernel has killed for want of memory since the machine was started
    public record Reading(long total, long available, OptionalInt pressure, long kills) {
        public int availablePercent() {
            return (int) (available * 100 / Math.max(1, total));
        }
    }

    /// @param bytes of physical memory
    public record Consumer(int pid, String name, long bytes) {}

    public Reading read() throws IOException {
        String info = text(proc.resolve("meminfo"));
        return new Reading(
                field(info, "MemTotal:") * 1024,
                field(info, "MemAvailable:") * 1024,
                pressure(),
                field(text(proc.resolve("vmstat")), "oom_kill "));
    }

    /// Bytes that the processes of a control group can have more without swapping: what the machine has, or what is
    /// left of
    /// the limit of the group or of one above it.
    ///
    /// @param group such as `/system.slice/nginx.service`
    public long room(String group) throws IOException {
        long room = read().available();
        Path each = groups.resolve(group.replaceFirst("^/+", ""));
        while (!each.equals(groups)) {
            try {
                long limit = Math.min(limit(each.resolve("memory.max")), limit(each.resolve("memory.high")));
                if (limit < Long.MAX_VALUE) {
                    long given = field(text(each.resolve("memory.stat")), "inactive_file "); // gives way
                    long taken =
                            Long.parseLong(text(each.resolve("memory.current")).strip()) - given;
                    room = Math.min(room, Math.max(0, limit - taken));
                }
            } catch (NoSuchFileException e) {
                // the controller is not on here, so there is no limit
            }
            each = Folders.above(each);
        }
        return room;
    }

    private static long limit(Path file) throws IOException {
        String text = text(file).strip();
        return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    }

    private OptionalInt pressure() {
        try {
            Matcher some = SOME.matcher(text(proc.resolve("pressure/memory")));
            return some.find() ? OptionalInt.of(Integer.parseInt(some.group(1))) : OptionalInt.empty();
        } catch (IOException e) {
            return OptionalInt.empty(); // not in this kernel, or switched off
        }
    }

    /// The process that has most of it.
    public Optional<Consumer> largest() {
        Optional<Consumer> largest = Optional.empty();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                Optional<Consumer> each = process(process);
                if (each.isPresent()
                        && each.get().bytes() > largest.map(Consumer::bytes).orElse(0L)) {
                    largest = each;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return largest; // of those that were seen until then
        }
        return largest;
    }

    private static Optional<Consumer> process(Path folder) {
        try {
            String status = text(folder.resolve("status"));
            return Optional.of(new Consumer(
                    Integer.parseInt(String.valueOf(folder.getFileName())),
                    status.substring("Name:".length(), status.indexOf('\n')).strip(),
                    field(status, "VmRSS:") * 1024));
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /// The number after a name at the beginning of a line; 0 where there is none, as of a kernel thread's memory.
    private static long field(String text, String name) {
        Matcher found =
                Pattern.compile("(?m)^" + Pattern.quote(name) + "\\s*(\\d+)").matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
