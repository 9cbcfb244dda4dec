package io.lectio.engine;

import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;

/// Port: a channel to the owner. Stateless: what was sent before comes with the parcel.
public interface Notifier {
    Delivery send(Outbox.Parcel parcel) throws InterruptedException;
}
