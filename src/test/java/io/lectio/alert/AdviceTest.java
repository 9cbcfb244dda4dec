package io.lectio.alert;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.host.Names;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The owner runs the advised command as root, and somebody else chose the file's name.
class AdviceTest {
    private static final int SEEDS = 6_000;
    private static final List<byte[]> SPITEFUL = Stream.of(
                    "'",
                    "\"",
                    "\\",
                    "\\'",
                    "\\\\'",
                    "$(id >pwned)",
                    "`id >pwned`",
                    ";id >pwned;#",
                    "\n",
                    "\t",
                    "\u001b",
                    "\u007f",
                    " ",
                    "!",
                    "!!",
                    "$'",
                    "\\x",
                    "\\x0",
                    "\\x27",
                    "\\u0027",
                    "\\047",
                    "\\c",
                    "-rf",
                    "~",
                    "*",
                    "&",
                    "|",
                    "кот",
                    "😀",
                    "\u0085",
                    "\u202e",
                    "\u2028",
                    "\udb40\udc01",
                    "a",
                    "f",
                    "0",
                    "7")
            .map(part -> part.getBytes(UTF_8))
            .toList();

    @TempDir
    private Path folder = Path.of("");

    private static String quoted(byte[] name) {
        return Advice.quote(Names.show(name));
    }

    /// Any bytes that a name can have, and what a shell could trip over.
    private static byte[] name(int seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        for (int parts = 1 + random.nextInt(12); parts > 0; parts--) {
            if (random.nextInt(3) > 0) {
                name.writeBytes(SPITEFUL.get(random.nextInt(SPITEFUL.size())));
            } else {
                int any = 1 + random.nextInt(255);
                name.write(any == '/' ? 'x' : any);
            }
        }
        return name.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void aShellReadsEveryNameAsItsBytesAndRunsNothingOfIt(String locale) throws IOException, InterruptedException {
        List<byte[]> names = new ArrayList<>();
        names.add("x\\';id >pwned;#.js".getBytes(UTF_8));
        for (int seed = 0; seed < SEEDS; seed++) {
            names.add(name(seed));
        }
        for (int from = 0; from < names.size(); from += 500) {
            List<byte[]> some = names.subList(from, Math.min(names.size(), from + 500));
            String script = "printf '%s\\0'";
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (byte[] each : some) {
                script += " " + quoted(each);
                bytes.writeBytes(each);
                bytes.write(0);
            }
            assertThat(bash(script, locale)).isEqualTo(bytes.toString(ISO_8859_1));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    private String bash(String script, String locale) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).directory(folder.toFile());
        builder.environment().put("LC_ALL", locale);
        Process bash = builder.redirectErrorStream(true).start();
        byte[] said = bash.getInputStream().readAllBytes();
        bash.waitFor();
        return new String(said, ISO_8859_1);
    }

    @Test
    void whatIsQuotedNeedsNoFurtherEscapesInAChat() {
        for (int seed = 0; seed < SEEDS; seed++) {
            String quoted = quoted(name(seed));
            assertThat(PlainText.fit(quoted)).isEqualTo(quoted);
        }
    }

    @Test
    void aPlainNameIsLeftPlain() {
        assertThat(Advice.quote("/var/www/site/main.7f3a.js")).isEqualTo("/var/www/site/main.7f3a.js");
        assertThat(Advice.quote("/srv/my site")).isEqualTo("'/srv/my site'");
    }

    @Test
    void aBackslashThatBeginsNoEscapeIsItself() {
        assertThat(Advice.quote("a\\q'")).isEqualTo("$'a\\x5cq\\x27'");
    }
}
