package io.lectio.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lectio.drill.Drill.Measured;
import io.lectio.drill.Scenario;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The guarantee table: what the plan promises, and what was measured, each from the break on.
final class DrillReport {
    private static final String ROW = "%-12s %-14s %9s %9s %9s %9s %9s";

    private DrillReport() {}

    static String list() {
        List<String> lines = new ArrayList<>();
        lines.add("%-12s %-14s %s".formatted("drill", "found / back", "what it does"));
        for (Scenario each : Scenario.values()) {
            lines.add("%-12s %-14s %s".formatted(each.word(), each.promise(), each.what()));
        }
        return String.join("\n", lines);
    }

    static String text(List<Measured> all) {
        List<String> lines = new ArrayList<>();
        lines.add("%-12s %-14s %s".formatted("", "promised", "measured, from the break on"));
        lines.add(ROW.formatted("drill", "found / back", "found", "repaired", "proved", "outage", "told"));
        for (Measured each : all) {
            lines.add(ROW.formatted(
                    each.scenario().word(),
                    each.scenario().promise(),
                    seconds(each.found()),
                    seconds(each.repaired()),
                    seconds(each.proved()),
                    seconds(Optional.of(each.outage())),
                    seconds(each.told())));
            if (!each.kept()) {
                lines.add("  " + each.scenario().word() + ": the promise was not kept; all is put back");
            }
        }
        return String.join("\n", lines);
    }

    static String seconds(Optional<Duration> time) {
        return time.map(known -> String.format(Locale.ROOT, "%.2f s", known.toMillis() / 1_000.0))
                .orElse("-");
    }

    static String json(List<Measured> all) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            for (Measured each : all) {
                start(json, each.scenario());
                write(json, "foundMillis", each.found());
                write(json, "repairedMillis", each.repaired());
                write(json, "provedMillis", each.proved());
                write(json, "outageMillis", Optional.of(each.outage()));
                write(json, "toldMillis", each.told());
                json.writeBooleanField("kept", each.kept());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return text.toString();
    }

    static String listJson() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            for (Scenario each : Scenario.values()) {
                start(json, each);
                json.writeStringField("what", each.what());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return text.toString();
    }

    private static void start(JsonGenerator json, Scenario scenario) throws IOException {
        json.writeStartObject();
        json.writeStringField("drill", scenario.word());
        json.writeStringField("promise", scenario.promise());
    }

    private static void write(JsonGenerator json, String name, Optional<Duration> time) throws IOException {
        if (time.isPresent()) {
            json.writeNumberField(name, time.get().toMillis());
        } else {
            json.writeNullField(name);
        }
    }
}
