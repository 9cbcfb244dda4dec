package io.lectio.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A benchmark's table in Markdown, and its place in docs/benchmarks.md.
final class Table {
    private static final int HEAD = 2;
    private static final Path PAGE = Path.of("docs/benchmarks.md");

    private final String name;
    private final List<String> lines = new ArrayList<>();

    Table(String name, String... head) {
        this.name = name;
        row(head);
        lines.add("|" + "---|".repeat(head.length));
    }

    void row(String... cells) {
        lines.add("| " + String.join(" | ", cells) + " |");
    }

    boolean isEmpty() {
        return lines.size() == HEAD;
    }

    /// Puts another table or a paragraph below.
    void below(String markdown) {
        lines.add("");
        lines.add(markdown);
    }

    String markdown() {
        return String.join("\n", lines);
    }

    /// Prints it; and where `LECTIO_BENCH_PUBLISH` is set, replaces the table of this name in the page.
    void publish() throws IOException {
        String text = markdown();
        System.out.println("\n" + text + "\n");
        if (System.getenv("LECTIO_BENCH_PUBLISH") == null) {
            return;
        }
        String begin = "<!-- bench/" + name + " -->\n";
        String end = "\n<!-- end -->";
        String page = Files.readString(PAGE);
        int from = page.indexOf(begin);
        int to = from < 0 ? -1 : page.indexOf(end, from);
        if (to < 0) {
            throw new IOException(PAGE + " has no place for " + name);
        }
        String stamp = "Run of " + LocalDate.now(ZoneOffset.UTC) + ", "
                + Runtime.getRuntime().availableProcessors() + " cores.\n\n";
        Files.writeString(PAGE, page.substring(0, from) + begin + stamp + text + page.substring(to));
    }

    static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    static long worst(List<Long> values) {
        return Collections.max(values);
    }
}
