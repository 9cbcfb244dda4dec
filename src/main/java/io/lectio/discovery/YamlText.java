package io.lectio.discovery;

import io.lectio.discovery.Findings.SiteFound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The `lectio.yaml` that says what was found. What nginx and systemd tell may hold anything: a value that is not plain
/// is quoted, and a comment stays in its line.
public final class YamlText {
    private static final Pattern PLAIN = Pattern.compile(
            "(https?://|unix:/|postgresql://|/)[A-Za-z0-9._/:@-]*[A-Za-z0-9/_-]|[A-Za-z][A-Za-z0-9_@-]*\\.service");
    /// What has no shape of its own.
    private static final Pattern HIDDEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private YamlText() {}

    /// @param head what stands above it, line by line
    public static String of(Findings found, List<String> head) {
        List<String> lines = new ArrayList<>(List.of("# yaml-language-server: $schema=lectio.schema.json"));
        head.forEach(line -> lines.add("# " + harmless(line)));
        lines.add("sites:");
        for (SiteFound site : found.sites()) {
            List<String> own = new ArrayList<>();
            if (!site.name().isEmpty()) {
                own.add("    name: " + scalar(site.name()));
            }
            render(site.all(), 0, own);
            lines.add("  - " + own.removeFirst().strip()); // what a site begins with is never usual
            lines.addAll(own);
        }
        found.leftOut().forEach(each -> lines.add("# left out: " + harmless(each.inWords())));
        return String.join("\n", lines) + "\n";
    }

    /// Those of one block together.
    private static void render(List<Finding> all, int level, List<String> lines) {
        String margin = "    " + "  ".repeat(level);
        SequencedMap<String, List<Finding>> blocks = new LinkedHashMap<>();
        all.forEach(each -> blocks.computeIfAbsent(each.key().split("\\.")[level], _ -> new ArrayList<>())
                .add(each));
        blocks.forEach((name, inside) -> {
            boolean said = inside.stream().anyMatch(each -> !each.usual());
            String start = margin + (said ? "" : "# ") + name + ":";
            Finding first = inside.getFirst();
            if (first.key().split("\\.").length > level + 1) {
                lines.add(start);
                render(inside, level + 1, lines);
            } else {
                lines.add(start + value(first) + "  # "
                        + (said || first.values().isEmpty() ? "" : "so by default: ") + harmless(first.whence()));
            }
        });
    }

    private static String value(Finding of) {
        List<String> scalars = of.values().stream().map(YamlText::scalar).toList();
        return switch (of.form()) {
            case LIST -> " [" + String.join(", ", scalars) + "]";
            case TEXT -> scalars.isEmpty() ? "" : " " + scalars.getFirst();
            case PLAIN -> " " + of.value();
        };
    }

    static String scalar(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        return HIDDEN.matcher(text).find()
                ? "\"" + text.codePoints().mapToObj(YamlText::escaped).collect(Collectors.joining()) + "\""
                : "'" + text.replace("'", "''") + "'";
    }

    private static String escaped(int letter) {
        String plain = Character.toString(letter);
        return HIDDEN.matcher(plain).matches()
                ? "\\U%08x".formatted(letter)
                : letter == '"' || letter == '\\' ? "\\" + plain : plain;
    }

    /// In one line, and without what would move a terminal's cursor or be no YAML.
    static String harmless(String text) {
        return HIDDEN.matcher(text).replaceAll("?");
    }
}
