package io.lectio.testhost;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lectio.testhost.BotApiWire.Request;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/// A call's method and parameters, from its path, its query, and its JSON or form body.
record BotApiCall(String token, String method, Map<String, String> parameters) {
    private static final JsonFactory JSON = new JsonFactory();

    /// A body that Telegram does not take.
    static final class Unreadable extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        Unreadable(String description) {
            super(description);
        }
    }

    /// The call with what can be told of it without its body.
    static BotApiCall bare(Request request) {
        String path = request.path();
        int slash = path.lastIndexOf('/');
        return path.startsWith("/bot") && slash > 4
                ? new BotApiCall(path.substring(4, slash), path.substring(slash + 1), Map.of())
                : new BotApiCall("", "", Map.of());
    }

    static BotApiCall of(Request request) throws Unreadable {
        Map<String, String> parameters = new HashMap<>();
        form(request.query(), parameters);
        String body = utf8(request.body().getBytes(StandardCharsets.ISO_8859_1));
        if (request.contentType().startsWith("application/json")) {
            json(body, parameters);
        } else if (request.contentType().startsWith("application/x-www-form-urlencoded")) {
            form(body, parameters);
        } else if (!body.isEmpty()) {
            throw new Unreadable("Bad Request: unsupported content type");
        }
        BotApiCall bare = bare(request);
        return new BotApiCall(bare.token(), bare.method(), Map.copyOf(parameters));
    }

    String text(String name) {
        return parameters.getOrDefault(name, "");
    }

    OptionalLong number(String name) {
        String text = text(name);
        return text.matches("-?[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static void form(String text, Map<String, String> parameters) throws Unreadable {
        for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            String[] sides = pair.split("=", 2);
            // Latin-1 keeps the bytes as they are, so that bad UTF-8 can be told
            byte[] value = URLDecoder.decode(sides.length == 2 ? sides[1] : "", StandardCharsets.ISO_8859_1)
                    .getBytes(StandardCharsets.ISO_8859_1);
            parameters.put(sides[0], utf8(value));
        }
    }

    private static void json(String text, Map<String, String> parameters) throws Unreadable {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Unreadable("Bad Request: can't parse JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken().isStructStart()) {
                    parser.skipChildren();
                } else {
                    parameters.put(name, whole(parser.getText()));
                }
            }
        } catch (JacksonException e) {
            throw new Unreadable("Bad Request: can't parse JSON object: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Half a surrogate pair, as an escape in JSON can bring it, has no UTF-8.
    private static String whole(String text) throws Unreadable {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new Unreadable("Bad Request: strings must be encoded in UTF-8");
        }
        return text;
    }

    private static String utf8(byte[] bytes) throws Unreadable {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Unreadable("Bad Request: strings must be encoded in UTF-8");
        }
    }
}
