package io.lectio.host;

import java.io.IOException;
import java.util.Map;

/// A system call that failed, with its errno.
public final class KernelException extends IOException {
    private static final long serialVersionUID = 1;

    static final int ENOENT = 2;
    static final int EACCES = 13;
    static final int ENODATA = 61;
    static final int ENOTCONN = 107;
    static final int ESTALE = 116;
    static final int EXDEV = 18;
    static final int ENOTDIR = 20;
    static final int ELOOP = 40;
    static final int EOPNOTSUPP = 95;
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "operation not permitted"),
            Map.entry(2, "no such file or directory"),
            Map.entry(5, "input/output error"),
            Map.entry(12, "out of memory"),
            Map.entry(13, "permission denied"),
            Map.entry(17, "is there already"),
            Map.entry(18, "on another mount"),
            Map.entry(20, "not a folder"),
            Map.entry(23, "too many open files in the system"),
            Map.entry(24, "too many open files"),
            Map.entry(28, "no space left on the disk"),
            Map.entry(30, "read-only file system"),
            Map.entry(36, "name too long"),
            Map.entry(38, "not known to this kernel"),
            Map.entry(40, "symbolic link on the way"),
            Map.entry(122, "disk quota exceeded"));

    private final int errno;

    KernelException(String call, String path, int errno) {
        super(call + " " + path + ": " + NAMES.getOrDefault(errno, "errno " + errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
