package io.lectio.host.systemd;

import java.util.regex.Pattern;

/// Source: systemd.unit(5), sd_bus_path_encode(3).
final class UnitName {
    private static final int LONGEST = 255;
    private static final Pattern VALID = Pattern.compile(
            "[A-Za-z0-9:_.\\\\@-]+\\.(service|socket|target|timer|path|mount|automount|swap|slice|scope|device)");
    private static final Pattern ESCAPED = Pattern.compile("^[0-9]|[^A-Za-z0-9]");
    private static final String UNITS = "/org/freedesktop/systemd1/unit/";

    private UnitName() {}

    static String check(String name) {
        if (name.length() > LONGEST || !VALID.matcher(name).matches()) {
            throw new IllegalArgumentException("not a unit's name: " + name);
        }
        return name;
    }

    /// Where the unit of this name is; an alias leads elsewhere, and `LoadUnit` tells where.
    static String path(String name) {
        return UNITS
                + ESCAPED.matcher(name)
                        .replaceAll(each -> "_%02x".formatted((int) each.group().charAt(0)));
    }
}
