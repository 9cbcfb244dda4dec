package io.lectio.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lectio.core.incident.Level;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One line of the history.
///
/// @param incident 0 where it is about none
/// @param more what only some have: see [HistoryWriter]
public record HistoryEvent(
        Instant at, String site, long incident, What what, Level level, String text, Map<String, Object> more) {
    private static final JsonFactory FACTORY = new JsonFactory();

    public enum What {
        STARTED,
        STOPPED,
        HEALTH,
        OPENED,
        CAUSE,
        ATTEMPT,
        RESULT,
        LEVEL,
        NEXT,
        NOTE,
        TOLD,
        RESOLVED,
        CLOSED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// One line, without its end.
    public String json() {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("at", at.toString());
            json.writeStringField("site", site);
            if (incident != 0) {
                json.writeNumberField("incident", incident);
            }
            json.writeStringField("what", what.word());
            json.writeStringField("level", level.name());
            json.writeStringField("text", text);
            for (Map.Entry<String, Object> each : more.entrySet()) {
                Object value = each.getValue();
                json.writeObjectField(each.getKey(), value instanceof Instant time ? time.toString() : value);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    /// Empty for what is no whole line, as the last one after a power cut.
    static Optional<HistoryEvent> of(String line) {
        Map<String, Object> all = new LinkedHashMap<>();
        try (JsonParser json = FACTORY.createParser(line)) {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_NUMBER_INT) {
                    all.put(name, json.getLongValue());
                } else if (value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE) {
                    all.put(name, json.getBooleanValue());
                } else if (value == JsonToken.VALUE_STRING) {
                    all.put(name, name.endsWith("At") ? Instant.parse(json.getText()) : json.getText());
                } else {
                    json.skipChildren();
                }
            }
            return json.currentToken() != JsonToken.END_OBJECT
                    ? Optional.empty()
                    : Optional.of(new HistoryEvent(
                            Instant.parse(take(all, "at")),
                            take(all, "site"),
                            all.remove("incident") instanceof Long id ? id : 0,
                            What.valueOf(take(all, "what").toUpperCase(Locale.ROOT)),
                            Level.valueOf(take(all, "level")),
                            take(all, "text"),
                            all));
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String take(Map<String, Object> all, String name) {
        return String.valueOf(all.remove(name));
    }
}
