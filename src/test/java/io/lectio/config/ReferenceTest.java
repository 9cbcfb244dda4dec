package io.lectio.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The documents are those of the code, and the schema says what the binder does. Written anew by
/// `LECTIO_DOCS=write mvn test -Dtest=ReferenceTest`.
class ReferenceTest {
    private static final Path GUIDE = Path.of("docs/configuration.md");
    private static final Path EXAMPLE = Path.of("src/main/dist/config.env.example");
    private static final Path SCHEMA = Path.of("docs/lectio.schema.json");

    @TempDir
    private Path folder = Path.of("");

    private static boolean writes() {
        return "write".equals(System.getenv("LECTIO_DOCS"));
    }

    @Test
    void theSchemaInTheDocumentsIsThatOfTheCode() throws IOException {
        if (writes()) {
            Files.writeString(SCHEMA, Reference.schema() + "\n");
        }
        assertThat(SCHEMA).hasContent(Reference.schema() + "\n");
    }

    @Test
    void theReferenceOfKeysIsThatOfTheCode() throws IOException {
        String text = Files.readString(GUIDE);
        if (writes()) {
            text = text.replaceFirst("(?s)## For all sites.*", "") + Reference.markdown();
            Files.writeString(GUIDE, text);
        }
        assertThat(text).endsWith(Reference.markdown());
    }

    @Test
    void theExampleHasEachKeyAsItIsByDefault() throws IOException, Settings.Invalid {
        if (writes()) {
            Files.writeString(EXAMPLE, Reference.example());
        }
        assertThat(EXAMPLE).hasContent(Reference.example());
        Path inForce = folder.resolve("config.env");
        Files.writeString(inForce, Reference.example().replaceAll("(?m)^#([A-Z_]+=.+)", "$1"));
        assertThat(ConfigLoader.load(inForce)).isEqualTo(ConfigLoader.load(folder.resolve("none/config.env")));
    }

    private boolean binds(String yaml) throws IOException {
        Files.writeString(folder.resolve("lectio.yaml"), yaml);
        return new LectioYaml("lectio.yaml", yaml).errors().isEmpty() && passesTypes(yaml);
    }

    /// What each key's type says, without what a look at the whole tells.
    private static boolean passesTypes(String yaml) {
        LectioYaml bound = new LectioYaml("lectio.yaml", yaml);
        return Stream.concat(
                        bound.values().entrySet().stream(),
                        bound.sites().stream().flatMap(site -> site.values().entrySet().stream()))
                .allMatch(each -> each.getValue().texts().stream()
                        .allMatch(each.getKey().type().fits()));
    }

    @Test
    @Tag("slow")
    void theSchemaAndTheBinderAgree() throws IOException {
        Map<?, ?> schema = (Map<?, ?>) load(Reference.schema());
        List<String> values = List.of(
                "true",
                "5",
                "0",
                "1.5",
                "'5'",
                "text",
                "5m",
                "90s",
                "~",
                "[]",
                "[a]",
                "[5]",
                "{}",
                "{a: b}",
                "en",
                "day",
                "[day 03:00 for 1h]",
                "[sun 25:00 for 1h]",
                "['sat,sun 03:00 for 10m']",
                "-5",
                "99999",
                "'09:30'",
                "09:30",
                "24:00",
                "a@one.example",
                "[a@one.example]",
                "'@channel'",
                "nginx.service",
                "'[::1]:8000'",
                "unix:/run/app.sock",
                "'a\\b'",
                "''");
        int good = 0;
        int bad = 0;
        for (Key key : Key.all()) {
            for (String value : values) {
                String yaml = (key.ofSite() ? "sites: [{" : "{")
                        + key.path().replace(".", ": {")
                        + ": "
                        + value
                        + "}".repeat((int)
                                key.path().chars().filter(each -> each == '.').count())
                        + (key.ofSite() ? "}]" : "}");
                if (key.isSecret() || isOutOfRange(key, value)) {
                    continue;
                }
                boolean fits = fits(schema, load(yaml));
                assertThat(binds(yaml)).as(yaml).isEqualTo(fits);
                good += fits ? 1 : 0;
                bad += fits ? 0 : 1;
            }
        }
        for (String yaml : List.of("{lang: en}", "{sites: {}}", "{sites: [5]}", "[]", "5", "{web: {user: a}}")) {
            assertThat(fits(schema, load(yaml))).as(yaml).isFalse();
            assertThat(binds(yaml)).as(yaml).isFalse();
        }
        assertThat(good).isGreaterThan(100);
        assertThat(bad).isGreaterThan(300);
    }

    /// A pattern cannot say how long a time may be.
    private static boolean isOutOfRange(Key key, String value) {
        return key.type().inWords().startsWith("a time")
                && value.matches("\\d+[smh]")
                && !key.type().fits().test(value);
    }

    private static Object load(String yaml) {
        return Optional.ofNullable(new Load(LoadSettings.builder().build()).loadFromString(yaml))
                .orElse("nothing");
    }

    /// As much of JSON Schema as ours uses.
    private static boolean fits(Map<?, ?> schema, @org.jspecify.annotations.Nullable Object value) {
        if (schema.get("enum") instanceof List<?> choices) {
            return choices.contains(value);
        }
        List<?> types = schema.get("type") instanceof List<?> several
                ? several
                : List.of(Optional.ofNullable(schema.get("type")).orElse("none"));
        return switch (value) {
            case Map<?, ?> map ->
                types.contains("object")
                        && map.entrySet().stream()
                                .allMatch(each -> schema.get("properties") instanceof Map<?, ?> known
                                        && known.get(each.getKey()) instanceof Map<?, ?> below
                                        && fits(below, each.getValue()));
            case List<?> list ->
                types.contains("array")
                        && schema.get("items") instanceof Map<?, ?> items
                        && list.stream().allMatch(each -> fits(items, each));
            case Integer number ->
                types.contains("integer")
                        && (!(schema.get("minimum") instanceof Integer least) || number >= least)
                        && (!(schema.get("maximum") instanceof Integer most) || number <= most);
            case Boolean _ -> types.contains("boolean");
            case String text ->
                types.contains("string")
                        && (!(schema.get("pattern") instanceof String pattern)
                                || Pattern.compile(pattern).matcher(text).find());
            case null, default -> false;
        };
    }

    @Test
    void theGuidesExampleIsGood() throws Exception {
        String guide = Files.readString(GUIDE);
        String example =
                guide.substring(guide.indexOf("```yaml") + "```yaml".length(), guide.indexOf("```\n\n`lectio"));
        Files.writeString(folder.resolve("lectio.yaml"), example);
        Settings settings = ConfigLoader.load(folder.resolve("config.env"));
        assertThat(settings.sites()).extracting(Settings.SiteSettings::label).containsExactly("shop.example", "docs");
        assertThat(fits((Map<?, ?>) load(Reference.schema()), load(example))).isTrue();
    }

    @Test
    void whatIsShownIsAConfigurationThatMeansTheSame() throws Exception {
        Path file = folder.resolve("config.env");
        String secrets = """
                TELEGRAM_BOT_TOKEN=123456789:AAcanaryCANARYcanaryCANARYcanaryCANA
                LECTIO_MAIL_PASSWORD=canary
                LECTIO_WEBHOOK_URL=https://hooks.example/canary
                """;
        Files.writeString(file, secrets + """
                TELEGRAM_CHAT_ID=5
                LECTIO_MAIL_TO='a@one.example, b@one.example'
                LECTIO_MAIL_USER=a
                LECTIO_ALIVE=
                LECTIO_WEB_UNIT=
                LECTIO_PRIVATE=*.map
                LECTIO_SITE_URL='http://localhost/it'
                """);
        Settings meant = ConfigLoader.load(file);
        String shown = Shown.yaml(file);
        assertThat(shown)
                .contains("TELEGRAM_BOT_TOKEN: [secret] # " + file + ":1", "user: 'www-data'  # default")
                .doesNotContain("canary");
        assertThat(Shown.json(file)).contains("[secret]").doesNotContain("canary");
        Files.writeString(file, secrets);
        Files.writeString(folder.resolve("lectio.yaml"), shown);
        Settings read = ConfigLoader.load(file);
        assertThat(read.sites()).isEqualTo(meant.sites());
        assertThat(read.channels()).isEqualTo(meant.channels());
    }

    @Test
    void everyKeyHasItsPlaceAndItsWords() {
        List<String> names = new ArrayList<>();
        for (Key key : Key.all()) {
            assertThat(key.what()).endsWith(".");
            Stream.of(key.ofSite() + key.path(), key.env())
                    .filter(name -> !name.isEmpty() && !name.equals("false"))
                    .forEach(names::add);
        }
        assertThat(names).doesNotHaveDuplicates();
    }
}
