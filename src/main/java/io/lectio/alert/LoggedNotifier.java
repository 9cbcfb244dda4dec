package io.lectio.alert;

import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.engine.EventLog;
import io.lectio.engine.Notifier;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// Puts every alert into `alerts.log` when it is first tried, whatever comes of it: while the channel is away the log
/// is where the owner can look. A revision of an alert has one line, with all that there is to say, at the level that
/// its reader is shown; a later delivery has a short one.
public final class LoggedNotifier implements Notifier {
    private static final int REMEMBERED = 1_000;

    private final Notifier channel;
    private final EventLog log;
    private final Texts texts;
    private final SequencedMap<Long, Line> lines = new LinkedHashMap<>();

    /// What the log has of an alert.
    private record Line(int revision, boolean delivered) {}

    public LoggedNotifier(Notifier channel, EventLog log, Texts texts) {
        this.channel = channel;
        this.log = log;
        this.texts = texts;
    }

    @Override
    public Delivery send(Outbox.Parcel parcel) throws InterruptedException {
        Optional<Delivery> delivery = Optional.empty();
        try {
            delivery = Optional.of(channel.send(parcel));
            return delivery.get();
        } finally {
            boolean arrived = delivery.orElse(null) instanceof Delivery.Accepted;
            Optional<String> failure = delivery.map(Delivery::inWords)
                    .or(() -> Optional.of("interrupted"))
                    .filter(_ -> !arrived);
            boolean poison = delivery.orElse(null) instanceof Delivery.Poison;
            parcel.alerts().forEach(alert -> note(alert, failure, poison));
            parcel.notices().forEach(notice -> note(notice, failure));
        }
    }

    private synchronized void note(Notice notice, Optional<String> failure) {
        Line now = new Line(notice.news().hashCode(), true); // what goes on has a line for each change
        if (!now.equals(lines.put(notice.id(), now))) {
            Level level = Texts.level(notice);
            log.alert(
                    level,
                    0,
                    onlyAtItsLevel(
                            level,
                            texts.whole(notice)
                                    + failure.map(" | not delivered yet: "::concat)
                                            .orElse("")));
        }
    }

    private synchronized void note(Alert alert, Optional<String> failure, boolean poison) {
        Optional<Line> before =
                Optional.ofNullable(lines.remove(alert.id())).filter(line -> line.revision() >= alert.revision());
        long incident = alert.incident().id();
        boolean told = before.isPresent();
        boolean delivered = before.filter(Line::delivered).isPresent();
        Level level = Texts.shown(alert);
        if (!told) {
            String text = texts.whole(alert).replace("\n", " | ");
            log.alert(
                    level,
                    incident,
                    onlyAtItsLevel(
                            level,
                            text + failure.map(" | not delivered yet: "::concat).orElse("")));
        } else if (failure.isEmpty() && !delivered) {
            log.alert(
                    Level.INFO,
                    incident,
                    "delivered now: the alert of " + alert.incident().brokenAt());
        } else if (poison && alert.rejections() == Alert.MOST_REJECTIONS - 1) {
            log.alert(
                    level,
                    incident,
                    onlyAtItsLevel(
                            level,
                            "given up, the channel refuses the alert of "
                                    + alert.incident().brokenAt() + ": " + failure.orElse("")));
        }
        lines.put(alert.id(), new Line(alert.revision(), failure.isEmpty() || delivered));
        if (lines.size() > REMEMBERED) {
            lines.pollFirstEntry();
        }
    }

    /// `grep "CRITICAL\|ERROR"` is how the log is searched: a journal's line that is quoted in a message must not
    /// answer for it.
    private static String onlyAtItsLevel(Level level, String text) {
        return level == Level.CRITICAL
                ? text
                : text.replace("CRITICAL", "critical").replace("ERROR", "error");
    }
}
