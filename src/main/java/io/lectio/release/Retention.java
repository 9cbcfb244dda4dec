package io.lectio.release;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Which copies are kept: the last few, and the last one of each of so many days, weeks and months that have one.
/// Counted
/// are those that there are, so that a month without any new copy takes none away.
public record Retention(int days, int weeks, int months) {
    private static final int LAST = 5;

    Set<Copy> kept(List<Copy> copies, ZoneId zone) {
        List<Copy> newestFirst = copies.stream()
                .sorted(Comparator.comparing(Copy::taken).reversed())
                .toList();
        Set<Copy> kept = new HashSet<>(newestFirst.subList(0, Math.min(LAST, newestFirst.size())));
        keep(kept, newestFirst, days, zone, day -> day);
        keep(
                kept,
                newestFirst,
                weeks,
                zone,
                day -> List.of(day.get(IsoFields.WEEK_BASED_YEAR), day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR)));
        keep(kept, newestFirst, months, zone, day -> day.withDayOfMonth(1));
        return kept;
    }

    private static void keep(
            Set<Copy> kept, List<Copy> newestFirst, int most, ZoneId zone, Function<LocalDate, Object> span) {
        Set<Object> seen = new HashSet<>();
        for (Copy copy : newestFirst) {
            if (seen.size() < most && seen.add(span.apply(LocalDate.ofInstant(copy.taken(), zone)))) {
                kept.add(copy);
            }
        }
    }
}
