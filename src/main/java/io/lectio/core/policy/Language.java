package io.lectio.core.policy;

/// The languages in which the owner is told.
public enum Language {
    RU,
    EN
}
