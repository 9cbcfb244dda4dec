package io.lectio.alert;

import io.lectio.core.policy.Secret;
import io.lectio.engine.Notifier;
import java.net.URI;
import java.util.Optional;

/// Telegram by the contract of all channels; what is its own is `TelegramNotifierTest`'s.
class TelegramContractTest extends HttpChannelContract {
    private static Notifier telegram(int port) {
        return new TelegramNotifier(
                URI.create("http://127.0.0.1:" + port),
                new Secret("123456789:" + CANARY),
                "42",
                Optional.empty(),
                TEXTS);
    }

    @Override
    Notifier channel() {
        return telegram(port());
    }

    @Override
    Notifier nowhere() {
        return telegram(1);
    }

    @Override
    String body(int answered) {
        return answered == 200
                ? "{\"ok\":true,\"result\":{\"message_id\":7}}"
                : "{\"ok\":false,\"description\":\"no, 123456789:" + CANARY + "\",\"parameters\":{\"retry_after\":7}}";
    }

    @Override
    int status(Way wanted) {
        return switch (wanted) {
            case ACCEPTS, SILENT, BREAKS -> 200;
            case REFUSES -> 403;
            case REFUSES_THE_TEXT -> 400;
            case ASKS_FOR_PATIENCE -> 429;
        };
    }
}
