package io.lectio.testhost;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// As much HTTP as the Bot API server needs, on a socket of our own, since outages break it at any byte.
final class BotApiWire {
    private static final int LONGEST = 1 << 20;
    private final InputStream in;

    /// A request; its body as it came, a byte a character.
    record Request(String path, String query, String contentType, String body) {}

    BotApiWire(InputStream in) {
        this.in = in;
    }

    /// The next request of the connection; empty at its end.
    Optional<Request> next() throws IOException {
        Optional<String> first = line();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String[] parts = first.get().split(" ", -1);
        if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
            return Optional.empty();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Optional<String> line = line(); line.isPresent() && !line.get().isEmpty(); line = line()) {
            String[] header = line.get().split(":", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header.length == 2 ? header[1].strip() : "");
        }
        byte[] body = headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")
                ? chunks()
                : exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] target = parts[1].split("\\?", 2);
        return Optional.of(new Request(
                URLDecoder.decode(target[0].replace("+", "%2B"), StandardCharsets.UTF_8),
                target.length == 2 ? target[1] : "",
                headers.getOrDefault("content-type", "").toLowerCase(Locale.ROOT),
                new String(body, StandardCharsets.ISO_8859_1)));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String head = line().orElseThrow(EOFException::new).split(";", 2)[0].strip();
            int size = Integer.parseInt(head, 16);
            body.writeBytes(exactly(size));
            if (line().isEmpty() || size == 0 || body.size() > LONGEST) {
                return body.toByteArray();
            }
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(Math.min(length, LONGEST));
        if (bytes.length < length) {
            throw new java.net.SocketException("the request is cut");
        }
        return bytes;
    }

    private Optional<String> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return Optional.of(line.toString(StandardCharsets.ISO_8859_1).stripTrailing());
            }
            line.write(next);
        }
        return Optional.empty();
    }

    static byte[] redirect(String location, Instant date) {
        return "HTTP/1.1 302 Moved Temporarily\r\nServer: nginx\r\nDate: %s\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .formatted(DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC)), location)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] json(BotApiRules.Answer answer) {
        return http(answer.status(), "application/json", answer.body());
    }

    static byte[] http(int status, String type, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 %d Status\r\nServer: nginx\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(status, type, body.length);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        whole.writeBytes(body);
        return whole.toByteArray();
    }
}
