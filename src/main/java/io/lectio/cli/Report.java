package io.lectio.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// What the commands print.
final class Report {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Report() {}

    static String found(Home home, Settings settings, boolean repairs) {
        List<String> lines = new ArrayList<>();
        lines.add("Lectio Monitor guards what it finds here, "
                + (repairs ? "and repairs it" : "only looking (--repair to repair)"));
        for (SiteSettings site : settings.sites()) {
            site.name().ifPresent(name -> lines.add("  site      " + name));
            lines.add("  page      " + site.site().page() + " at " + site.site().server());
            lines.add("  files     " + site.site().webRoot() + " for "
                    + site.site().webUser());
            site.services()
                    .proxy()
                    .ifPresent(proxy -> lines.add("  web       " + proxy.unit() + ", where systemd has it"));
            site.services()
                    .app()
                    .ifPresent(app -> lines.add(
                            "  app       " + app.unit() + " at " + app.direct() + ", its API at " + app.api()));
            lines.add("  site root " + site.site().siteRoot() + ", nothing above it is ever changed");
        }
        lines.add("  alerts    "
                + (settings.telegram().isPresent()
                        ? "Telegram, " + settings.language()
                        : "alerts.log only; Telegram: set TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID in "
                                + home.configuration()));
        lines.add("  logs      " + home.logs());
        settings.warnings().forEach(warning -> lines.add("  warning   " + warning));
        return String.join("\n", lines);
    }

    static String text(Map<CheckId, Observation.Outcome> seen) {
        List<String> lines = new ArrayList<>();
        seen.forEach(
                (check, outcome) -> lines.add("%-6s %-8s %s".formatted(name(check), word(outcome), outcome.inWords())));
        return String.join("\n", lines);
    }

    static String json(Map<CheckId, Observation.Outcome> seen) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<CheckId, Observation.Outcome> each : seen.entrySet()) {
                json.writeObjectFieldStart(name(each.getKey()));
                json.writeStringField("result", word(each.getValue()));
                json.writeStringField("detail", each.getValue().inWords());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    /// By the labels of several sites, none of which needs an escape.
    static String json(SequencedMap<String, Map<CheckId, Observation.Outcome>> sites) throws IOException {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, Map<CheckId, Observation.Outcome>> each : sites.entrySet()) {
            parts.add("\"" + each.getKey() + "\":" + json(each.getValue()));
        }
        return "{" + String.join(",", parts) + "}";
    }

    /// The daemon's JSON for people, one line a value.
    static String status(String status) {
        List<String> lines = new ArrayList<>();
        try (JsonParser json = FACTORY.createParser(status)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isScalarValue() && !json.getText().isEmpty()) {
                    lines.add("%-20s %s".formatted(place(json.getParsingContext()), json.getText()));
                }
            }
        } catch (IOException e) {
            return status;
        }
        return String.join("\n", lines);
    }

    /// The names that lead to a value: `checks page`, `incidents 1 phase`.
    private static String place(JsonStreamContext context) {
        String name = context.inArray() ? String.valueOf(context.getEntryCount()) : context.getCurrentName();
        JsonStreamContext outer = context.getParent();
        return outer.inRoot() ? name : place(outer) + " " + name;
    }

    private static String name(CheckId check) {
        return check.name().toLowerCase(Locale.ROOT);
    }

    private static String word(Observation.Outcome outcome) {
        return switch (outcome) {
            case Observation.Passed _ -> "healthy";
            case Observation.Failed _ -> "FAILED";
            case Observation.Unknown _, Observation.Undecided _, Observation.Sampled _ -> "unknown";
        };
    }
}
