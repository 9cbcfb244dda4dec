package io.lectio.store;

import io.lectio.store.HistoryEvent.What;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;

/// The history as it was written, read month by month. What is no whole line, as the last one after a power cut, is
/// left out. Every question is an [IOException] where there is no history, or none that one may read.
///
/// @param folder see [HistoryWriter]
public record History(Path folder) {
    static final String EVENTS = "events-";
    static final String RESULTS = "results-";

    /// All of the months between these times, which tell of each incident that was open in them.
    public List<HistoryEvent> events(Instant from, Instant to) throws IOException {
        return read(EVENTS, from, to, HistoryEvent::of);
    }

    /// Of the hours from the first time on, before the second.
    public List<Hour> results(Instant from, Instant to) throws IOException {
        String first = from.truncatedTo(ChronoUnit.HOURS).toString();
        String end = to.toString();
        Map<String, Instant> known = new HashMap<>();
        return read(
                RESULTS,
                from,
                to,
                line -> line.compareTo(first) < 0 || line.compareTo(end) > 0 ? Optional.empty() : Hour.of(line, known));
    }

    /// What was broken at some time between these, in the order of the breaks.
    public List<Episode> incidents(Instant from, Instant to) throws IOException {
        return open(events(from, to.plus(1, ChronoUnit.DAYS)), from, to); // how it ended, and was told
    }

    public static List<Episode> open(List<HistoryEvent> events, Instant from, Instant to) {
        return episodes(events).stream()
                .filter(each -> each.brokenAt().isBefore(to)
                        && !each.endedAt().orElse(Instant.MAX).isBefore(from))
                .toList();
    }

    public static List<Episode> episodes(List<HistoryEvent> events) {
        Map<Long, List<HistoryEvent>> running = new LinkedHashMap<>();
        Map<Long, List<HistoryEvent>> lost = new HashMap<>();
        List<Episode> ended = new ArrayList<>();
        for (HistoryEvent event : events) {
            long id = event.incident();
            if (event.what() == What.STARTED) { // what the guard still knows, it says at once
                lost.putAll(running);
                running.clear();
            } else if (event.what() == What.OPENED) {
                List<HistoryEvent> before = lost.containsKey(id) ? lost.remove(id) : running.remove(id);
                boolean same = before != null && brokenAt(before.getFirst()).equals(brokenAt(event));
                if (before != null && !same) {
                    Episode.of(before, true).ifPresent(ended::add);
                }
                running.put(id, same ? before : new ArrayList<>());
            } else if (lost.containsKey(id)) { // healed before the start, and told or closed after it
                running.put(id, lost.remove(id));
            }
            if (id != 0) {
                running.computeIfAbsent(id, _ -> new ArrayList<>()).add(event);
            }
        }
        running.values().forEach(each -> Episode.of(each, false).ifPresent(ended::add));
        lost.values().forEach(each -> Episode.of(each, true).ifPresent(ended::add));
        ended.sort(Comparator.comparing(Episode::brokenAt));
        return ended;
    }

    private static Optional<Object> brokenAt(HistoryEvent event) {
        return Optional.ofNullable(event.more().get("brokenAt"));
    }

    /// All that is written of an incident, and what befell the guard and its checks meanwhile. Empty where nothing is.
    public List<HistoryEvent> timeline(long incident) throws IOException {
        String named = "\"incident\":" + incident + ",";
        List<HistoryEvent> all = new ArrayList<>();
        for (Path file : files(folder, EVENTS)) {
            List<HistoryEvent> month = read(
                    file,
                    line -> line.contains(named) || !line.contains("\"incident\":")
                            ? HistoryEvent.of(line)
                            : Optional.empty());
            boolean here = month.stream().anyMatch(event -> event.incident() == incident);
            if (!here && !all.isEmpty()) {
                break;
            }
            all.addAll(0, here ? month : List.of());
        }
        while (!all.isEmpty() && all.getFirst().incident() != incident) {
            all.removeFirst();
        }
        while (!all.isEmpty() && all.getLast().incident() != incident) {
            all.removeLast();
        }
        return all;
    }

    /// The incident that was opened last.
    public OptionalLong newest() throws IOException {
        for (Path file : files(folder, EVENTS)) {
            List<HistoryEvent> opened =
                    read(file, line -> line.contains("\"opened\"") ? HistoryEvent.of(line) : Optional.empty());
            if (!opened.isEmpty()) {
                return OptionalLong.of(opened.getLast().incident());
            }
        }
        return OptionalLong.empty();
    }

    private <T> List<T> read(String kind, Instant from, Instant to, Function<String, Optional<T>> parse)
            throws IOException {
        String first = kind + month(from);
        String last = kind + month(to);
        List<T> all = new ArrayList<>();
        for (Path file : files(folder, kind).reversed()) {
            String name = file.getFileName().toString();
            if (name.compareTo(first) >= 0 && name.substring(0, last.length()).compareTo(last) <= 0) {
                all.addAll(read(file, parse));
            }
        }
        return all;
    }

    private static <T> List<T> read(Path file, Function<String, Optional<T>> parse) throws IOException {
        try (var lines = new BufferedReader(
                new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) { // replaces what is torn
            List<T> all = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                parse.apply(line).ifPresent(all::add);
            }
            return all;
        }
    }

    static YearMonth month(Instant at) {
        return YearMonth.from(at.atZone(ZoneOffset.UTC));
    }

    /// The months of one kind, the newest first.
    static List<Path> files(Path folder, String kind) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(kind + "\\d{4}-\\d{2}\\.(jsonl|tsv)"))
                    .sorted(Collections.reverseOrder())
                    .toList();
        } catch (NoSuchFileException e) {
            throw new IOException(folder + ": there is no history here; the guard writes it: lectio run", e);
        }
    }
}
