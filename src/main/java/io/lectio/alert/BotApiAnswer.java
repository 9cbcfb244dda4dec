package io.lectio.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/// What matters of a Bot API answer.
record BotApiAnswer(
        boolean ok,
        String description,
        Optional<Long> messageId,
        Optional<Long> retryAfter,
        Optional<Long> migratedTo) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /// @throws IOException when it is not a Bot API answer
    static BotApiAnswer read(byte[] body) throws IOException {
        Optional<Boolean> ok = Optional.empty();
        String description = "";
        Optional<Long> messageId = Optional.empty();
        Optional<Long> retryAfter = Optional.empty();
        Optional<Long> migratedTo = Optional.empty();
        int depth = 0;
        try (JsonParser json = FACTORY.createParser(body)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                String name = json.currentName();
                if (name == null || !token.isScalarValue()) {
                    continue;
                }
                switch (name) {
                    case "ok" -> ok = depth == 1 ? Optional.of(json.getBooleanValue()) : ok;
                    case "description" -> description = depth == 1 ? json.getText() : description;
                    case "message_id" -> messageId = depth == 2 ? Optional.of(json.getLongValue()) : messageId;
                    case "retry_after" -> retryAfter = depth == 2 ? Optional.of(json.getLongValue()) : retryAfter;
                    case "migrate_to_chat_id" ->
                        migratedTo = depth == 2 ? Optional.of(json.getLongValue()) : migratedTo;
                    default -> {}
                }
            }
        }
        boolean said = ok.orElseThrow(() -> new IOException("no 'ok' in the answer"));
        return new BotApiAnswer(said, description, messageId, retryAfter, migratedTo);
    }
}
