package io.lectio.release;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/// A disk whose n-th call fails, and where it is dead every one after it too, as it is for a process that was killed.
class FailingDisk implements Disk {
    private int nth;
    private boolean dead;
    private int calls;

    FailingDisk(int nth, boolean dead) {
        this.nth = nth;
        this.dead = dead;
    }

    /// From now on.
    void die() {
        nth = calls + 1;
        dead = true;
    }

    boolean hasFailed() {
        return calls >= nth;
    }

    void call() throws IOException {
        calls++;
        if (calls == nth || (dead && calls > nth)) {
            throw new IOException("call " + calls + " fails");
        }
    }

    @Override
    public OutputStream create(Path file) throws IOException {
        call();
        return new FilterOutputStream(REAL.create(file)) {
            @Override
            public void write(byte[] part, int from, int length) throws IOException {
                call();
                out.write(part, from, length);
            }
        };
    }

    @Override
    public void sync(Path file) throws IOException {
        call();
        REAL.sync(file);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        call();
        REAL.move(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        call();
        REAL.delete(file);
    }
}
