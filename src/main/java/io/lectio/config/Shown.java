package io.lectio.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.lectio.config.ConfigLoader.Effective;
import io.lectio.config.Settings.Invalid;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The configuration as it holds.
public final class Shown {
    private Shown() {}

    /// As a `lectio.yaml` that says all: what the owner has set with its place, the rest as default.
    public static String yaml(Path file) throws Invalid {
        List<String> lines = new ArrayList<>();
        Set<String> begun = new HashSet<>();
        int site = -1;
        for (Effective value : ConfigLoader.read(file).values()) {
            if (value.key().isSecret()) {
                lines.add("# " + value.key().env() + ": "
                        + value.from().map(place -> "[secret] # " + place).orElse("none"));
                continue;
            }
            if (value.isUnset()) {
                continue;
            }
            String margin = value.site() < 0 ? "" : "    ";
            if (value.site() > site) {
                if (site < 0) {
                    lines.add(LectioYaml.SITES + ":");
                }
                site = value.site();
                begun.clear();
                lines.add("  -");
            }
            String[] names = value.key().path().split("\\.");
            for (int i = 0; i < names.length - 1; i++) {
                if (begun.add(String.join(".", List.of(names).subList(0, i + 1)))) {
                    lines.add(margin + "  ".repeat(i) + names[i] + ":");
                }
            }
            lines.add(margin + "  ".repeat(names.length - 1) + names[names.length - 1] + ": " + yaml(value) + "  # "
                    + value.origin());
        }
        return String.join("\n", lines);
    }

    private static String yaml(Effective value) {
        List<String> texts = value.texts().stream()
                .map(text -> switch (value.key().type().shape()) {
                    case NUMBER, SWITCH -> text;
                    case TEXT, TEXT_OR_NUMBER, LIST -> "'" + text.replace("'", "''") + "'";
                })
                .toList();
        return value.key().type().shape() == Type.Shape.LIST ? "[" + String.join(", ", texts) + "]" : texts.getFirst();
    }

    /// A JSON array.
    public static String json(Path file) throws Invalid, IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartArray();
            for (Effective value : ConfigLoader.read(file).values()) {
                Key key = value.key();
                json.writeStartObject();
                if (value.site() >= 0) {
                    json.writeNumberField("site", value.site());
                }
                json.writeStringField("key", key.isSecret() ? key.env() : key.path());
                json.writeStringField(
                        "value", key.isSecret() && !value.isUnset() ? "[secret]" : String.join(",", value.texts()));
                json.writeStringField("from", value.origin());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return text.toString();
    }
}
