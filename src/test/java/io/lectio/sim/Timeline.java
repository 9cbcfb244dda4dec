package io.lectio.sim;

import java.util.Arrays;

/// What is to happen, by time: a binary heap without an object for each entry. Of two at the same time, the one that
/// was put in first comes first.
final class Timeline {
    /// 2^32 ms are 49 days, and so many entries are more than any run has.
    private static final int ORDER_BITS = 31;

    private long[] keys = new long[64];
    private int[] lives = new int[64];
    private Runnable[] whats = new Runnable[64];
    private int size;
    private long orders;

    void add(long at, int life, Runnable what) {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
            lives = Arrays.copyOf(lives, size * 2);
            whats = Arrays.copyOf(whats, size * 2);
        }
        long key = at << ORDER_BITS | orders++;
        int hole = size++;
        while (hole > 0 && keys[(hole - 1) / 2] > key) {
            move((hole - 1) / 2, hole);
            hole = (hole - 1) / 2;
        }
        put(hole, key, life, what);
    }

    long firstAt() {
        return size == 0 ? Long.MAX_VALUE : keys[0] >> ORDER_BITS;
    }

    int firstLife() {
        return lives[0];
    }

    Runnable removeFirst() {
        Runnable first = whats[0];
        size--;
        long key = keys[size];
        int hole = 0;
        for (int child = 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && keys[child + 1] < keys[child]) {
                child++;
            }
            if (keys[child] >= key) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        put(hole, key, lives[size], whats[size]);
        return first;
    }

    private void move(int from, int to) {
        put(to, keys[from], lives[from], whats[from]);
    }

    private void put(int at, long key, int life, Runnable what) {
        keys[at] = key;
        lives[at] = life;
        whats[at] = what;
    }
}
