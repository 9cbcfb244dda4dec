package io.lectio.core.policy;

/// From where on the machine is not well.
///
/// @param disk percent of a file system, or of its inodes, that are told
/// @param diskGrave percent that need a person; of a file system of 20 GB and more it is less than 1 GB that is left
/// @param memory percent of the memory that must be available, unless nothing waits for it
public record Bounds(int disk, int diskGrave, int memory) {
    public static final Bounds DEFAULT = new Bounds(90, 95, 10);
}
