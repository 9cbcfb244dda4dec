package io.lectio.core.policy;

import java.nio.file.Path;
import java.util.Set;

/// Which folders may be guarded at all. A wrong or empty variable must never point a repair at `/` or at the system:
/// these folders are refused whatever the configuration says.
public final class GuardedPaths {
    private static final Set<String> SYSTEM = Set.of(
            "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "root", "run", "sbin", "sys",
            "usr");
    private static final Set<String> TOO_WIDE = Set.of(
            "/var/www",
            "/var/lib",
            "/var/log",
            "/var/cache",
            "/var/spool",
            "/var/mail",
            "/var/backups",
            "/var/tmp",
            "/var/run");
    private static final int LEAST_NAMES = 2;

    private GuardedPaths() {}

    /// @throws IllegalArgumentException with the reason, when the folder must not be guarded
    public static void requireGuardable(String what, Path folder) {
        if (!folder.isAbsolute() || !folder.equals(folder.normalize())) {
            throw new IllegalArgumentException(what + " '" + folder + "' is not an absolute path without '.' and '..'");
        }
        if (folder.getNameCount() < LEAST_NAMES || TOO_WIDE.contains(folder.toString())) {
            throw new IllegalArgumentException(what + " '" + folder + "' is too wide: name the site's own folder");
        }
        if (SYSTEM.contains(folder.getName(0).toString())) {
            throw new IllegalArgumentException(what + " '" + folder + "' belongs to the system, not to a site");
        }
    }
}
