package io.lectio.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lectio.core.policy.Secret;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A bot that is not configured yet: who it is, and who has written to it. Reading its updates confirms none.
/// No exception shows the token.
public final class TelegramBot {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    /// A hundred updates, which is what is told without an offset, are less.
    private static final int MOST_BYTES = 4_000_000;

    private static final JsonFactory FACTORY = new JsonFactory();

    private final URI api;
    private final Secret token;
    private final HttpClient http;

    /// @param name its title, or the person's name
    public record Chat(String id, String name) {}

    public TelegramBot(URI api, Secret token, Optional<URI> proxy) {
        this.api = api;
        this.token = token;
        http = new HttpClient(proxy.<Dialer>map(Dialer.Through::new).orElseGet(Dialer.ByName::new), true);
    }

    /// Its name, without the `@`.
    public String name() throws IOException {
        return objects("result", call("getMe", Map.of())).getFirst().getOrDefault("username", "");
    }

    /// Where it was written to or invited in the last 24 hours, the latest last.
    public List<Chat> chats() throws IOException {
        SequencedMap<String, Chat> chats = new LinkedHashMap<>();
        for (Map<String, String> chat : objects("chat", call("getUpdates", Map.of()))) {
            String id = chat.getOrDefault("id", "");
            String person = (chat.getOrDefault("first_name", "") + " " + chat.getOrDefault("last_name", "")).strip();
            chats.putLast(id, new Chat(id, chat.getOrDefault("title", person)));
        }
        return List.copyOf(chats.values());
    }

    /// How it is reached, for a chat.
    public sealed interface Reach {}

    /// @param bot its name, without the `@`
    /// @param title of the chat
    public record Reached(String bot, String title) implements Reach {}

    public record Unreachable(HttpFailure.Kind kind, String why) implements Reach {}

    public record Refused(int status, String why) implements Reach {}

    /// Whether it is there, and knows a chat; nothing is sent.
    public Reach reach(String chat, Duration within) throws IOException {
        try {
            String bot = objects("result", call("getMe", Map.of(), within))
                    .getFirst()
                    .getOrDefault("username", "");
            Map<String, String> found = objects("result", call("getChat", Map.of("chat_id", chat), within))
                    .getFirst();
            return new Reached(bot, found.getOrDefault("title", found.getOrDefault("first_name", chat)));
        } catch (Unanswered e) {
            return new Unreachable(e.kind, String.valueOf(e.getMessage()));
        } catch (No e) {
            return new Refused(e.status, String.valueOf(e.getMessage()));
        }
    }

    private static final class Unanswered extends IOException {
        private static final long serialVersionUID = 1;
        private final HttpFailure.Kind kind;

        private Unanswered(HttpFailure.Kind kind, String why) {
            super(why);
            this.kind = kind;
        }
    }

    private static final class No extends IOException {
        private static final long serialVersionUID = 1;
        private final int status;

        private No(int status, String why) {
            super(why);
            this.status = status;
        }
    }

    public void send(String chat, String text) throws IOException {
        call("sendMessage", Map.of("chat_id", chat, "text", text));
    }

    private byte[] call(String method, Map<String, String> parameters) throws IOException {
        return call(method, parameters, DEADLINE);
    }

    private byte[] call(String method, Map<String, String> parameters, Duration within) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(body)) {
            json.writeStartObject();
            for (Map.Entry<String, String> each : parameters.entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
        }
        HttpAnswer answer;
        try {
            URI url = api.resolve("/bot" + token.value() + "/" + method);
            answer = http.postJson(url, Map.of(), body.toByteArray(), MOST_BYTES, within);
        } catch (HttpFailure e) {
            throw new Unanswered(
                    e.kind(), token.redact("the Bot API at " + api + " cannot be reached: " + e.getMessage()));
        }
        BotApiAnswer said = BotApiAnswer.read(answer.body());
        if (!said.ok()) {
            throw new No(
                    answer.status(),
                    token.redact("the Bot API refuses " + method + ": " + answer.status() + " " + said.description()));
        }
        return answer.body();
    }

    /// The scalar fields of each object that a field of this name holds.
    private static List<Map<String, String>> objects(String field, byte[] body) throws IOException {
        SequencedMap<Integer, Map<String, String>> found = new LinkedHashMap<>();
        int depth = 0;
        int within = 0;
        try (JsonParser json = FACTORY.createParser(body)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (within == 0 && token == JsonToken.START_OBJECT && field.equals(json.currentName())) {
                    within = depth;
                    found.put(found.size(), new LinkedHashMap<>());
                } else if (depth < within) {
                    within = 0;
                } else if (depth == within && token.isScalarValue()) {
                    found.lastEntry().getValue().put(json.currentName(), json.getText());
                }
            }
        }
        return List.copyOf(found.values());
    }
}
