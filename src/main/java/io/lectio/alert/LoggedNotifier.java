package io.lectio.alert;

import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.engine.EventLog;
import io.lectio.engine.Notifier;

/// Puts every alert that went out into `alerts.log`, with the text that the owner got.
public final class LoggedNotifier implements Notifier {
    private final Notifier channel;
    private final EventLog log;
    private final Texts texts;

    public LoggedNotifier(Notifier channel, EventLog log, Texts texts) {
        this.channel = channel;
        this.log = log;
        this.texts = texts;
    }

    @Override
    public Delivery send(Outbox.Parcel parcel) throws InterruptedException {
        Delivery delivery = channel.send(parcel);
        Alert first = parcel.alerts().getFirst();
        String text = texts.render(parcel).replace("\n", " | ");
        switch (delivery) {
            case Delivery.Accepted _ -> log.alert(first.level(), text);
            case Delivery.Poison(String reason) ->
                log.alert(first.level(), "refused by the channel (" + reason + "): " + text);
            case Delivery.TargetGone _,
                    Delivery.RetryAfter _,
                    Delivery.Unreachable _,
                    Delivery.Refused _,
                    Delivery.Migrated _ -> {} // it is sent again; the health log has the reason
        }
        return delivery;
    }
}
