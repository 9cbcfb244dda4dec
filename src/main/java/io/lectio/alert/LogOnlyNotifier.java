package io.lectio.alert;

import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.engine.Notifier;
import java.util.Optional;

/// Where no channel is configured: the alert has its line in `alerts.log`, and that is all.
public final class LogOnlyNotifier implements Notifier {
    @Override
    public Delivery send(Outbox.Parcel parcel) {
        return new Delivery.Accepted(Optional.empty());
    }
}
