package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.Language;
import io.lectio.engine.Notifier;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every channel does with what it is given, and with a server that refuses, is away, or asks for patience.
abstract class ChannelContract {
    static final String CANARY = "cAnArYcAnArYcAnArYcAnArYcAnArYcAnAr";
    static final Texts TEXTS = new Texts(Language.EN, ZoneOffset.UTC, InstantSource.fixed(Told.BROKEN), true);
    private static final Duration LONGEST = Duration.ofSeconds(27);

    enum Way {
        /// All is well.
        ACCEPTS,
        /// A person must mend something first.
        REFUSES,
        /// This text is not wanted.
        REFUSES_THE_TEXT,
        /// Not now.
        ASKS_FOR_PATIENCE,
        /// Connections are made and nothing is ever said.
        SILENT,
        /// It breaks in the middle.
        BREAKS
    }

    private final List<Delivery> said = new ArrayList<>();

    abstract void server(Way way);

    abstract Notifier channel();

    /// The same, where nobody listens.
    abstract Notifier nowhere();

    /// What a person reads of what has arrived, one each.
    abstract List<String> arrived();

    @AfterEach
    void nothingThatIsSaidHoldsASecret() {
        assertThat(said)
                .allSatisfy(
                        delivery -> assertThat(delivery + delivery.inWords()).doesNotContain(CANARY));
        assertThat(channel().toString()).doesNotContain(CANARY);
    }

    Delivery send(Notifier notifier, Outbox.Parcel parcel) throws InterruptedException {
        long start = System.nanoTime();
        Delivery delivery = notifier.send(parcel);
        assertThat(System.nanoTime() - start).as("its deadline holds").isLessThan(LONGEST.toNanos());
        said.add(delivery);
        return delivery;
    }

    Delivery send(Outbox.Parcel parcel) throws InterruptedException {
        return send(channel(), parcel);
    }

    static Told closed(String file) {
        return Told.paths(Told.closedFile(file)).tried(1, Told.changed(0, 1, 0));
    }

    @Test
    void anAlertArrivesWhole() throws Exception {
        server(Way.ACCEPTS);
        assertThat(send(closed("index.html").parcel())).isInstanceOf(Delivery.Accepted.class);
        assertThat(arrived()).hasSize(1).first().asString().contains("index.html", "WARNING");
    }

    @Test
    void newsOfTheGuardArrivesToo() throws Exception {
        server(Way.ACCEPTS);
        Notice started =
                new Notice(9, Told.BROKEN, false, new Notice.Started(URI.create("https://school.example/"), 6, true));
        Notice alive = new Notice(10, Told.BROKEN, false, new Notice.Alive(2, Duration.ofSeconds(12), 6, 7));
        Outbox.Parcel news = new Outbox.Parcel(List.of(), Optional.empty(), false, 0, List.of(started, alive), false);
        assertThat(send(news)).isInstanceOf(Delivery.Accepted.class);
        assertThat(arrived())
                .hasSize(1)
                .first()
                .asString()
                .contains("https://school.example/", "checks: 6", "6 of 7", "12 s");
    }

    @Test
    void whatOnlyAPersonCanMendIsRefused() throws Exception {
        server(Way.REFUSES);
        assertThat(send(closed("index.html").parcel())).isInstanceOf(Delivery.Refused.class);
        assertThat(arrived()).isEmpty();
    }

    @Test
    void aTextThatIsNotWantedIsPoison() throws Exception {
        server(Way.REFUSES_THE_TEXT);
        assertThat(send(closed("index.html").parcel())).isInstanceOf(Delivery.Poison.class);
    }

    @Test
    void whatAsksForPatienceIsTriedAgain() throws Exception {
        server(Way.ASKS_FOR_PATIENCE);
        assertThat(send(closed("index.html").parcel()))
                .isInstanceOfAny(Delivery.RetryAfter.class, Delivery.Unreachable.class);
        server(Way.ACCEPTS);
        assertThat(send(closed("index.html").parcel())).isInstanceOf(Delivery.Accepted.class);
        assertThat(arrived()).hasSize(1);
    }

    @Test
    void nobodyThereIsUnreachable() throws Exception {
        assertThat(send(nowhere(), closed("index.html").parcel())).isInstanceOf(Delivery.Unreachable.class);
    }

    @Test
    void aServerThatBreaksIsUnreachable() throws Exception {
        server(Way.BREAKS);
        assertThat(send(closed("index.html").parcel())).isInstanceOf(Delivery.Unreachable.class);
    }

    @Test
    @Tag("slow")
    void aServerThatSaysNothingIsUnreachableWithinTheDeadline() throws Exception {
        server(Way.SILENT);
        assertThat(send(closed("index.html").parcel())).isInstanceOf(Delivery.Unreachable.class);
    }

    /// Whoever may put a file into the web root must not thereby write a header, nor break or hide what is told.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nBcc: x@evil.example\r\n\r\nhello",
                "a\nX-Injected: 1",
                "nul \u0000 bell \u0007",
                "\u202egnp.exe right to left \u2066",
                "half \ud83d of a pair",
                "\u2028lines\u2029",
                ".",
                "🚨🚨🚨"
            })
    void anyNameArrivesHarmless(String file) throws Exception {
        server(Way.ACCEPTS);
        assertThat(send(Told.blind(file).parcel())).isInstanceOf(Delivery.Accepted.class);
        assertThat(arrived()).hasSize(1);
        assertThat(arrived().getFirst().codePoints().filter(point -> point != '\n'))
                .noneMatch(point -> Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.SURROGATE
                        || point == 0x2028);
    }

    @Test
    void aMegabyteArrivesShortened() throws Exception {
        server(Way.ACCEPTS);
        assertThat(send(Told.blind("🚨x".repeat(350_000)).parcel())).isInstanceOf(Delivery.Accepted.class);
        assertThat(arrived()).hasSize(1).first().asString().hasSizeBetween(1_000, 4_096);
    }
}
