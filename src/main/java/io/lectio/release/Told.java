package io.lectio.release;

/// Who is told what a copy or a restore does.
public interface Told {
    void step(String what);

    /// What a person should look at, though the work goes on.
    void warning(String what);
}
