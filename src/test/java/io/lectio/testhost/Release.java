package io.lectio.testhost;

import java.util.Locale;

/// The Debian releases that hosts are made of: systemd 252 and systemd 257.
public enum Release {
    BOOKWORM,
    TRIXIE;

    /// As Debian spells it.
    public String codename() {
        return name().toLowerCase(Locale.ROOT);
    }
}
