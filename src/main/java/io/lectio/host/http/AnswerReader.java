package io.lectio.host.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Reads one HTTP/1.1 answer, with bounds on all that it holds. Source: RFC 9112.
final class AnswerReader {
    private static final int LARGEST_HEAD = 32_768;

    /// Called before each wait for more bytes.
    interface BeforeRead {
        void check() throws IOException;
    }

    record Head(int status, String reason, Map<String, String> headers) {}

    private final InputStream in;
    private int headBytes;

    AnswerReader(InputStream raw, BeforeRead before) {
        in = new BufferedInputStream(new InputStream() {
            @Override
            public int read() throws IOException {
                before.check();
                return raw.read();
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                before.check();
                return raw.read(bytes, from, length);
            }
        });
    }

    /// The final answer's; interim ones (1xx) are read over.
    Head head() throws IOException {
        Head head = oneHead();
        while (head.status() < 200) {
            head = oneHead();
        }
        return head;
    }

    private Head oneHead() throws IOException {
        String[] first = line().split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[1-5]\\d\\d")) {
            throw new HttpFailure(HttpFailure.Kind.MALFORMED, "the answer is not HTTP");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Head(Integer.parseInt(first[1]), first.length > 2 ? first[2] : "", headers);
    }

    byte[] body(Head head, int most) throws IOException {
        if (head.status() == 204 || head.status() == 304) {
            return new byte[0];
        }
        if (head.headers()
                .getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked")) {
            return chunked(most);
        }
        String length = head.headers().get("content-length");
        if (length == null) {
            return in.readNBytes(most);
        }
        if (!length.matches("\\d{1,15}")) {
            throw new HttpFailure(HttpFailure.Kind.MALFORMED, "a content length that is no number");
        }
        int wanted = (int) Math.min(most, Long.parseLong(length));
        byte[] body = in.readNBytes(wanted);
        if (body.length < wanted) {
            throw new HttpFailure(HttpFailure.Kind.CLOSED, "the answer ends too early");
        }
        return body;
    }

    private byte[] chunked(int most) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < most) {
            headBytes = 0;
            String size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw new HttpFailure(HttpFailure.Kind.MALFORMED, "a chunk without a size");
            }
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                break;
            }
            byte[] chunk = in.readNBytes(Math.min(length, most - body.size()));
            body.writeBytes(chunk);
            if (chunk.length < length) {
                if (body.size() < most) {
                    throw new HttpFailure(HttpFailure.Kind.CLOSED, "the answer ends too early");
                }
                break;
            }
            line();
        }
        return body.toByteArray();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new HttpFailure(HttpFailure.Kind.CLOSED, "the connection was closed without an answer");
            }
            if (++headBytes > LARGEST_HEAD) {
                throw new HttpFailure(HttpFailure.Kind.MALFORMED, "the answer's head is too large");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
