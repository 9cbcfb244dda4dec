package io.lectio.release;

import java.util.ArrayList;
import java.util.List;

/// Is told, and keeps the warnings.
final class Quiet implements Told {
    final List<String> warnings = new ArrayList<>();

    @Override
    public void step(String what) {
        if (what.isEmpty()) {
            throw new AssertionError("told nothing");
        }
    }

    @Override
    public void warning(String what) {
        warnings.add(what);
    }
}
