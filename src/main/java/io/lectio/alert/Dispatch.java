package io.lectio.alert;

import io.lectio.core.incident.Outbox;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The name of what is sent: the same again for the same, so that a receiver knows a copy when it sees one.
final class Dispatch {
    private Dispatch() {}

    static UUID name(Outbox.Parcel parcel) {
        String what = Stream.concat(
                        parcel.alerts().stream()
                                .map(alert -> alert.id() + "." + alert.revision() + "."
                                        + alert.incident().openedAt()),
                        parcel.notices().stream().map(notice -> notice.id() + "." + notice.at()))
                .collect(Collectors.joining(" "));
        return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8));
    }
}
