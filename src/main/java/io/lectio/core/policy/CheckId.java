package io.lectio.core.policy;

/// The two checks of this release. A new probe adds its name here, and the compiler lists what it touches.
public enum CheckId {
    /// Every file of the web root can be read by the web user, and every folder above it entered.
    FILES,
    /// The page and every asset that it names are answered as a visitor needs them.
    PAGE
}
