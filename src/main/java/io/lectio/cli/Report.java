package io.lectio.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
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
import java.util.stream.Collectors;

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
                + (ways(settings.channels()).isEmpty()
                        ? "alerts.log only; Telegram: set TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID in "
                                + home.configuration()
                        : String.join(", then ", ways(settings.channels())) + ", " + settings.language()));
        lines.add("  logs      " + home.logs());
        settings.warnings().forEach(warning -> lines.add("  warning   " + warning));
        return String.join("\n", lines);
    }

    private static List<String> ways(Settings.Channels channels) {
        List<String> ways = new ArrayList<>();
        channels.telegram().ifPresent(_ -> ways.add("Telegram"));
        channels.mail().ifPresent(mail -> ways.add("mail to " + String.join(", ", mail.to())));
        channels.webhook().ifPresent(_ -> ways.add("webhook"));
        return ways;
    }

    static String text(Map<CheckId, Observation.Outcome> seen) {
        List<String> lines = new ArrayList<>();
        seen.forEach((check, outcome) ->
                lines.add("%-8s %-8s %s".formatted(name(check), word(outcome), Paint.harmless(outcome.inWords()))));
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

    /// What each of several sites has as JSON, by their names, none of which needs an escape.
    static String json(SequencedMap<String, String> sites) {
        return sites.entrySet().stream()
                .map(each -> "\"" + each.getKey() + "\":" + each.getValue())
                .collect(Collectors.joining(",", "{", "}"));
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
