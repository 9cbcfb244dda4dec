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
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Who listens on a port of this machine. Source: proc(5) on net/tcp.
public final class Listeners {
    private static final String LISTENS = "0A";

    private Listeners() {}

    /// @return `name (pid)`, empty where nobody does, or nobody whom this process may see
    public static Optional<String> on(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String[] fields : listening("tcp", "tcp6")) {
            if (fields[1].endsWith(":%04X".formatted(port))) {
                sockets.add("socket:[" + fields[9] + "]");
            }
        }
        return holders(sockets).stream().findFirst().map(Processes::named);
    }

    /// Who listens at an address, as [#of] has it, or at all addresses of its port.
    public static List<Integer> at(String address) throws IOException {
        Set<String> sockets = new HashSet<>();
        if (address.startsWith("/")) {
            String real = address.replaceFirst("^/var/run/", "/run/");
            for (String[] fields : listening("unix")) {
                if (fields[7].replaceFirst("^/var/run/", "/run/").equals(real)) {
                    sockets.add("socket:[" + fields[6] + "]");
                }
            }
            return holders(sockets);
        }
        String port = address.substring(address.lastIndexOf(':'));
        for (String[] fields : listening("tcp", "tcp6")) {
            String at = address(fields[1]);
            if (at.equals(address) || at.equals("0.0.0.0" + port) || (at.startsWith("[") && at.endsWith("]" + port))) {
                sockets.add("socket:[" + fields[9] + "]");
            }
        }
        return holders(sockets);
    }

    /// The fields of each socket that listens.
    private static List<String[]> listening(String... tables) throws IOException {
        List<String[]> all = new ArrayList<>();
        for (String table : tables) {
            Path file = Path.of("/proc/net", table);
            for (String line :
                    Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.<String>of()) {
                String[] fields = line.strip().split("\\s+");
                if (table.equals("unix")
                        ? fields.length > 7 && fields[3].equals("00010000")
                        : fields[3].equals(LISTENS)) {
                    all.add(fields);
                }
            }
        }
        return all;
    }

    private static List<Integer> holders(Set<String> sockets) throws IOException {
        List<Integer> holders = new ArrayList<>();
        if (sockets.isEmpty()) {
            return holders;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holdsOneOf(sockets, process)) {
                    holders.add(Integer.parseInt(String.valueOf(process.getFileName())));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return holders;
    }

    /// Where a process listens, as systemd's `ListenStream=` has it: `127.0.0.1:8000`, `[::]:8000`, `/run/site.sock`.
    public static List<String> of(int pid) throws IOException {
        return descriptors(pid).values().stream().distinct().toList();
    }

    /// The descriptors by which a process listens, each with its address, as [#of] has it.
    static SortedMap<Integer, String> descriptors(int pid) throws IOException {
        Map<String, String> addresses = new HashMap<>();
        for (String[] fields : listening("tcp", "tcp6", "unix")) {
            boolean unix = fields.length > 7 && fields[3].equals("00010000");
            addresses.put("socket:[" + fields[unix ? 6 : 9] + "]", unix ? fields[7] : address(fields[1]));
        }
        SortedMap<Integer, String> its = new TreeMap<>();
        open(Path.of("/proc/" + pid)).forEach((descriptor, socket) -> {
            if (addresses.containsKey(socket)) {
                its.put(descriptor, addresses.get(socket));
            }
        });
        return its;
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
        return !Collections.disjoint(open(process).values(), sockets);
    }

    /// What a process has open, by descriptor.
    private static Map<Integer, String> open(Path process) {
        Map<Integer, String> open = new HashMap<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                Processes.target(descriptor)
                        .ifPresent(target -> open.put(
                                Integer.parseInt(String.valueOf(descriptor.getFileName())), target.toString()));
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Map.of(); // it has ended, or is not for this user
        }
        return open;
    }
}
