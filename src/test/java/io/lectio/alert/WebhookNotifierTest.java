package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Delivery;
import io.lectio.core.policy.Secret;
import io.lectio.engine.Notifier;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A webhook, against an HTTP server.
class WebhookNotifierTest extends HttpChannelContract {
    private static Notifier hook(int port) {
        return new WebhookNotifier(
                new Secret("http://127.0.0.1:" + port + "/hook/" + CANARY + "?key=" + CANARY), TEXTS);
    }

    @Override
    Notifier channel() {
        return hook(port());
    }

    @Override
    Notifier nowhere() {
        return hook(1);
    }

    @Override
    String body(int answered) {
        return "no address " + CANARY;
    }

    @Override
    int status(Way wanted) {
        return switch (wanted) {
            case ACCEPTS, SILENT, BREAKS -> 200;
            case REFUSES -> 404;
            case REFUSES_THE_TEXT -> 422;
            case ASKS_FOR_PATIENCE -> 429;
        };
    }

    @Test
    void tellsWhatAProgramWants() throws Exception {
        send(closed("index.html").healed(Duration.ofMillis(300), 3).parcel());
        send(closed("index.html").healed(Duration.ofMillis(300), 3).parcel());
        Post post = posts.getFirst();
        assertThat(post.type()).isEqualTo("application/json");
        assertThat(post.delivery()).contains(field(post.body(), "delivery"));
        assertThat(field(post.body(), "level")).isEqualTo("WARNING");
        assertThat(field(post.body(), "phase")).isEqualTo("Resolved");
        assertThat(field(post.body(), "alert")).isEqualTo("7");
        assertThat(posts.getLast().delivery()).as("a copy is known by it").isEqualTo(post.delivery());
        send(closed("index.html").revision(7, 2, 0));
        assertThat(posts.getLast().delivery()).isNotEqualTo(post.delivery());
    }

    @ParameterizedTest
    @CsvSource({
        "200,Accepted",
        "201,Accepted",
        "301,Refused",
        "400,Poison",
        "401,Refused",
        "403,Refused",
        "404,Refused",
        "408,Unreachable",
        "410,Refused",
        "413,Poison",
        "429,RetryAfter",
        "500,Unreachable",
        "503,Unreachable"
    })
    void aStatusMeansOneThing(int answered, String meaning) throws Exception {
        status = answered;
        assertThat(send(closed("index.html").parcel()).getClass().getSimpleName())
                .isEqualTo(meaning);
    }

    @Test
    void waitsAsLongAsItIsAsked() throws Exception {
        server(Way.ASKS_FOR_PATIENCE);
        assertThat(send(closed("index.html").parcel())).isEqualTo(new Delivery.RetryAfter(Duration.ofSeconds(7)));
    }
}
