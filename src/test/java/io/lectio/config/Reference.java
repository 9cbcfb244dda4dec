package io.lectio.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Optional;
import java.util.stream.Collectors;

/// What the documents have from the table of keys: the JSON Schema and the reference.
final class Reference {
    private Reference() {}

    /// Of `lectio.yaml`, for editors: its shape. What only a look at the whole can tell, `lectio config check` tells.
    static String schema() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.writeStringField("title", "lectio.yaml");
            mapping(json, false, "");
            json.writeEndObject();
        }
        return text.toString();
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

    /// `config.env.example`: each key that config.env has, as a comment with its default.
    static String example() {
        return """
                # What Lectio Monitor is to know: plain assignments, as a shell would read them. None is needed for the
                # plan's site. A line counts without the # before it. Look before: sudo lectio config check
                """
                + Key.all().stream()
                        .filter(key -> !key.env().isEmpty())
                        .map(key -> "\n# " + key.what() + "\n#" + key.env() + "=" + quoted(key.fallback()) + "\n")
                        .collect(Collectors.joining());
    }

    private static String quoted(String text) {
        return text.contains(" ") ? '"' + text + '"' : text;
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
}
