package io.lectio.testhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.BotApiServer.Outage;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class BotApiServerTest {
    private static final String TOKEN = "4242:canary";
    private static final String CHAT = "777";

    private final BotApiServer server = new BotApiServer(InetAddress.getLoopbackAddress(), TOKEN, CHAT);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void end() {
        client.shutdownNow();
        server.close();
    }

    @Test
    void aMessageArrivesAndIsEdited() {
        assertThat(send("⚠️ <b>down</b> &amp; out", ",\"parse_mode\":\"HTML\"").body())
                .contains("\"ok\":true", "\"message_id\":101", "⚠️ down & out");
        apart();
        assertThat(edit(101, "up again").statusCode()).isEqualTo(200);
        Message message = server.awaitMessage(each -> each.edits() == 1, Duration.ofSeconds(1));
        assertThat(message.text()).isEqualTo("up again");
        assertThat(message.lastAt()).isAfter(message.firstAt());
        assertThat(server.chat()).containsExactly(message);
        assertThat(server.requests())
                .hasSize(2)
                .allMatch(request -> request.status() == 200 && request.chat().equals(CHAT));
        assertThat(server.requests().getLast().messageId()).hasValue(101);
    }

    @Test
    void aFormDoesAsWellAsJson() {
        HttpResponse<String> answer = post(
                "sendMessage",
                "application/x-www-form-urlencoded",
                "chat_id=777&text=%D0%B4%D0%B0+ok".getBytes(StandardCharsets.US_ASCII));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(server.chat()).extracting(Message::text).containsExactly("да ok");
    }

    @Test
    void tellsWhoTheBotIs() {
        assertThat(call("getMe", "{}").body()).contains("\"is_bot\":true");
        assertThat(call("getUpdates", "{}").body()).isEqualTo("{\"ok\":true,\"result\":[]}");
        refused(call("sendPhoto", "{}"), 404, "Not Found");
    }

    @Test
    void anotherTokenIsUnauthorized() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.baseUrl() + "/bot1:other/getMe"))
                .POST(BodyPublishers.noBody())
                .build();
        refused(exchange(request), 401, "Unauthorized");
    }

    @Test
    void anotherChatIsNotFound() {
        refused(call("sendMessage", "{\"chat_id\":778,\"text\":\"x\"}"), 400, "Bad Request: chat not found");
        refused(call("sendMessage", "{\"text\":\"x\"}"), 400, "Bad Request: chat_id is empty");
    }

    @Test
    void aReaderWhoBlockedTheBotGetsNothing() {
        server.blocked(true);
        refused(send("x", ""), 403, "Forbidden: bot was blocked by the user");
        server.blocked(false);
        assertThat(send("x", "").statusCode()).isEqualTo(200);
    }

    @Test
    void anEmptyTextIsRefused() {
        refused(send(" \\n ", ""), 400, "Bad Request: message text is empty");
        refused(send("<b></b>", ",\"parse_mode\":\"HTML\""), 400, "Bad Request: message text is empty");
    }

    @Test
    void aTextOfMoreThan4096Utf16UnitsIsRefused() {
        refused(send("🚨".repeat(2048) + "x", ""), 400, "Bad Request: message is too long");
        assertThat(send("<b>" + "🚨".repeat(2048) + "</b>", ",\"parse_mode\":\"HTML\"")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<b>x", "x</b>", "<b>x</i>", "<p>x</p>", "a < b", "<span>x</span>"})
    void brokenMarkupIsRefused(String html) {
        refused(send(html, ",\"parse_mode\":\"HTML\""), 400, "Bad Request: can't parse entities: ");
        assertThat(send(html, "").statusCode()).isEqualTo(200);
    }

    @Test
    void halfASurrogatePairIsRefused() {
        refused(send("\\ud83d", ""), 400, "Bad Request: strings must be encoded in UTF-8");
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        byte[] body = "{\"chat_id\":777,\"text\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
        refused(post("sendMessage", "application/json", body), 400, "Bad Request: strings must be encoded in UTF-8");
        byte[] form = "chat_id=777&text=%FF".getBytes(StandardCharsets.US_ASCII);
        refused(
                post("sendMessage", "application/x-www-form-urlencoded", form),
                400,
                "Bad Request: strings must be encoded in UTF-8");
    }

    @Test
    void anEditThatChangesNothingIsRefused() {
        send("same", "");
        apart();
        refused(edit(101, "same"), 400, "Bad Request: message is not modified: ");
        assertThat(server.chat()).extracting(Message::edits).containsExactly(0);
    }

    @Test
    void aForgottenMessageCannotBeEdited() {
        send("x", "");
        server.forget(101);
        apart();
        refused(edit(101, "y"), 400, "Bad Request: message to edit not found");
        refused(edit(9, "y"), 400, "Bad Request: message to edit not found");
    }

    @Test
    void twoMessagesWithinASecondAreOneTooMany() {
        send("one", "");
        HttpResponse<String> second = send("two", "");
        refused(second, 429, "Too Many Requests: retry after 1");
        assertThat(second.body()).contains("\"parameters\":{\"retry_after\":1}");
        assertThat(server.early()).isZero();
        send("three", "");
        assertThat(server.early()).isEqualTo(1);
        apart();
        assertThat(send("four", "").statusCode()).isEqualTo(200);
        assertThat(server.early()).isEqualTo(1);
        assertThat(server.chat()).extracting(Message::text).containsExactly("one", "four");
    }

    @Test
    void aForcedRetryAfterHoldsUntilItIsOver() {
        server.retryAfter(2);
        refused(send("x", ""), 429, "Too Many Requests: retry after 2");
        Commands.pause(Duration.ofMillis(1100));
        refused(send("x", ""), 429, "Too Many Requests: retry after 1");
        apart();
        assertThat(send("x", "").statusCode()).isEqualTo(200);
        assertThat(server.early()).isEqualTo(1);
    }

    @Test
    void anotherReaderOfTheUpdatesIsAConflict() {
        server.conflict(true);
        refused(call("getUpdates", "{}"), 409, "Conflict: terminated by other getUpdates request");
    }

    @Test
    void aChatThatMigratedTellsItsNewId() {
        send("x", "");
        server.migrateTo("-100500");
        HttpResponse<String> answer = send("y", "");
        refused(answer, 400, "Bad Request: group chat was upgraded to a supergroup chat");
        assertThat(answer.body()).contains("\"parameters\":{\"migrate_to_chat_id\":-100500}");
        apart();
        assertThat(call("sendMessage", "{\"chat_id\":-100500,\"text\":\"y\"}").statusCode())
                .isEqualTo(200);
        assertThat(server.chat()).extracting(Message::text).containsExactly("x", "y");
    }

    @ParameterizedTest
    @EnumSource(
            value = Outage.class,
            names = {"BLACK_HOLE", "ONE_BYTE_PER_SECOND"})
    void someOutagesOnlyADeadlineEnds(Outage outage) {
        server.outage(outage);
        assertThatThrownBy(() -> trying("x")).isInstanceOf(HttpTimeoutException.class);
        recovers();
    }

    @ParameterizedTest
    @EnumSource(
            value = Outage.class,
            names = {"GARBAGE", "RESET", "TRUNCATED"})
    void someOutagesBreakTheAnswer(Outage outage) {
        server.outage(outage);
        assertThatThrownBy(() -> trying("x"))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class);
        recovers();
    }

    @Test
    void nothingListensWhenConnectionsAreRefused() {
        server.outage(Outage.REFUSED);
        assertThatThrownBy(() -> trying("x")).isInstanceOf(ConnectException.class);
        recovers();
    }

    @Test
    void connectionsThatAreOpenAreCutWhenNothingListensAnyMore() {
        assertThat(call("getMe", "{}").statusCode()).isEqualTo(200);
        server.outage(Outage.REFUSED);
        assertThatThrownBy(() -> trying("x")).isInstanceOf(IOException.class);
        recovers();
    }

    @Test
    void serversBreak() {
        server.outage(Outage.HTTP_500);
        refused(send("x", ""), 500, "Internal Server Error");
        server.outage(Outage.HTTP_502_HTML);
        HttpResponse<String> answer = send("x", "");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).startsWith("<html>");
        assertThat(server.chat()).isEmpty();
        assertThat(server.requests()).extracting(BotApiServer.Recorded::status).containsExactly(500, 502);
        recovers();
    }

    private void recovers() {
        server.outage(Outage.NONE);
        apart();
        assertThat(send("after", "").statusCode()).isEqualTo(200);
        server.awaitMessage(message -> message.text().equals("after"), Duration.ofSeconds(1));
    }

    private static void refused(HttpResponse<String> answer, int status, String description) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body())
                .contains("\"ok\":false,\"error_code\":" + status + ",\"description\":\"" + description);
    }

    private static void apart() {
        Commands.pause(Duration.ofMillis(1020));
    }

    private HttpResponse<String> send(String text, String more) {
        return call("sendMessage", message(text, more));
    }

    private HttpResponse<String> edit(long id, String text) {
        return call("editMessageText", message(text, ",\"message_id\":" + id));
    }

    private static String message(String text, String more) {
        return "{\"chat_id\":777,\"text\":\"" + text + "\"" + more + "}";
    }

    private HttpResponse<String> call(String method, String json) {
        return post(method, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> post(String method, String type, byte[] body) {
        return exchange(request(method, type, body));
    }

    private HttpRequest request(String method, String type, byte[] body) {
        return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/bot" + TOKEN + "/" + method))
                .header("Content-Type", type)
                .timeout(Duration.ofSeconds(1))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private HttpResponse<String> trying(String text) throws IOException, InterruptedException {
        byte[] body = message(text, "").getBytes(StandardCharsets.UTF_8);
        return client.send(request("sendMessage", "application/json", body), BodyHandlers.ofString());
    }

    private HttpResponse<String> exchange(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw Commands.interrupted(e);
        }
    }
}
