package io.lectio.testhost;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/// A Bot API server with one bot and one chat that holds to Telegram's rules, fails in the ways a network fails, and
/// records all.
///
/// Safe for use by several threads. [#baseUrl()] is what `TELEGRAM_API_URL` is set to.
public final class BotApiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BotApiServer.class.getName());

    private final InetSocketAddress address;
    private final BotApiRules rules;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private Optional<ServerSocket> listening = Optional.empty();
    private Thread accepting = Thread.currentThread();
    private volatile Outage outage = Outage.NONE;
    private volatile boolean closed;
    private volatile Duration skew = Duration.ZERO;

    /// How the server or the way to it fails.
    public enum Outage {
        /// It does not.
        NONE,
        /// Nothing listens.
        REFUSED,
        /// Connections are made, requests taken, and nothing is ever answered.
        BLACK_HOLE,
        /// The answer is not HTTP.
        GARBAGE,
        /// Telegram's own internal error.
        HTTP_500,
        /// A proxy's page of HTML.
        HTTP_502_HTML,
        /// The connection is reset when the request is there; the request has no effect.
        RESET,
        /// The request takes effect and its answer arrives a byte a second.
        ONE_BYTE_PER_SECOND,
        /// The request takes effect and its answer is cut in the middle.
        TRUNCATED
    }

    /// A request as it came; the status it was answered with, 0 for none. The text is as sent, with its markup.
    public record Recorded(Instant at, String method, String chat, String text, OptionalLong messageId, int status) {}

    /// A message as the chat's reader sees it: without markup, after its last edit.
    public record Message(long id, String text, int edits, Instant firstAt, Instant lastAt) {}

    /// Starts on a free port of that address, for one bot and one chat.
    public BotApiServer(InetAddress bind, String token, String chat) {
        rules = new BotApiRules(token, chat);
        ServerSocket server = listen(new InetSocketAddress(bind, 0));
        address = new InetSocketAddress(bind, server.getLocalPort());
    }

    private synchronized ServerSocket listen(InetSocketAddress where) {
        try {
            ServerSocket server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(where, 128);
            listening = Optional.of(server);
            accepting = Thread.ofVirtual().name("bot-api").start(() -> accept(server));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().name("bot-api-call").start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BotApiWire wire = new BotApiWire(socket.getInputStream());
            for (Optional<BotApiWire.Request> request = wire.next(); request.isPresent(); request = wire.next()) {
                if (!answered(socket, request.get())) {
                    return;
                }
            }
        } catch (SocketException e) {
            // clients may go at any time, and outages cut them off: the connection ends, which is all that it means
            LOG.log(System.Logger.Level.DEBUG, "a connection ended", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.remove(socket);
        }
    }

    /// Whether the connection goes on.
    private boolean answered(Socket socket, BotApiWire.Request request) throws IOException {
        OutputStream out = socket.getOutputStream();
        switch (outage) {
            case NONE -> {
                if (request.path().equals("/")) { // leads to the API's description, and is no call
                    out.write(BotApiWire.redirect(
                            "https://core.telegram.org/bots", Instant.now().plus(skew)));
                    return false;
                }
                out.write(BotApiWire.json(rules.answer(request)));
                return true;
            }
            case BLACK_HOLE -> {
                rules.unanswered(request, 0);
                while (!closed && outage == Outage.BLACK_HOLE) {
                    Commands.pause(Duration.ofMillis(20));
                }
            }
            case GARBAGE -> {
                rules.unanswered(request, 0);
                out.write("\u0000\u0001SSH-2.0-nonsense\r\n\u0007\u0007\u0007".getBytes(StandardCharsets.ISO_8859_1));
            }
            case HTTP_500 -> {
                rules.unanswered(request, 500);
                out.write(BotApiWire.json(new BotApiRules.Answer(
                        500, "{\"ok\":false,\"error_code\":500,\"description\":\"Internal Server Error\"}")));
            }
            case HTTP_502_HTML -> {
                rules.unanswered(request, 502);
                out.write(BotApiWire.http(
                        502,
                        "text/html",
                        "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"));
            }
            case REFUSED, RESET -> {
                rules.unanswered(request, 0);
                socket.setSoLinger(true, 0); // closing sends a reset
            }
            case ONE_BYTE_PER_SECOND -> {
                for (byte each : BotApiWire.json(rules.answer(request))) {
                    out.write(each);
                    for (int waited = 0; waited < 50 && !closed && outage == Outage.ONE_BYTE_PER_SECOND; waited++) {
                        Commands.pause(Duration.ofMillis(20));
                    }
                }
            }
            case TRUNCATED -> {
                byte[] whole = BotApiWire.json(rules.answer(request));
                out.write(whole, 0, whole.length - 20);
            }
        }
        return false;
    }

    /// What `TELEGRAM_API_URL` is set to: `http://ADDRESS:PORT`, without a slash at the end.
    public String baseUrl() {
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /// The base as a URI.
    public URI uri() {
        return URI.create(baseUrl());
    }

    /// From now on the server fails like this, also on the connections that are open.
    public void outage(Outage mode) {
        outage = mode;
        if (mode == Outage.REFUSED) {
            stopListening(true);
        } else {
            resume();
        }
    }

    private synchronized void resume() {
        if (listening.isEmpty()) {
            listen(address);
        }
    }

    private synchronized void stopListening(boolean reset) {
        try {
            if (listening.isPresent()) {
                listening.get().close();
                listening = Optional.empty();
                boolean _ = accepting.join(Duration.ofSeconds(1)); // until then connections may still be taken
            }
            for (Socket socket : open) {
                if (reset && !socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                }
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// From now on its clock is so far ahead of this machine's.
    public void skew(Duration ahead) {
        skew = ahead;
    }

    /// The next call to the chat gets 429 with this many seconds, and so do all until they have passed.
    public void retryAfter(int seconds) {
        rules.retryAfter(seconds);
    }

    /// How many calls came before a `retry_after` that had been given was over.
    public int early() {
        return rules.early();
    }

    /// From now on the reader has blocked the bot (403), or no more.
    public void blocked(boolean yes) {
        rules.blocked(yes);
    }

    /// From now on `getUpdates` is refused with 409, as while another reads the bot's updates, or no more.
    public void conflict(boolean yes) {
        rules.conflict(yes);
    }

    /// Somebody writes to the bot: `getUpdates` tells it.
    public void written(String byChat, String name) {
        rules.written(byChat, name);
    }

    /// The chat becomes another: calls with the old id get 400 with `migrate_to_chat_id`, and old messages cannot be
    /// edited.
    public void migrateTo(String chat) {
        rules.migrateTo(chat);
    }

    /// Deletes the message, so that an edit of it is answered with "message to edit not found".
    public void forget(long messageId) {
        rules.forget(messageId);
    }

    /// All that came, in the order in which it was answered.
    public List<Recorded> requests() {
        return rules.requests();
    }

    /// What is in the chat, and in the chat it migrated from; forgotten ones are not.
    public List<Message> chat() {
        return rules.chat();
    }

    /// Waits for a message that is like this.
    public Message awaitMessage(Predicate<Message> wanted, Duration deadline) {
        return rules.awaitMessage(wanted, deadline);
    }

    @Override
    public void close() {
        closed = true;
        stopListening(false);
    }
}
