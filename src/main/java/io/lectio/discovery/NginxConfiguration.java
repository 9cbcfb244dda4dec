package io.lectio.discovery;

import io.lectio.host.NginxWords;
import io.lectio.host.NginxWords.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// The files of `nginx -T` as one tree, with each `include` in its place. Any text is read, also one that is cut off:
/// what nginx would refuse ends where it ends.
final class NginxConfiguration {
    /// More than any configuration has, and few enough for the stack.
    private static final int DEEPEST = 40;
    private static final int MOST = 200_000;
    private static final Pattern GLOB = Pattern.compile("\\*|\\?|\\[!?[^]/]+\\]|[^*?\\[]+|\\[");

    private final SequencedMap<String, String> files;
    private int read;

    private NginxConfiguration(SequencedMap<String, String> files) {
        this.files = files;
    }

    /// @param files the main one first
    /// @return a directive without a name of its own, with the main file's in it
    static Directive of(SequencedMap<String, String> files) {
        List<Directive> all = new ArrayList<>();
        String main = files.isEmpty() ? "" : files.firstEntry().getKey();
        new NginxConfiguration(files).read(main, all, 0);
        return new Directive(main, 1, List.of(""), all);
    }

    /// A block that is open.
    private record Open(int line, List<String> words, List<Directive> block) {}

    private void read(String file, List<Directive> into, int depth) {
        String text = files.getOrDefault(file, "");
        NginxWords reader = new NginxWords(text);
        Deque<Open> open = new ArrayDeque<>(List.of(new Open(1, List.of(file), into)));
        List<String> words = new ArrayList<>();
        int line = 1;
        int at = 0;
        int begun = 1;
        int tooDeep = 0;
        for (Kind kind = reader.next(); kind != Kind.END && read < MOST; kind = reader.next()) {
            for (; at < reader.begin(); at++) {
                line += text.charAt(at) == '\n' ? 1 : 0;
            }
            if (kind == Kind.WORD) {
                begun = words.isEmpty() ? line : begun;
                words.add(reader.word());
                continue;
            }
            read++;
            List<Directive> block = open.getLast().block();
            if (kind == Kind.CLOSE && tooDeep > 0) {
                tooDeep--;
            } else if (kind == Kind.CLOSE && open.size() > 1) {
                close(open);
            } else if ((kind == Kind.OPEN && words.isEmpty()) || depth + open.size() > DEEPEST) {
                tooDeep += kind == Kind.OPEN ? 1 : 0;
            } else if (kind == Kind.OPEN) {
                if (words.getFirst().endsWith("_by_lua_block")) {
                    reader.skipLua();
                } else {
                    open.addLast(new Open(begun, words, new ArrayList<>()));
                }
            } else if (kind == Kind.SEMICOLON
                    && words.size() == 2
                    && words.getFirst().equals("include")) {
                included(words.getLast(), block, depth + open.size());
            } else if (kind == Kind.SEMICOLON && !words.isEmpty()) {
                block.add(new Directive(file, begun, words, List.of()));
            }
            words = new ArrayList<>();
        }
        while (open.size() > 1) {
            close(open);
        }
    }

    private static void close(Deque<Open> open) {
        Open ended = open.removeLast();
        String file = open.getFirst().words().getFirst();
        open.getLast().block().add(new Directive(file, ended.line(), ended.words(), ended.block()));
    }

    private void included(String named, List<Directive> into, int depth) {
        String main = files.firstEntry().getKey();
        String path = named.startsWith("/") ? named : main.substring(0, main.lastIndexOf('/') + 1) + named;
        Pattern glob = glob(path);
        files.keySet().stream()
                .filter(each -> glob.matcher(each).matches())
                .sorted()
                .forEach(each -> read(each, into, depth));
    }

    /// Source: glob(7).
    private static Pattern glob(String path) {
        StringBuilder pattern = new StringBuilder();
        Matcher parts = GLOB.matcher(path);
        while (parts.find()) {
            String part = parts.group();
            pattern.append(
                    switch (part.charAt(0)) {
                        case '*' -> "[^/]*";
                        case '?' -> "[^/]";
                        case '[' -> part.length() > 2 ? group(part) : "\\[";
                        default -> Pattern.quote(part);
                    });
        }
        try {
            return Pattern.compile(pattern.toString());
        } catch (PatternSyntaxException e) {
            return Pattern.compile(path, Pattern.LITERAL); // a range from the end to the begin
        }
    }

    private static String group(String part) {
        String inside = part.substring(1, part.length() - 1);
        boolean not = inside.startsWith("!");
        String letters = inside.substring(not ? 1 : 0).replaceAll("[\\\\\\[\\]&^]", "\\\\$0");
        return letters.isEmpty() ? Pattern.quote(part) : "[" + (not ? "^" : "") + letters + "]";
    }
}
