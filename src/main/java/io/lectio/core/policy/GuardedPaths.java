package io.lectio.core.policy;

import java.nio.file.Path;
import java.util.Set;

/// Which folders may be guarded at all. A wrong or empty variable must never point a repair at `/` or at the system:
/// these folders are refused whatever the configuration says.
public final class GuardedPaths {
    private static final Set<String> SYSTEM = Set.of(
            "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "root", "run", "sbin", "sys",
            "usr");
    private static final Set<String> TOO_WIDE = words("/var/www /var/lib /var/tmp /srv/www");
    /// With all below them: data of services, and the guard's own homes, where its token lies.
    private static final Set<String> OTHERS = words("/opt/lectio-monitor /var/log /var/cache /var/spool /var/mail"
            + " /var/backups /var/run /var/lib/lectio-monitor /var/lib/mysql /var/lib/postgresql /var/lib/redis"
            + " /var/lib/mongodb /var/lib/docker /var/lib/containerd /var/lib/dpkg /var/lib/apt /var/lib/systemd"
            + " /var/lib/private");
    private static final Path HOMES = Path.of("/home");
    private static final int LEAST_NAMES = 2;

    private GuardedPaths() {}

    private static Set<String> words(String text) {
        return Set.of(text.split(" "));
    }

    /// @throws IllegalArgumentException with the reason, when the folder must not be guarded
    public static void requireGuardable(String what, Path folder) {
        if (!folder.isAbsolute() || !folder.equals(folder.normalize())) {
            throw new IllegalArgumentException(what + " '" + folder + "' is not an absolute path without '.' and '..'");
        }
        if (folder.getNameCount() < LEAST_NAMES || TOO_WIDE.contains(folder.toString())) {
            throw new IllegalArgumentException(what + " '" + folder + "' is too wide: name the site's own folder");
        }
        if (folder.getNameCount() == LEAST_NAMES && folder.startsWith(HOMES)) {
            throw new IllegalArgumentException(
                    what + " '" + folder + "' is a person's home: name the site's folder in it");
        }
        if (folder.toString().chars().anyMatch(each -> each == '\\' || Character.isISOControl(each))) {
            throw new IllegalArgumentException(what + " has a backslash or a control character in its name");
        }
        if (OTHERS.stream().anyMatch(folder::startsWith)) {
            throw new IllegalArgumentException(what + " '" + folder + "' holds other things than a site");
        }
        if (SYSTEM.contains(folder.getName(0).toString())) {
            throw new IllegalArgumentException(what + " '" + folder + "' belongs to the system, not to a site");
        }
    }
}
