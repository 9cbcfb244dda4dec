package io.lectio.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
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
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Sends and edits messages by the Bot API, as plain text: nothing in a file name can be markup. Source:
/// core.telegram.org/bots/api, sendMessage, editMessageText, ResponseParameters.
public final class TelegramNotifier implements Notifier {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final int MOST_BYTES = 65_536;
    /// In seconds. More was never seen, and would silence the guard.
    private static final long LONGEST_WAIT = 3_600;

    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);
    private static final byte[] EMPTY = {'{', '}'};
    private static final JsonFactory FACTORY = new JsonFactory();

    private final URI api;
    private final Secret token;
    private final String chat;
    private final Texts texts;
    private final HttpClient http;

    /// @param proxy the way out where the owner's network filters Telegram
    public TelegramNotifier(URI api, Secret token, String chat, Optional<URI> proxy, Texts texts) {
        this.api = api;
        this.token = token;
        this.chat = chat;
        this.texts = texts;
        Dialer dialer = proxy.<Dialer>map(Dialer.Through::new).orElseGet(Dialer.ByName::new);
        http = new HttpClient(dialer, true);
    }

    @Override
    public Delivery send(Outbox.Parcel parcel) {
        Optional<Long> edited = parcel.message();
        try {
            if (parcel.doubtful()) {
                Delivery tried = call("getMe", EMPTY, Optional.empty());
                if (!(tried instanceof Delivery.Accepted)) {
                    return tried;
                }
            }
            return call(edited.isPresent() ? "editMessageText" : "sendMessage", body(parcel, edited), edited);
        } catch (HttpFailure e) {
            return new Delivery.Unreachable(token.redact(e.kind() + ": " + e.getMessage()));
        } catch (IOException e) {
            return new Delivery.Unreachable("the answer is not the Bot API's");
        }
    }

    private Delivery call(String method, byte[] body, Optional<Long> edited) throws IOException {
        URI url = api.resolve("/bot" + token.value() + "/" + method);
        HttpAnswer answer = http.postJson(url, Map.of(), body, MOST_BYTES, DEADLINE);
        return judge(BotApiAnswer.read(answer.body()), answer.status(), edited);
    }

    private byte[] body(Outbox.Parcel parcel, Optional<Long> edited) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField(
                    "chat_id",
                    parcel.moved()
                            .filter(moved -> moved.from().equals(chat))
                            .map(Outbox.Moved::to)
                            .orElse(chat));
            if (edited.isPresent()) {
                json.writeNumberField("message_id", edited.get());
            }
            json.writeStringField("text", texts.render(parcel));
            json.writeObjectFieldStart("link_preview_options");
            json.writeBooleanField("is_disabled", true);
            json.writeEndObject();
            json.writeEndObject();
        }
        return body.toByteArray();
    }

    private Delivery judge(BotApiAnswer answer, int status, Optional<Long> edited) {
        String said = answer.description();
        if (answer.ok()) {
            return new Delivery.Accepted(edited.or(answer::messageId));
        }
        if (said.contains("message is not modified")) {
            return new Delivery.Accepted(edited);
        }
        if (said.contains("message to edit not found") || said.contains("message can't be edited")) {
            return new Delivery.TargetGone();
        }
        if (answer.migratedTo().isPresent()) {
            return new Delivery.Migrated(
                    new Outbox.Moved(chat, String.valueOf(answer.migratedTo().get())));
        }
        String reason = token.redact(status + " " + said);
        return switch (status) {
            case 429 -> {
                Duration asked = Duration.ofSeconds(Math.min(answer.retryAfter().orElse(5L), LONGEST_WAIT));
                yield new Delivery.RetryAfter(asked.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : asked);
            }
            case 401, 403, 404 -> new Delivery.Refused(reason);
            case 400 -> said.contains("chat not found") ? new Delivery.Refused(reason) : new Delivery.Poison(reason);
            default -> new Delivery.Unreachable(reason);
        };
    }
}
