package io.lectio.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The few system calls that a walk by descriptors needs and the JDK does not offer. Names are bytes, as the kernel
/// has them. One instance serves one thread; its buffers are used again and again.
///
/// Sources: openat2(2), mkdirat(2), statx(2), getdents64(2), fchownat(2), acl(5), proc(5), fcntl(2).
final class Kernel implements AutoCloseable {
    static final long NO_XDEV = 0x01;
    private static final long NO_MAGICLINKS = 0x02;
    private static final long NO_SYMLINKS = 0x04;
    private static final long BENEATH = 0x08;

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int O_NONBLOCK = 0x800;
    /// The flags that differ between architectures: uapi/asm-generic/fcntl.h, and arch/arm64/include/uapi/asm/fcntl.h.
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    private static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
    private static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
    private static final int O_CLOEXEC = 0x80000;
    /// `O_WRONLY`, `O_CREAT` and `O_EXCL`.
    private static final int O_NEW_FILE = 0xc1;
    private static final int O_PATH = 0x200000;
    private static final long SYS_OPENAT2 = 437;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_BTIME = 0x800;
    /// `STATX_ATTR_IMMUTABLE` and `STATX_ATTR_APPEND`.
    private static final long STATX_ATTR_UNCHANGEABLE = 0x30;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int F_OFD_GETLK = 36;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;
    private static final int EINTR = 4;
    private static final int PATH_MAX = 4_096;
    private static final int ACL_MAX = 65_536;
    /// What one reading of a folder brings: some 200 names, held once for each depth of a walk.
    private static final int DENTS = 8_192;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle STATX = bind("statx", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle GETDENTS = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("getdents64"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle CHOWN = bind("fchownat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CHMOD = bind("chmod", ADDRESS, JAVA_INT);
    private static final MethodHandle MKDIR = bind("mkdirat", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = bind("close", JAVA_INT);
    private static final MethodHandle FCNTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle GETXATTR = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("lgetxattr"),
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private static final MethodHandle STATVFS = bind("statvfs", ADDRESS, ADDRESS);
    private static final MethodHandle RENAME = bind("renameat2", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SYNC = bind("syncfs", JAVA_INT);
    static final int NO_REPLACE = 1;
    static final int EXCHANGE = 2;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment errno = arena.allocate(ERRNO_LAYOUT);
    private final MemorySegment path = arena.allocate(PATH_MAX + 1);
    private final MemorySegment how = arena.allocate(24, 8);
    private final MemorySegment stat = arena.allocate(256, 8);
    private final MemorySegment dents = arena.allocate(DENTS, 8);
    private final MemorySegment acl = arena.allocate(ACL_MAX, 8);
    private final MemorySegment aclName = arena.allocateFrom("system.posix_acl_access");

    private static MethodHandle bind(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private interface Call {
        long run() throws Throwable;
    }

    private long call(String what, byte[] name, Call call) throws KernelException {
        while (true) {
            long result;
            try {
                result = call.run();
            } catch (Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(what + " could not be called", e);
            }
            if (result >= 0) {
                return result;
            }
            int error = (int) ERRNO.get(errno, 0L);
            if (error != EINTR) {
                throw new KernelException(what, Names.show(name), error);
            }
        }
    }

    private MemorySegment name(byte[] name) throws KernelException {
        if (name.length > PATH_MAX) {
            throw new KernelException("name", Names.show(name), 36);
        }
        MemorySegment.copy(name, 0, path, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, name.length);
        path.set(java.lang.foreign.ValueLayout.JAVA_BYTE, name.length, (byte) 0);
        return path;
    }

    /// The root folder of this mount namespace.
    int openRoot() throws KernelException {
        return open(AT_FDCWD, "/".getBytes(StandardCharsets.US_ASCII), O_DIRECTORY, NO_MAGICLINKS);
    }

    /// A folder's entry that is a folder, to be read and walked: never by a link, never out of the folder.
    ///
    /// For a single name `O_NOFOLLOW` already says that; `NO_SYMLINKS`, `NO_MAGICLINKS` and `BENEATH` say it again
    /// for the day on which somebody hands in a path, so no test can tell them from their absence.
    ///
    /// @param resolve [#NO_XDEV] to stay on the same mount, or 0
    int openFolder(int folder, byte[] name, long resolve) throws KernelException {
        return open(folder, name, O_DIRECTORY | O_NOFOLLOW, NO_SYMLINKS | NO_MAGICLINKS | BENEATH | resolve);
    }

    /// Holds an entry without opening it: a FIFO does not block, a device does nothing, a link is not followed, by
    /// `O_NOFOLLOW`; the other flags are there twice over as in [#openFolder].
    ///
    /// @param resolve [#NO_XDEV] to stay on the same mount, or 0
    int pin(int folder, byte[] name, long resolve) throws KernelException {
        return open(folder, name, O_PATH | O_NOFOLLOW, NO_MAGICLINKS | BENEATH | resolve);
    }

    /// A file that was not there, mode 0600, to be written.
    int create(int folder, byte[] path) throws KernelException {
        return open(folder, path, O_NEW_FILE | O_NOFOLLOW, NO_SYMLINKS | NO_MAGICLINKS | BENEATH | NO_XDEV);
    }

    /// A folder that was not there, mode 0700.
    ///
    /// @param name one name, no path: mkdirat(2) takes no flags
    void makeFolder(int folder, byte[] name) throws KernelException {
        MemorySegment at = name(name);
        call("mkdirat", name, () -> (int) MKDIR.invokeExact(errno, folder, at, 0700));
    }

    private int open(int folder, byte[] name, int flags, long resolve) throws KernelException {
        how.set(JAVA_LONG, 0, flags | O_CLOEXEC);
        how.set(JAVA_LONG, 8, (flags & O_NEW_FILE) == O_NEW_FILE ? 0600 : 0);
        how.set(JAVA_LONG, 16, resolve);
        MemorySegment at = name(name);
        return (int) call("openat2", name, () ->
                (long) SYSCALL.invokeExact(errno, SYS_OPENAT2, (long) folder, at, how, how.byteSize()));
    }

    Stat stat(int folder, byte[] name) throws KernelException {
        MemorySegment at = name(name);
        int flags = AT_NO_AUTOMOUNT | (name.length == 0 ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW);
        int mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
        call("statx", name, () -> (int) STATX.invokeExact(errno, folder, at, flags, mask, stat));
        int bits = Short.toUnsignedInt(stat.get(JAVA_SHORT, 28));
        return new Stat(
                bits & 0xf000,
                bits & 07777,
                stat.get(JAVA_INT, 20),
                stat.get(JAVA_INT, 24),
                stat.get(JAVA_INT, 16),
                stat.get(JAVA_LONG, 32),
                stat.get(JAVA_LONG, 136),
                stat.get(JAVA_LONG, 40),
                time(96),
                arrived(),
                (stat.get(JAVA_LONG, 8) & STATX_ATTR_UNCHANGEABLE) != 0,
                stat.get(JAVA_LONG, 144));
    }

    private Instant arrived() {
        Instant written = time(112);
        if ((stat.get(JAVA_INT, 0) & STATX_BTIME) == 0) {
            return written;
        }
        Instant born = time(80);
        return born.isAfter(written) ? born : written;
    }

    private Instant time(long at) {
        return Instant.ofEpochSecond(stat.get(JAVA_LONG, at), Integer.toUnsignedLong(stat.get(JAVA_INT, at + 8)));
    }

    Stat stat(int descriptor) throws KernelException {
        return stat(descriptor, new byte[0]);
    }

    /// The next names in a folder, without `.` and `..`: a piece of them, so that a folder costs the same memory
    /// however many files somebody makes in it.
    ///
    /// @return empty at the folder's end, and where the folder itself is gone by now
    List<byte[]> nextNames(int folder) throws KernelException {
        List<byte[]> names = new ArrayList<>();
        while (names.isEmpty()) {
            int length = readFolder(folder);
            if (length == 0) {
                return names;
            }
            for (int at = 0; at < length; at += Short.toUnsignedInt(dents.get(JAVA_SHORT, at + 16L))) {
                byte[] name = bytesAt(dents, at + 19);
                if (!(name.length <= 2 && name[0] == '.' && name[name.length - 1] == '.')) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private int readFolder(int folder) throws KernelException {
        try {
            return (int) call(
                    "getdents64", new byte[0], () -> (long) GETDENTS.invokeExact(errno, folder, dents, (long) DENTS));
        } catch (KernelException e) {
            if (e.errno() == KernelException.ENOENT) {
                return 0; // removed while it was read
            }
            throw e;
        }
    }

    /// The access list of an entry as the kernel stores it; empty where there is none.
    byte[] acl(int folder, byte[] name) throws KernelException {
        byte[] prefix = ("/proc/self/fd/" + folder + "/").getBytes(StandardCharsets.US_ASCII);
        byte[] full = new byte[prefix.length + name.length];
        System.arraycopy(prefix, 0, full, 0, prefix.length);
        System.arraycopy(name, 0, full, prefix.length, name.length);
        MemorySegment at = name(full);
        try {
            long length =
                    call("getxattr", name, () -> (long) GETXATTR.invokeExact(errno, at, aclName, acl, (long) ACL_MAX));
            return acl.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        } catch (KernelException e) {
            if (e.errno() == KernelException.ENODATA || e.errno() == KernelException.EOPNOTSUPP) {
                return new byte[0];
            }
            throw e;
        }
    }

    /// Whether anybody else holds a record lock on this file; not where there is none, or none that this process
    /// may see.
    boolean isLocked(byte[] file) throws KernelException {
        return lockHolder(file, 0, 0, F_WRLCK) >= 0;
    }

    /// Who keeps others from reading these bytes of a file, by a record lock on some of them.
    ///
    /// @return -1 where nobody does, or there is no such file for this process; 0 where it cannot be told
    int writer(byte[] file, long start, long length) throws KernelException {
        return lockHolder(file, start, length, F_RDLCK);
    }

    private int lockHolder(byte[] file, long start, long length, short wanted) throws KernelException {
        int descriptor = openRegular(file);
        if (descriptor < 0) {
            return -1;
        }
        try {
            MemorySegment flock = stat.asSlice(0, 32).fill((byte) 0);
            flock.set(JAVA_SHORT, 0, wanted);
            flock.set(JAVA_LONG, 8, start);
            flock.set(JAVA_LONG, 16, length);
            call("fcntl", file, () -> (int) FCNTL.invokeExact(errno, descriptor, F_OFD_GETLK, flock));
            return flock.get(JAVA_SHORT, 0) == F_UNLCK ? -1 : Math.max(0, flock.get(JAVA_INT, 24));
        } finally {
            close(descriptor);
        }
    }

    /// Held first: to open a device may already do something.
    ///
    /// @return -1 where there is no regular file for this process
    private int openRegular(byte[] file) throws KernelException {
        int held = -1;
        try {
            held = open(AT_FDCWD, file, O_PATH | O_NOFOLLOW, 0);
            byte[] itself = ("/proc/self/fd/" + held).getBytes(StandardCharsets.US_ASCII);
            return stat(held).isFile() ? open(AT_FDCWD, itself, O_NONBLOCK, 0) : -1;
        } catch (KernelException e) {
            if (e.errno() == KernelException.ENOENT || e.errno() == KernelException.EACCES) {
                return -1;
            }
            throw e;
        } finally {
            if (held >= 0) {
                close(held);
            }
        }
    }

    /// What a file system has: block size, blocks, free ones, free ones for who is not root, inodes, free ones.
    long[] room(byte[] folder) throws KernelException {
        MemorySegment at = name(folder);
        call("statvfs", folder, () -> (int) STATVFS.invokeExact(errno, at, stat));
        return stat.asSlice(8, 48).toArray(JAVA_LONG); // of struct statvfs on 64 bits, all but its first field
    }

    /// @param how [#NO_REPLACE] or [#EXCHANGE]
    void rename(int folder, byte[] name, int toFolder, byte[] toName, int how) throws KernelException {
        MemorySegment from = name(name);
        MemorySegment to = arena.allocate(toName.length + 1L);
        MemorySegment.copy(toName, 0, to, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, toName.length);
        call("renameat2", name, () -> (int) RENAME.invokeExact(errno, folder, from, toFolder, to, how));
    }

    /// Writes all that waits of this descriptor's file system to its disk.
    void sync(int descriptor) throws KernelException {
        call("syncfs", new byte[0], () -> (int) SYNC.invokeExact(errno, descriptor));
    }

    void chown(int pinned, int uid, int gid) throws KernelException {
        MemorySegment at = name(new byte[0]);
        call("fchownat", new byte[0], () -> (int) CHOWN.invokeExact(errno, pinned, at, uid, gid, AT_EMPTY_PATH));
    }

    /// By way of proc, since the kernels before 6.6 change no mode through an `O_PATH` descriptor.
    void chmod(int pinned, int mode) throws KernelException {
        byte[] link = ("/proc/self/fd/" + pinned).getBytes(StandardCharsets.US_ASCII);
        MemorySegment at = name(link);
        call("chmod", link, () -> (int) CHMOD.invokeExact(errno, at, mode));
    }

    void close(int descriptor) throws KernelException {
        call("close", new byte[0], () -> (int) CLOSE.invokeExact(errno, descriptor));
    }

    @Override
    public void close() {
        arena.close();
    }

    private static byte[] bytesAt(MemorySegment segment, long offset) {
        int length = 0;
        while (segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + length) != 0) {
            length++;
        }
        return segment.asSlice(offset, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
}
