package io.lectio.host;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who listens on a port of this machine. Source: proc(5) on net/tcp.
public final class Listeners {
    private static final String LISTENS = "0A";

    private Listeners() {}

    /// @return `name (pid)`, empty where nobody does, or nobody whom this process may see
    public static Optional<String> on(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            Path file = Path.of("/proc/net", table);
            for (String line :
                    Files.exists(file) ? Files.readAllLines(file, StandardCharsets.US_ASCII) : List.<String>of()) {
                String[] fields = line.strip().split("\\s+");
                if (fields[3].equals(LISTENS) && fields[1].endsWith(":%04X".formatted(port))) {
                    sockets.add("socket:[" + fields[9] + "]");
                }
            }
        }
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holdsOneOf(sockets, process)) {
                    return Optional.of(Processes.named(Integer.parseInt(String.valueOf(process.getFileName()))));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return Optional.empty();
    }

    /// Where a process listens, as systemd's `ListenStream=` has it: `127.0.0.1:8000`, `[::]:8000`, `/run/site.sock`.
    public static List<String> of(int pid) throws IOException {
        List<String> addresses = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6", "unix")) {
            Path file = Path.of("/proc/net", table);
            for (String line :
                    Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.<String>of()) {
                String[] fields = line.strip().split("\\s+");
                boolean unix = table.equals("unix");
                boolean listens = unix ? fields.length > 7 && fields[3].equals("00010000") : fields[3].equals(LISTENS);
                if (listens && holdsOneOf(Set.of("socket:[" + fields[unix ? 6 : 9] + "]"), Path.of("/proc/" + pid))) {
                    addresses.add(unix ? fields[7] : address(fields[1]));
                }
            }
        }
        return addresses;
    }

    /// Each four bytes are a number of this machine, whose bytes go from the least to the greatest.
    private static String address(String entry) throws IOException {
        int colon = entry.indexOf(':');
        byte[] bytes = HexFormat.of().parseHex(entry.substring(0, colon));
        for (int word = 0; word < bytes.length; word += 4) {
            int at = ByteBuffer.wrap(bytes, word, 4).getInt();
            ByteBuffer.wrap(bytes, word, 4).putInt(Integer.reverseBytes(at));
        }
        String host = InetAddress.getByAddress(bytes).getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + Integer.parseInt(entry.substring(colon + 1), 16);
    }

    private static boolean holdsOneOf(Set<String> sockets, Path process) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false; // it has ended, or is not for this user
        }
        return false;
    }
}
