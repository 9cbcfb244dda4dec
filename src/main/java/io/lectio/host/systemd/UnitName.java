package io.lectio.host.systemd;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Source: systemd.unit(5), sd_bus_path_encode(3).
final class UnitName {
    private static final int LONGEST = 255;
    private static final Pattern VALID = Pattern.compile(
            "[A-Za-z0-9:_.\\\\@-]+\\.(service|socket|target|timer|path|mount|automount|swap|slice|scope|device)");
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
        StringBuilder path = new StringBuilder(UNITS);
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            boolean digit = each >= '0' && each <= '9';
            boolean first = path.length() == UNITS.length();
            if ((each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (digit && !first)) {
                path.append((char) each);
            } else {
                path.append('_')
                        .append(Character.forDigit(each >> 4 & 15, 16))
                        .append(Character.forDigit(each & 15, 16));
            }
        }
        return path.toString();
    }
}
