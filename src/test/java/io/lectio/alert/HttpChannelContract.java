package io.lectio.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;

/// The contract of what speaks HTTP.
abstract class HttpChannelContract extends ChannelContract {
    record Post(Optional<String> delivery, String type, String body) {}

    final List<Post> posts = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final HttpServer server = start();
    volatile int status = 200;
    private volatile Way way = Way.ACCEPTS;

    /// What comes with a status.
    abstract String body(int answered);

    abstract int status(Way wanted);

    int port() {
        return server.getAddress().getPort();
    }

    private HttpServer start() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            made.createContext("/", this::answer);
            made.start();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (way == Way.SILENT) {
            try {
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (status / 100 == 2 && way == Way.ACCEPTS) {
            posts.add(new Post(
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Lectio-Delivery")),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    body));
        }
        exchange.getResponseHeaders().add("Retry-After", "7");
        if (way != Way.BREAKS) {
            byte[] answered = body(status).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answered.length);
            exchange.getResponseBody().write(answered);
        }
        exchange.close();
    }

    @Override
    void server(Way to) {
        way = to;
        status = to == Way.SILENT || to == Way.BREAKS ? 200 : status(to);
    }

    @Override
    List<String> arrived() {
        return posts.stream().map(post -> field(post.body(), "text")).toList();
    }

    static String field(String body, String name) {
        try (JsonParser json = new JsonFactory().createParser(body)) {
            String found = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isScalarValue() && name.equals(json.currentName())) {
                    found = json.getText();
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        closing.countDown();
        server.stop(0);
    }
}
