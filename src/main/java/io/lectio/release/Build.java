package io.lectio.release;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A build as its files show it: whether all that it names is there, and is what its name says.
final class Build {
    static final String PAGE = "index.html";
    private static final int MOST_TOLD = 5;
    private static final int MOST_TEXT = 4 << 20;
    private static final int MOST_OF_A_PAGE = 2 << 20;
    private static final int HEAD = 1_024;

    /// A browser looks at an image's content, and at a font's, not at its name.
    private static final List<String> IMAGE =
            List.of("\u0089PNG", "\u00ff\u00d8\u00ff", "GIF8", "RIFF", "BM", "\0\0\1\0", "\0\0\2\0", "\0\0\0");

    private static final List<String> FONT = List.of("wOFF", "wOF2", "OTTO", "\0\1\0\0", "true");

    /// What a file begins with, by its ending; any of them.
    private static final Map<String, List<String>> MAGIC = Map.ofEntries(
            Map.entry("png", IMAGE),
            Map.entry("jpg", IMAGE),
            Map.entry("jpeg", IMAGE),
            Map.entry("gif", IMAGE),
            Map.entry("webp", IMAGE),
            Map.entry("ico", IMAGE),
            Map.entry("woff", FONT),
            Map.entry("woff2", FONT),
            Map.entry("ttf", FONT),
            Map.entry("otf", FONT),
            Map.entry("wasm", List.of("\0asm")),
            Map.entry("json", List.of("{", "[", "\"")),
            Map.entry("webmanifest", List.of("{")));

    private static final Set<String> CODE = Set.of("js", "mjs", "css");
    private static final Pattern IS_PAGE = Pattern.compile("(?i)<!doctype html|<html");
    private static final Pattern STYLE_URL =
            Pattern.compile("(?i)url\\(\\s*(?:\"([^\"\\n]*)\"|'([^'\\n]*)'|([^\"'()\\s]*))\\s*\\)");
    /// What Vite writes of a part that is fetched later.
    private static final Pattern LATER =
            Pattern.compile("[\"'`]((?:\\./|/)?(?:assets/)?[\\w./-]+-[A-Za-z0-9_-]{8}\\.(?:js|css))[\"'`]");
    /// A hash of eight letters that has neither capitals nor digits is a word: `"lodash-template.js"`.
    private static final Pattern WORD = Pattern.compile(".*-[a-z-]{8}\\.\\w+");
    /// An entry of Workbox's list; any other `url` of a service worker is an address to go to.
    private static final Pattern PRECACHED = Pattern.compile(
            "\\{(?=[^{}]*revision)[^{}]*?\\burl[\"']?\\s*:\\s*(?:\"([^\"\\n]+)\"|'([^'\\n]+)')[^{}]*\\}");
    private static final Pattern STYLE_COMMENT = Pattern.compile("(?s)/\\*.*?\\*/");
    private static final Pattern VALUE =
            Pattern.compile("[:\\[,]\\s*\"([^\"\\\\\\n]+\\.[A-Za-z0-9]+)\"\\s*(?=[,}\\]])");
    private static final Pattern VITE_FILE = Pattern.compile("\"file\"\\s*:\\s*\"([^\"\\\\\\n]+)\"");
    private static final Pattern VITE_LIST = Pattern.compile("\"(?:css|assets)\"\\s*:\\s*\\[([^\\]]*)\\]");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\\\\\n]+)\"");

    private final Path files;
    private final TreeMap<String, Manifest.Entry> own = new TreeMap<>();
    private final URI page;
    private final PageReader reader;
    private final List<String> faults = new ArrayList<>();

    Build(Path files, Manifest manifest, URI page, PageReader reader) {
        this.files = files;
        this.page = page;
        this.reader = reader;
        manifest.entries().stream().filter(entry -> entry.age() == 0).forEach(entry -> own.put(entry.path(), entry));
    }

    PageReader.Page read() throws IOException {
        if (own.containsKey(PAGE) && own.get(PAGE).size() > MOST_OF_A_PAGE) {
            throw new IOException(PAGE + " has " + own.get(PAGE).size() + " bytes, which is no page");
        }
        return reader.read(page, Files.readAllBytes(files.resolve(PAGE)));
    }

    boolean has(URI url) {
        return path(url).filter(own::containsKey).isPresent();
    }

    int count() {
        return own.size();
    }

    long bytes() {
        return own.values().stream().mapToLong(Manifest.Entry::size).sum();
    }

    /// What is wrong with it, in words; the first few.
    ///
    /// @param elsewhere addresses that the live page names too, and that are not of its build either
    List<String> faults(Set<URI> elsewhere) throws IOException {
        if (!own.containsKey(PAGE) || own.get(PAGE).size() == 0) {
            return List.of(PAGE + " is empty");
        }
        for (URI url : read().files()) {
            if (!elsewhere.contains(url)) {
                require(url, PAGE);
            }
        }
        for (Manifest.Entry entry : own.values()) {
            type(entry);
            named(entry);
        }
        return faults.stream().distinct().limit(MOST_TOLD).toList();
    }

    private void require(URI url, String by) {
        Optional<String> path = path(url);
        if (path.isPresent() && !path.get().isEmpty() && !path.get().endsWith("/")) {
            Manifest.Entry entry = own.get(path.get());
            if (entry == null && !path.get().endsWith(".map")) { // which many leave out, and no visitor needs
                faults.add(by + " names " + path.get() + ", which is not in the build");
            } else if (entry != null && entry.size() == 0) {
                faults.add(path.get() + " is empty, and " + by + " names it");
            }
        }
    }

    private Optional<String> path(URI url) {
        String host = String.valueOf(url.getHost());
        return host.equalsIgnoreCase(String.valueOf(page.getHost())) && url.getPath() != null
                ? Optional.of(url.getPath().replaceFirst("^/+", ""))
                : Optional.empty();
    }

    private void type(Manifest.Entry entry) throws IOException {
        String ending = ending(entry.path());
        boolean wrong;
        if (entry.size() == 0) {
            return;
        }
        if (CODE.contains(ending)) {
            wrong = head(entry).stripLeading().startsWith("<");
        } else if (ending.equals("svg")) {
            wrong = IS_PAGE.matcher(unmarked(head(entry))).lookingAt();
        } else {
            String head = head(entry);
            String text = ending.contains("json") || ending.contains("manifest") ? unmarked(head) : head;
            List<String> magic = MAGIC.getOrDefault(ending, List.of(""));
            wrong = magic.stream().noneMatch(text::startsWith);
        }
        if (wrong) {
            faults.add(entry.path() + " is no ." + ending + " file by its content");
        }
    }

    private static String unmarked(String text) {
        return text.replaceFirst("^\u00ef\u00bb\u00bf", "").stripLeading();
    }

    private String head(Manifest.Entry entry) throws IOException {
        try (var in = Files.newInputStream(files.resolve(entry.path()))) {
            return new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
        }
    }

    /// What one of its files names.
    private void named(Manifest.Entry entry) throws IOException {
        String path = entry.path();
        String name = path.substring(path.lastIndexOf('/') + 1);
        String ending = ending(path);
        boolean worker =
                name.equals("service-worker.js") || name.equals("sw.js") || name.startsWith("precache-manifest");
        boolean list = path.equals("asset-manifest.json")
                || path.equals(".vite/manifest.json")
                || path.equals("manifest.json");
        if (entry.size() > MOST_TEXT || !(CODE.contains(ending) || list)) {
            return;
        }
        String text = new String(Files.readAllBytes(files.resolve(path)), StandardCharsets.UTF_8);
        if (ending.equals("css")) {
            each(STYLE_URL, STYLE_COMMENT.matcher(text).replaceAll(""), reference -> at(path, reference));
        } else if (worker) {
            each(PRECACHED, text, reference -> at(path, reference));
        } else if (path.equals("asset-manifest.json")) {
            each(VALUE, text, reference -> at(path, reference));
        } else if (list && (path.startsWith(".vite/") || VITE_LIST.matcher(text).find())) {
            each(VITE_FILE, text, reference -> at(path, "/" + reference));
            each(
                    VITE_LIST,
                    text,
                    references ->
                            QUOTED.matcher(references).results().forEach(quoted -> at(path, "/" + quoted.group(1))));
        } else if (!list) {
            each(LATER, text, reference -> later(path, reference));
        }
    }

    private interface Named {
        void by(String reference);
    }

    private static void each(Pattern pattern, String text, Named named) {
        Matcher matcher = pattern.matcher(text);
        Set<String> seen = new HashSet<>();
        while (matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                String reference = matcher.group(group);
                if (reference != null && !reference.isBlank() && seen.add(reference)) {
                    named.by(reference.strip());
                }
            }
        }
    }

    private void at(String path, String reference) {
        resolve(path, reference).ifPresent(url -> require(url, path));
    }

    /// A script names its parts from where it lies, or from where the page does.
    private void later(String path, String reference) {
        List<URI> places = Stream.of(path, PAGE)
                .flatMap(from -> resolve(from, reference).stream())
                .toList();
        Optional<URI> there = places.stream().filter(this::has).findFirst();
        if (there.isPresent()) {
            require(there.get(), path);
        } else if (!WORD.matcher(reference).matches()) {
            faults.add(path + " names " + reference + ", which is not in the build");
        }
    }

    private Optional<URI> resolve(String path, String reference) {
        if (reference.startsWith("#") || reference.startsWith("data:") || reference.startsWith("//")) {
            return Optional.empty();
        }
        try {
            URI from = page.resolve(new URI(null, null, "/" + path, null));
            URI url = from.resolve(new URI(reference.replace(" ", "%20")));
            return String.valueOf(url.getScheme()).startsWith("http") ? Optional.of(url) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty(); // nothing that a browser could follow
        }
    }

    static String ending(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
