package io.lectio.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever is accepted, a real shell reads as the same value.
class ConfigEnvTest {
    private static final int SEEDS = 6_000;
    private static final List<String> PIECES = List.of(
            "a", "map", "*", "?", "[ab]", "[!a]", ".", "-", "_", "/", ",", ":", "=", "~", "~root", "#", " ", "  ", "\t",
            "'", "\"", "\\", "\\\\", "\\\"", "$", "$HOME", "${HOME}", "$(id)", "`id`", ";", "&", "|", "<", ">", "(",
            ")", "{", "}", "{a,b}", "!", "!!", "^", "%", "+", "@", "кот", "\u2003", "\u00a0", "\u0085", "\u2028", "😀",
            "\f", "\u000b", "\u0001", "\u007f", " # note", "#note");

    @TempDir
    private Path folder = Path.of("");

    private static Optional<String> read(String line) {
        ConfigEnv env = new ConfigEnv("config.env", line + "\n");
        return env.errors().isEmpty()
                ? Optional.ofNullable(env.values().get("KEY")).map(ConfigEnv.Assigned::value)
                : Optional.empty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*.map,backup-*",
                "a?b[cd]",
                "!x!",
                "a#b",
                "#a",
                "a~",
                "a~b:c",
                "a # note",
                "'a b' # note",
                "\"a \\\" \\\\ b\"",
                "'$HOME `id`'",
                "''",
                "",
                "'a'  ",
                "a=b=c",
                "страница,кот*"
            })
    void readsAsTheShellsDo(String value) throws IOException, InterruptedException {
        for (String start : List.of("KEY=", "export KEY=", "export\t KEY=", " KEY=")) {
            String line = start + value;
            assertThat(read(line)).as(line).isPresent();
            for (String shell : List.of("bash", "dash")) {
                assertThat(asRead(shell, "C.UTF-8", List.of(line)))
                        .as(line)
                        .containsExactly(read(line).orElseThrow());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$HOME",
                "`id`",
                "~",
                "~/x",
                "a:~",
                "a:~root/b",
                "a b",
                "a;id",
                "a&",
                "a|b",
                "a<b",
                "a>b",
                "(a)",
                "a\\b",
                "'a",
                "\"a",
                "\"$HOME\"",
                "\"`id`\"",
                "'a'b",
                "'a'#b",
                "\"a\"#b",
                "{a,b}",
                "a\fb",
                "'a\u0001b'",
                "a\u007f"
            })
    void refusesWhatAShellWouldExpandOrRunOrReadAsSomethingElse(String value) {
        assertThat(read("KEY=" + value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void whateverIsAcceptedTheShellsReadAsTheSame(String locale) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            String line = line(new Random(seed));
            read(line).ifPresent(value -> {
                lines.add(line);
                values.add(value);
            });
        }
        assertThat(lines).hasSizeBetween(SEEDS / 10, SEEDS * 9 / 10);
        for (String shell : List.of("bash", "dash")) {
            List<String> shells = asRead(shell, locale, lines);
            assertThat(shells).hasSameSizeAs(values);
            for (int i = 0; i < values.size(); i++) {
                assertThat(shells.get(i))
                        .as(shell + " of: "
                                + lines.get(i)
                                        .codePoints()
                                        .mapToObj(Integer::toHexString)
                                        .toList())
                        .isEqualTo(values.get(i));
            }
        }
    }

    private static String line(Random random) {
        StringBuilder value = new StringBuilder();
        for (int parts = random.nextInt(7); parts > 0; parts--) {
            value.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        String quote = List.of("", "", "'", "\"").get(random.nextInt(4));
        return (random.nextBoolean() ? "KEY=" : "export KEY=") + quote + value + quote;
    }

    /// What the shell has in KEY after each of the lines, in a folder where patterns would match.
    private List<String> asRead(String shell, String locale, List<String> lines)
            throws IOException, InterruptedException {
        for (String name : List.of("a.map", "KEY=a", "KEY=map", "KEY=x.map")) {
            Files.writeString(folder.resolve(name), "");
        }
        StringBuilder script = new StringBuilder();
        lines.forEach(line -> script.append("unset KEY\n").append(line).append("\nprintf '%s\\0' \"$KEY\"\n"));
        Path file = Files.writeString(folder.resolve("config.env"), script);
        ProcessBuilder builder = new ProcessBuilder(shell, "-c", ". " + file).directory(folder.toFile());
        builder.environment().put("LC_ALL", locale);
        builder.environment().put("HOME", "/home/of/nobody");
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        List<String> all = new ArrayList<>(List.of(said.split("\0", -1)));
        all.removeLast();
        return all;
    }

    @Test
    void windowsLineEndsAreReadAndWarnedOf() {
        ConfigEnv env = new ConfigEnv("config.env", "KEY=a\r\nOTHER='b'\r\n");
        assertThat(env.values().values()).extracting(ConfigEnv.Assigned::value).containsExactly("a", "b");
        assertThat(env.warnings().toString()).contains("Windows line ends");
    }
}
