package io.lectio.host.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
    private static Message read(byte[] bytes) throws IOException {
        return Message.read(new ByteArrayInputStream(bytes));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static Reader reader(byte... bytes) {
        return new Reader(ByteBuffer.wrap(bytes));
    }

    private static Message signal(String signature, Writer body) {
        return new Message(Message.Type.SIGNAL, 7, 0, "/p", "i.n", "M", "", signature, body.written());
    }

    static Stream<Message> messages() {
        return Stream.of(
                Message.call(1, "/org/x", "org.x.Y", "Go"),
                Message.call(0x7fffffff, "/org/x", "org.x.Y", "KillUnit", "nginx.service", "all", 9),
                Message.call(3, "/", "", "M", "ä".repeat(5_000)),
                new Message(
                        Message.Type.ANSWER,
                        4,
                        9,
                        "",
                        "",
                        "",
                        "",
                        "o",
                        new Writer().put('o', "/job/1").written()),
                new Message(
                        Message.Type.ERROR,
                        5,
                        9,
                        "",
                        "",
                        "",
                        "org.E",
                        "s",
                        new Writer().put('s', "no").written()));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageComesBackAsItWent(Message message) throws IOException {
        Message back = read(bytes(message.encode()));
        assertThat(back).usingRecursiveComparison().ignoringFields("body").isEqualTo(message);
        assertThat(back.values()).isEqualTo(message.values());
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "8"})
    void everyTypeIsReadAtItsBoundary(int shift) throws IOException {
        Writer body = new Writer();
        for (int i = 0; i < shift; i++) {
            body.put('y', (byte) i);
        }
        body.put('b', true)
                .put('y', (byte) -1)
                .put('x', Long.MIN_VALUE)
                .put('y', (byte) 2)
                .put('u', -1);
        body.put('g', "a{sv}").put('d', 0.5).put('o', "/").variant('t', 5L).put('s', "");
        assertThat(signal("y".repeat(shift) + "byxyugdovs", body).values().subList(shift, shift + 10))
                .containsExactly(true, (byte) -1, Long.MIN_VALUE, (byte) 2, -1, "a{sv}", 0.5, "/", 5L, "");
    }

    private static Writer properties() {
        Writer body = new Writer().put('u', 0).align(8);
        int from = body.position();
        body.put('s', "A").variant('s', "one").align(8);
        body.put('s', "Id")
                .put('g', "ay")
                .put('u', 2)
                .put('y', (byte) 7)
                .put('y', (byte) 8)
                .align(8);
        body.put('s', "Exec")
                .put('g', "a(sasb)")
                .put('u', 16)
                .align(8)
                .put('x', 0L)
                .put('x', 0L)
                .align(8);
        body.put('s', "Load")
                .put('g', "(sv(u))")
                .align(8)
                .put('s', "x")
                .variant('u', 1)
                .align(8)
                .put('u', 2)
                .align(8);
        body.put('s', "Z").variant('t', 9L);
        body.length(0, body.position() - from);
        return body;
    }

    @Test
    void ofPropertiesTheWantedAreKeptAndTheOthersPassedOver() throws IOException {
        Map<String, Object> found = new Reader(properties().written()).properties(Set.of("A", "Id", "Exec", "Z"));
        assertThat(found)
                .containsEntry("A", "one")
                .containsEntry("Id", new byte[] {7, 8})
                .containsEntry("Exec", Reader.PASSED_OVER)
                .containsEntry("Z", 9L)
                .hasSize(4);
    }

    @Test
    void arraysAreKeptWhereTheyAreAskedFor() throws IOException {
        Writer body = new Writer().put('u', 0).align(8);
        int from = body.position();
        body.put('s', "ExecStartEx").put('g', "a(sasasb)").put('u', 0);
        int length = body.position() - 4;
        int first = body.align(8).position();
        for (String program : new String[] {"/a", "/bc"}) {
            body.align(8).put('s', program);
            body.put('u', 13).put('s', "x").align(4).put('s', "").put('u', 0).put('b', true);
        }
        body.length(length, body.position() - first);
        body.length(0, body.position() - from);
        Map<String, Object> found = new Reader(body.written(), true).properties(Set.of("ExecStartEx"));
        assertThat(found)
                .containsEntry(
                        "ExecStartEx",
                        List.of(
                                List.of("/a", List.of("x", ""), List.of(), true),
                                List.of("/bc", List.of("x", ""), List.of(), true)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a()", "aa()", "a{}", "a(i)", "as", "aas", "av"})
    void anArrayThatIsKeptEnds(String type) {
        for (int length : new int[] {1, 3, 7, 8, 9}) {
            Writer body = new Writer().put('u', length).align(8).put('x', 0L).put('x', 1L);
            try {
                assertThat(new Reader(body.written(), true).value(type)).isInstanceOf(List.class);
            } catch (SystemdException e) {
                assertThat(e.kind()).isEqualTo(SystemdException.Kind.MALFORMED);
            }
        }
    }

    @Test
    void whatIsCutAnywhereIsRefused() {
        byte[] whole = bytes(signal("a{sv}", properties()).encode());
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(SystemdException.class);
        }
        byte[] body = bytes(properties().written());
        for (int length = 0; length < body.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(body, length);
            assertThatThrownBy(() -> reader(cut).properties(Set.of())).isInstanceOf(SystemdException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Message.LARGEST + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aHugeMessageIsRefusedBeforeItsBytesAreTaken(int length) {
        for (int at : new int[] {4, 12}) {
            byte[] bytes = bytes(Message.call(1, "/", "", "M").encode());
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, length);
            assertThatThrownBy(() -> read(bytes)).hasMessageContaining("a message of");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s", "o", "as", "ay", "a{sv}", "ax", "aas"})
    void aLengthThatIsNotThereIsRefused(String type) {
        for (int length : new int[] {1, 100, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            Writer body = new Writer().put('u', length);
            assertThatThrownBy(() -> new Reader(body.written()).value(type)).isInstanceOf(SystemdException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "(", "((", "a{", "ii", ")", "{sv", "?", "(i", "a(", "(}"})
    void noBadSignatureIsFollowed(String signature) {
        Writer body = new Writer().put('g', signature).put('x', 0L).put('x', 0L);
        try {
            assertThat(new Reader(body.written()).value("v")).isIn(Reader.PASSED_OVER, List.of());
        } catch (SystemdException e) {
            assertThat(e.kind()).isEqualTo(SystemdException.Kind.MALFORMED);
        }
    }

    @Test
    void endlessNestingEnds() {
        Writer variants = new Writer();
        for (int i = 0; i < 100_000; i++) {
            variants.put('g', "v");
        }
        assertThatThrownBy(() -> new Reader(variants.written()).value("v")).hasMessageContaining("nested too deep");
        String structs = "(".repeat(120) + "y" + ")".repeat(120);
        Writer body = new Writer().put('g', structs).align(8).put('y', (byte) 1);
        assertThatThrownBy(() -> new Reader(body.written()).value("v")).hasMessageContaining("nested too deep");
    }

    @Test
    void garbageIsRefusedOrReadAndNothingElse() {
        Random random = new Random(32);
        byte[] whole = bytes(signal("a{sv}", properties()).encode());
        for (int i = 0; i < 20_000; i++) {
            byte[] bent = whole.clone();
            for (int n = 0; n <= i % 4; n++) {
                bent[random.nextInt(bent.length)] = (byte) random.nextInt();
            }
            try {
                Message message = read(bent);
                assertThat(message.values()).isNotNull();
                assertThat(new Reader(message.body()).properties(Set.of("A", "Id")))
                        .isNotNull();
            } catch (IOException e) {
                assertThat(e).isInstanceOf(SystemdException.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nginx.service,nginx_2eservice",
        "teaching_panel.service,teaching_5fpanel_2eservice",
        "7zip@a-b.socket,_37zip_40a_2db_2esocket"
    })
    void aUnitsPathIsAsSystemdMakesIt(String name, String last) {
        assertThat(UnitName.path(name)).isEqualTo("/org/freedesktop/systemd1/unit/" + last);
        assertThat(UnitName.check(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nginx", ".service", "a b.service", "a/b.service", "a;b.service", "a.service\n", "ä.service"
            })
    void whatIsNoUnitsNameGoesNowhere(String name) {
        assertThatThrownBy(() -> UnitName.check(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> UnitName.check("a".repeat(250) + ".service"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
