package io.lectio.control;

/// What the daemon says to an order, or to what it does not do.
///
/// @param done whether it is in force
public record Answer(boolean done, String text) {}
