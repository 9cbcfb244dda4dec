package io.lectio.release;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The files of a release. On disk a line each, `SHA-256 SIZE AGE PATH`: a path has no control characters, so no line
/// breaks, which both who unpacks and who walks see to.
public record Manifest(List<Entry> entries) {
    /// Files of a release: twice as many take half of the guard's memory while they are compared.
    static final int MOST = 30_000;

    private static final int BUFFER = 65_536;

    /// @param path below the web root, with `/`
    /// @param age 0 for a file of this release; else for how many releases it has been carried on for old pages
    public record Entry(String path, long size, String sha256, int age) {}

    public Manifest {
        entries = entries.stream().sorted(Comparator.comparing(Entry::path)).toList();
    }

    static Manifest read(Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split(" ", 4);
            try {
                entries.add(new Entry(parts[3], Long.parseLong(parts[1]), parts[0], Integer.parseInt(parts[2])));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IOException(file + " is damaged: " + line, e);
            }
        }
        return new Manifest(entries);
    }

    /// The old one or the new one is there, whole, whatever happens.
    void write(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try (BufferedWriter lines = Files.newBufferedWriter(beside)) {
            for (Entry entry : entries) {
                lines.write(entry.sha256() + " " + entry.size() + " " + entry.age() + " " + entry.path() + "\n");
            }
        }
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    Optional<Entry> find(String path) {
        return entries.stream().filter(entry -> entry.path().equals(path)).findFirst();
    }

    /// By which the same build is known again: names and contents, without what was carried on, and without the file
    /// that tells which release it is.
    String content() {
        MessageDigest digest = sha256();
        entries.stream()
                .filter(entry -> entry.age() == 0 && !entry.path().equals(Places.ID_FILE))
                .forEach(entry -> digest.update((entry.path() + "\n" + entry.sha256() + "\n")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    long bytes() {
        return entries.stream().mapToLong(Entry::size).sum();
    }

    /// As a map by path, for who looks up many.
    TreeMap<String, Entry> byPath() {
        TreeMap<String, Entry> map = new TreeMap<>();
        entries.forEach(entry -> map.put(entry.path(), entry));
        return map;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java has SHA-256", e);
        }
    }

    static String sha256(InputStream in) throws IOException {
        return sha256(in, Long.MAX_VALUE);
    }

    /// Of no more than a few bytes beyond this many: somebody may write faster than we read.
    static String sha256(InputStream in, long most) throws IOException {
        MessageDigest digest = sha256();
        byte[] part = new byte[BUFFER];
        long left = most;
        for (int length = in.read(part); length >= 0 && left >= 0; length = in.read(part)) {
            digest.update(part, 0, length);
            left -= length;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return sha256(in);
        }
    }
}
