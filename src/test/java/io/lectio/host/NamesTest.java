package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NamesTest {
    private static String shown(String name) {
        return Names.show(name.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void ordinaryNamesAreShownAsTheyAre() {
        assertThat(shown("index.html")).isEqualTo("index.html");
        assertThat(shown("страница 😀.html")).isEqualTo("страница 😀.html");
    }

    @Test
    void controlCharactersBecomeEscapes() {
        assertThat(shown("a\nb\tc\u001b[31m")).isEqualTo("a\\x0ab\\x09c\\x1b[31m");
        assertThat(shown("a\u0085b")).isEqualTo("a\\u0085b");
    }

    @Test
    void bytesThatAreNoTextBecomeEscapes() {
        assertThat(Names.show(new byte[] {'a', (byte) 0xff, 'b'})).isEqualTo("a\\xffb");
    }

    @Test
    void marksThatTurnTextRoundBecomeEscapes() {
        assertThat(shown("a\u202egpj.exe")).isEqualTo("a\\u202egpj.exe");
        assertThat(shown("a\u2028b")).isEqualTo("a\\u2028b");
    }

    @Test
    void aBackslashIsNeverTakenForAnEscape() {
        assertThat(shown("a\\x0ab")).isEqualTo("a\\x5cx0ab");
        assertThat(shown("кот\\")).isEqualTo("кот\\x5c");
    }

    @Test
    void aMarkBeyondTheFirstPlaneHasAllItsDigits() {
        assertThat(shown("a\udb40\udc011")).isEqualTo("a\\U000e00011");
    }
}
