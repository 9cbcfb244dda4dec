package io.lectio.host.http;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// @param headers by lower-case name; of several the last
/// @param body at most as many bytes as were asked for
@SuppressWarnings("ArrayRecordComponent") // an answer is read, never compared
public record HttpAnswer(int status, String reason, Map<String, String> headers, byte[] body, Duration took) {
    public HttpAnswer {
        headers = Map.copyOf(headers);
    }

    /// Whether it is what an API gives when all is well, with a body or without.
    public boolean isWell() {
        return status == 200 || status == 204;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
}
