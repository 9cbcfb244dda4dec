package io.lectio.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lectio.core.GuardState;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.policy.CheckId;
import io.lectio.engine.GuardLoop.Snapshot;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;

/// The daemon's status for programs; the commands print it for people.
final class StatusJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private StatusJson() {}

    /// Of one site as it is; of several, each below its label.
    static String write(Map<String, Snapshot> sites) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("pid", ProcessHandle.current().pid());
            if (sites.size() == 1) {
                write(json, sites.values().iterator().next());
            } else {
                json.writeObjectFieldStart("sites");
                for (Map.Entry<String, Snapshot> each : sites.entrySet()) {
                    json.writeObjectFieldStart(each.getKey());
                    write(json, each.getValue());
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Snapshot snapshot) throws IOException {
        GuardState state = snapshot.state();
        json.writeStringField("started", snapshot.startedAt().toString());
        json.writeStringField("turned", snapshot.turnedAt().toString());
        json.writeStringField("degraded", snapshot.degraded().orElse(""));
        json.writeObjectFieldStart("checks");
        for (CheckId check : snapshot.checks()) {
            CheckHealth health = state.health().get(check);
            json.writeStringField(
                    name(check), health == null ? "PENDING" : health.status().name());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("incidents");
        for (Incident incident : state.durable().incidents()) {
            json.writeStartObject();
            json.writeNumberField("id", incident.id());
            json.writeStringField("subject", name(incident.subject()));
            json.writeStringField("opened", incident.openedAt().toString());
            json.writeStringField("phase", incident.phase().getClass().getSimpleName());
            json.writeStringField("level", incident.worst().name());
            json.writeStringField("cause", incident.diagnosis().kind().getSimpleName());
            json.writeNumberField("attempts", incident.attempts().size());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField(
                "alertsPending",
                state.durable().outbox().alerts().stream()
                        .filter(Alert::pending)
                        .count());
        json.writeStringField(
                "notDelivered", state.undelivered().map(Delivery::inWords).orElse(""));
    }

    private static String name(CheckId check) {
        return check.name().toLowerCase(Locale.ROOT);
    }
}
