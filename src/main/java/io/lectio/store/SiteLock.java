package io.lectio.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Set;

/// The kernel lock that makes one repairing guard the only one on a site, whatever home each of them has, and one
/// command the only one that changes a unit. Its file says who holds it, and stays: a second one that removed it
/// could not be told from one that comes. It lies where only root may write, so nobody else can keep the guard from
/// its work.
public final class SiteLock implements Closeable {
    private static final Path FOLDER = Path.of("/run/lectio-monitor");
    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final int LONGEST_HOLDER = 4_200;

    private final FileChannel channel;

    private SiteLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @param site the site root's real path
    /// @param home told to whoever comes second
    /// @throws Refused when another guard holds it, or when others than root may write where it lies
    /// @throws IOException when there is no such lock to be had here
    public static SiteLock take(Path site, Path home) throws IOException {
        return take(FOLDER, site, home);
    }

    static SiteLock take(Path folder, Path site, Path home) throws IOException {
        return take(folder, name(site), "another guard is at work on " + site, ", home " + home);
    }

    /// @param unit of the application, which one command alone changes at a time
    /// @throws Refused when another one is at work on it
    public static SiteLock ofUnit(String unit) throws IOException {
        return take(FOLDER, unit, "another command is at work on " + unit, "");
    }

    private static SiteLock take(Path folder, String name, String refusal, String from) throws IOException {
        prepare(folder);
        FileChannel channel = open(folder.resolve(name + ".lock"));
        if (channel.tryLock() == null) {
            try (channel) {
                throw new Refused(refusal + ": " + read(channel));
            }
        }
        channel.truncate(0);
        String holder = "process " + ProcessHandle.current().pid() + from;
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
        return new SiteLock(channel);
    }

    /// No guard may repair the site from here.
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        private Refused(String message) {
            super(message);
        }
    }

    private static void prepare(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                            .equals(0)
                    || !Collections.disjoint(Files.getPosixFilePermissions(folder), WRITABLE_BY_OTHERS)) {
                throw new Refused(folder + " is not a folder of root's alone: remove it");
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(LONGEST_HOLDER);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
    }

    private static String name(Path site) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(site.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
