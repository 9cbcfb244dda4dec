package io.lectio.testhost;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.BotApiServer.Recorded;
import io.lectio.testhost.BotApiWire.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What Telegram answers to a call, the chat, and the record of all calls.
final class BotApiRules {
    private static final int LONGEST = 4096;
    private static final Duration APART = Duration.ofSeconds(1);

    private final String token;
    private final List<Recorded> requests = new ArrayList<>();
    private final List<String> updates = new ArrayList<>();
    private final Map<Long, Posted> posted = new TreeMap<>();
    private String chat;
    private Optional<String> formerChat = Optional.empty();
    private boolean blocked;
    private boolean conflict;
    private OptionalInt forced = OptionalInt.empty();
    private OptionalLong lastAccepted = OptionalLong.empty();
    private OptionalLong notBefore = OptionalLong.empty();
    private int early;
    private long lastId = 100;

    record Answer(int status, String body) {
        static Answer ok(String result) {
            return new Answer(200, "{\"ok\":true,\"result\":" + result + "}");
        }

        static Answer error(int status, String description) {
            return error(status, description, "");
        }

        static Answer error(int status, String description, String parameters) {
            return new Answer(
                    status,
                    "{\"ok\":false,\"error_code\":%d,\"description\":%s%s}"
                            .formatted(
                                    status,
                                    quoted(description),
                                    parameters.isEmpty() ? "" : ",\"parameters\":{" + parameters + "}"));
        }
    }

    private record Posted(String chat, String raw, String mode, Message message) {}

    BotApiRules(String token, String chat) {
        this.token = token;
        this.chat = chat;
    }

    Answer answer(Request request) {
        BotApiCall call = BotApiCall.bare(request);
        Answer answer;
        if (!call.token().equals(token)) {
            answer = Answer.error(401, "Unauthorized");
        } else {
            try {
                call = BotApiCall.of(request);
                answer = answer(call);
            } catch (BotApiCall.Unreadable e) {
                answer = Answer.error(400, said(e));
            }
        }
        record(call, answer.status());
        return answer;
    }

    /// Records a request that an outage keeps from having any effect.
    void unanswered(Request request, int status) {
        BotApiCall call = BotApiCall.bare(request);
        try {
            call = BotApiCall.of(request);
        } catch (BotApiCall.Unreadable e) {
            call = new BotApiCall(call.token(), call.method(), Map.of("text", said(e)));
        }
        record(call, status);
    }

    private synchronized void record(BotApiCall call, int status) {
        requests.add(new Recorded(
                Instant.now(),
                call.method(),
                call.text("chat_id"),
                call.text("text"),
                call.number("message_id"),
                status));
        notifyAll();
    }

    private synchronized Answer answer(BotApiCall call) {
        return switch (call.method()) {
            case "getMe" ->
                Answer.ok("{\"id\":4242,\"is_bot\":true,\"first_name\":\"Lectio\",\"username\":\"lectio_test_bot\"}");
            case "getUpdates" ->
                conflict
                        ? Answer.error(
                                409,
                                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
                        : Answer.ok("[" + String.join(",", updates) + "]");
            case "getChat" ->
                call.text("chat_id").equals(chat)
                        ? Answer.ok("{\"id\":" + chat + ",\"type\":\"private\",\"first_name\":\"Owner\"}")
                        : Answer.error(400, "Bad Request: chat not found");
            case "sendMessage", "editMessageText" -> toChat(call);
            default -> Answer.error(404, "Not Found");
        };
    }

    private Answer toChat(BotApiCall call) {
        String id = call.text("chat_id");
        if (formerChat.filter(id::equals).isPresent()) {
            return Answer.error(
                    400, "Bad Request: group chat was upgraded to a supergroup chat", "\"migrate_to_chat_id\":" + chat);
        }
        if (id.isEmpty()) {
            return Answer.error(400, "Bad Request: chat_id is empty");
        }
        if (!id.equals(chat)) {
            return Answer.error(400, "Bad Request: chat not found");
        }
        if (blocked) {
            return Answer.error(403, "Forbidden: bot was blocked by the user");
        }
        OptionalInt wait = flood();
        if (wait.isPresent()) {
            int seconds = wait.getAsInt();
            return Answer.error(429, "Too Many Requests: retry after " + seconds, "\"retry_after\":" + seconds);
        }
        String mode = call.text("parse_mode");
        String seen = call.text("text").strip();
        if (!mode.isEmpty()) {
            if (!mode.equalsIgnoreCase("HTML")) {
                return Answer.error(400, "Bad Request: unsupported parse_mode");
            }
            try {
                seen = TelegramHtml.seen(call.text("text")).strip();
            } catch (TelegramHtml.Broken e) {
                return Answer.error(400, said(e));
            }
        }
        if (seen.isEmpty()) {
            return Answer.error(400, "Bad Request: message text is empty");
        }
        if (seen.length() > LONGEST) {
            return Answer.error(400, "Bad Request: message is too long");
        }
        return call.method().equals("sendMessage") ? send(call, mode, seen) : edit(call, mode, seen);
    }

    /// The seconds to wait, when it is not yet time for another call.
    private OptionalInt flood() {
        long now = System.nanoTime();
        if (notBefore.isPresent() && now < notBefore.getAsLong()) {
            early++;
            return OptionalInt.of((int) Math.ceilDiv(notBefore.getAsLong() - now, 1_000_000_000L));
        }
        OptionalInt wait = forced;
        forced = OptionalInt.empty();
        if (wait.isEmpty() && lastAccepted.isPresent() && now - lastAccepted.getAsLong() < APART.toNanos()) {
            wait = OptionalInt.of(1);
        }
        notBefore = wait.isPresent()
                ? OptionalLong.of(now + Duration.ofSeconds(wait.getAsInt()).toNanos())
                : OptionalLong.empty();
        return wait;
    }

    private Answer send(BotApiCall call, String mode, String seen) {
        long id = ++lastId;
        Instant now = Instant.now();
        return accept(new Posted(chat, call.text("text"), mode, new Message(id, seen, 0, now, now)));
    }

    private Answer edit(BotApiCall call, String mode, String seen) {
        Optional<Posted> before = call.number("message_id").stream()
                .mapToObj(posted::get)
                .flatMap(found -> Optional.ofNullable(found).stream())
                .filter(found -> found.chat().equals(chat))
                .findFirst();
        if (before.isEmpty()) {
            return Answer.error(400, "Bad Request: message to edit not found");
        }
        Posted old = before.get();
        if (old.raw().strip().equals(call.text("text").strip()) && old.mode().equalsIgnoreCase(mode)) {
            return Answer.error(
                    400,
                    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a"
                            + " current content and reply markup of the message");
        }
        Message message = old.message();
        return accept(new Posted(
                chat,
                call.text("text"),
                mode,
                new Message(message.id(), seen, message.edits() + 1, message.firstAt(), Instant.now())));
    }

    private Answer accept(Posted made) {
        lastAccepted = OptionalLong.of(System.nanoTime());
        Message message = made.message();
        posted.put(message.id(), made);
        notifyAll();
        return Answer.ok("{\"message_id\":%d,\"date\":%d,\"chat\":{\"id\":%s,\"type\":\"private\"},\"text\":%s}"
                .formatted(message.id(), message.firstAt().getEpochSecond(), chat, quoted(message.text())));
    }

    private static String said(Exception e) {
        return Optional.ofNullable(e.getMessage()).orElseThrow();
    }

    private static String quoted(String text) {
        return '"'
                + new String(com.fasterxml.jackson.core.io.JsonStringEncoder.getInstance()
                        .quoteAsString(text))
                + '"';
    }

    synchronized void retryAfter(int seconds) {
        forced = OptionalInt.of(seconds);
    }

    synchronized int early() {
        return early;
    }

    synchronized void blocked(boolean yes) {
        blocked = yes;
    }

    synchronized void conflict(boolean yes) {
        conflict = yes;
    }

    synchronized void written(String by, String name) {
        updates.add(
                "{\"update_id\":%d,\"message\":{\"message_id\":1,\"date\":0,\"from\":{\"id\":7,\"first_name\":\"other\"},\"chat\":{\"id\":%s,\"first_name\":%s,\"type\":\"private\"},\"text\":\"hi\"}}"
                        .formatted(updates.size() + 1, by, quoted(name)));
    }

    synchronized void migrateTo(String next) {
        formerChat = Optional.of(chat);
        chat = next;
    }

    synchronized void forget(long messageId) {
        posted.remove(messageId);
    }

    synchronized List<Recorded> requests() {
        return List.copyOf(requests);
    }

    synchronized List<Message> chat() {
        return posted.values().stream().map(Posted::message).toList();
    }

    synchronized Message awaitMessage(Predicate<Message> wanted, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        while (true) {
            Optional<Message> found = chat().stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "no such message within " + deadline + "; in the chat: " + chat() + "; " + requests);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw Commands.interrupted(e);
            }
        }
    }
}
