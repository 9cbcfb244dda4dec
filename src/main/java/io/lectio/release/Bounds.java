package io.lectio.release;

/// What an archive may hold at most.
///
/// @param entries files, folders, and whatever else has a header
/// @param nameBytes of all its names together: they are kept in memory
/// @param bytes of its files together; also of the archive itself where it has to be stored first
/// @param ratio of what comes out to what came in, beyond the first 10 MiB
public record Bounds(int entries, long nameBytes, long bytes, int ratio) {
    public static final Bounds USUAL = new Bounds(100_000, 8L << 20, 2L << 30, 200);

    private static final long BEFORE_RATIO_COUNTS = 10L << 20;

    public Bounds {
        if (entries < 1 || nameBytes < 1 || bytes < 1 || ratio < 1) {
            throw new IllegalArgumentException("bounds are positive");
        }
    }

    boolean isBomb(long out, long in) {
        return out > BEFORE_RATIO_COUNTS && out / ratio > in;
    }
}
