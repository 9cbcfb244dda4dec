package io.lectio.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.Secret;
import io.lectio.engine.Notifier;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Posts alerts as JSON to an address of the owner's. Each revision is a post of its own; `alert` and `revision` tell
/// what it replaces, `X-Lectio-Delivery` is the same for a copy.
public final class WebhookNotifier implements Notifier {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int MOST_BYTES = 4_096;
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Secret url;
    private final Texts texts;
    private final HttpClient http = new HttpClient(new Dialer.ByName(), true);

    /// @param url a secret, since most such addresses have their key in them
    public WebhookNotifier(Secret url, Texts texts) {
        this.url = url;
        this.texts = texts;
    }

    @Override
    public Delivery send(Outbox.Parcel parcel) {
        Map<String, String> headers =
                Map.of("X-Lectio-Delivery", Dispatch.name(parcel).toString());
        try {
            return judge(http.postJson(URI.create(url.value()), headers, body(parcel), MOST_BYTES, DEADLINE));
        } catch (HttpFailure e) {
            return new Delivery.Unreachable(url.redact(e.kind() + ": " + e.getMessage()));
        }
    }

    private static Delivery judge(HttpAnswer answer) {
        int status = answer.status();
        String reason = "status " + status;
        return switch (status) {
            case 408, 425 -> new Delivery.Unreachable(reason);
            case 401, 403, 404, 410 -> new Delivery.Refused(reason + ": is LECTIO_WEBHOOK_URL right?");
            case 429 -> new Delivery.RetryAfter(pause(answer));
            default ->
                switch (status / 100) {
                    case 2 -> new Delivery.Accepted(Optional.empty());
                    case 3 -> new Delivery.Refused(reason + ": LECTIO_WEBHOOK_URL leads elsewhere");
                    case 4 -> new Delivery.Poison(reason);
                    default -> new Delivery.Unreachable(reason);
                };
        };
    }

    private static Duration pause(HttpAnswer answer) {
        return Duration.ofSeconds(answer.header("retry-after")
                .filter(text -> text.matches("[1-9]\\d{0,3}"))
                .map(Long::valueOf)
                .orElse(5L));
    }

    private byte[] body(Outbox.Parcel parcel) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("delivery", Dispatch.name(parcel).toString());
            json.writeStringField("subject", texts.subject(parcel));
            json.writeStringField("text", texts.render(parcel));
            json.writeArrayFieldStart("alerts");
            for (Alert alert : parcel.alerts()) {
                json.writeStartObject();
                json.writeNumberField("alert", alert.id());
                json.writeNumberField("revision", alert.revision());
                json.writeNumberField("incident", alert.incident().id());
                json.writeStringField("level", Texts.shown(alert).name());
                json.writeStringField("subject", alert.incident().subject().name());
                json.writeStringField(
                        "phase", alert.incident().phase().getClass().getSimpleName());
                json.writeStringField("brokenAt", alert.incident().brokenAt().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("into memory", e);
        }
        return body.toByteArray();
    }
}
