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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What is made from the table of keys: the JSON Schema, the reference, and the configuration as it holds.
public final class Reference {
    private Reference() {}

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private static String json(Content content) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            content.write(json);
        }
        return text.toString();
    }

    /// Of `lectio.yaml`, for editors: its shape. What only a look at the whole can tell, `lectio config check` tells.
    public static String schema() throws IOException {
        return json(json -> {
            json.writeStartObject();
            json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.writeStringField("title", "lectio.yaml");
            mapping(json, false, "");
            json.writeEndObject();
        });
    }

    private static void mapping(JsonGenerator json, boolean ofSite, String start) throws IOException {
        json.writeStringField("type", "object");
        json.writeBooleanField("additionalProperties", false);
        json.writeObjectFieldStart("properties");
        for (String name : Key.below(ofSite, start)) {
            json.writeObjectFieldStart(name);
            Optional<Key> key = Key.at(ofSite, start + name);
            if (key.isPresent()) {
                json.writeStringField("description", key.get().what());
                json.writeRaw("," + key.get().type().schema());
            } else {
                mapping(json, ofSite, start + name + ".");
            }
            json.writeEndObject();
        }
        if (!ofSite && start.isEmpty()) {
            json.writeObjectFieldStart(LectioYaml.SITES);
            json.writeStringField("type", "array");
            json.writeObjectFieldStart("items");
            mapping(json, true, "");
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /// The tables of docs/configuration.md.
    static String markdown() {
        return table("## For all sites", false) + "\n" + table("## Of each site, below `sites`", true);
    }

    private static String table(String title, boolean ofSite) {
        return title + "\n\n| lectio.yaml | config.env | is | default | |\n|---|---|---|---|---|\n"
                + Key.all().stream()
                        .filter(key -> key.ofSite() == ofSite)
                        .map(key -> "| " + code(key.path()) + " | " + code(key.env()) + " | "
                                + key.type().inWords() + " | " + code(key.fallback()) + " | " + key.what() + " |\n")
                        .collect(Collectors.joining());
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    /// As a `lectio.yaml` that says all: what the owner has set with its place, the rest as default.
    public static String show(Path file) throws Invalid {
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

    public static String showJson(Path file) throws Invalid, IOException {
        List<Effective> values = ConfigLoader.read(file).values();
        return json(json -> {
            json.writeStartArray();
            for (Effective value : values) {
                json.writeStartObject();
                if (value.site() >= 0) {
                    json.writeNumberField("site", value.site());
                }
                json.writeStringField(
                        "key",
                        value.key().isSecret() ? value.key().env() : value.key().path());
                json.writeStringField(
                        "value",
                        value.key().isSecret() && !value.isUnset() ? "[secret]" : String.join(",", value.texts()));
                json.writeStringField("from", value.origin());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
