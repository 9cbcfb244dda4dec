package io.lectio.alert;

import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Obstacle;

/// The command that mends by a person's hand what the guard may not touch.
final class Mend {
    private Mend() {}

    static String command(Denial denial, String user) {
        String path = quote(denial.path().toString());
        return switch (denial.obstacle().orElse(Obstacle.MISSING)) {
            case OUTSIDE_SITE -> "sudo chmod o+x " + path;
            case ACCESS_LIST -> "sudo setfacl -x u:" + user + " " + path + " && getfacl " + path;
            case HARD_LINKS -> "find / -xdev -samefile " + path + "; sudo chmod 644 " + path;
            case SET_ID -> "sudo chmod 644 " + path;
            case SYMBOLIC_LINK -> "ls -l " + path + "; LECTIO_WEB_ROOT = the real folder";
            case NOT_A_FILE, OTHER_MOUNT, TOO_DEEP, MISSING -> "ls -ld " + path;
        };
    }

    /// For a shell, whatever the name is.
    private static String quote(String path) {
        return path.matches("[A-Za-z0-9_./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }
}
