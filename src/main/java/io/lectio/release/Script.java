package io.lectio.release;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// A Python program that this one brings along.
enum Script {
    /// Runs a program in a view.
    VIEW("view.py"),
    /// Asks a Django project about itself.
    PROJECT("project.py");

    private final String file;

    Script(String file) {
        this.file = file;
    }

    String text() throws IOException {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new FileNotFoundException(file + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
