package io.lectio.alert;

import io.lectio.core.health.Ailment;
import io.lectio.core.policy.Language;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// One language's grammar: counts, times and lengths as its readers write them.
final class Wording {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter DAY_AND_TIME = DateTimeFormatter.ofPattern("dd.MM HH:mm:ss");
    private static final int LONGEST_PATH = 80;

    private final Language language;
    private final ZoneId zone;
    private final InstantSource clock;

    Wording(Language language, ZoneId zone, InstantSource clock) {
        this.language = language;
        this.zone = zone;
        this.clock = clock;
    }

    String say(String russian, String english) {
        return language == Language.RU ? russian : english;
    }

    String folders(int count) {
        return counted(count, "папка", "папки", "папок", "folder");
    }

    String files(int count) {
        return counted(count, "файл", "файла", "файлов", "file");
    }

    /// Things that the page needs: `её` is the page's.
    String filesOfIt(int count) {
        return language == Language.RU
                ? counted(count, "её файл", "её файла", "её файлов", "")
                : count + " of its files";
    }

    String times(int count) {
        return language == Language.RU
                ? counted(count, "раз", "раза", "раз", "")
                : count == 1 ? "once" : count + " times";
    }

    String attempts(int count) {
        return counted(count, "попытку", "попытки", "попыток", "attempt");
    }

    private String counted(int count, String one, String few, String many, String english) {
        if (language == Language.EN) {
            return count + " " + english + (count == 1 ? "" : "s");
        }
        int last = count % 10;
        boolean teen = count % 100 / 10 == 1;
        return count + " " + (teen || last == 0 || last > 4 ? many : last == 1 ? one : few);
    }

    /// The time of day, with the day where that is not today.
    String time(Instant at) {
        ZonedDateTime local = at.atZone(zone);
        boolean today = local.toLocalDate().equals(clock.instant().atZone(zone).toLocalDate());
        return (today ? TIME : DAY_AND_TIME).format(local);
    }

    /// As `df -h` shows it.
    String size(long bytes) {
        String size = Ailment.size(bytes);
        return language == Language.RU
                ? size.replace('.', ',')
                        .replace("KiB", "КиБ")
                        .replace("MiB", "МиБ")
                        .replace("GiB", "ГиБ")
                        .replace("TiB", "ТиБ")
                        .replace(" B", " Б")
                : size;
    }

    /// `0,3 с`, `12 с`, `12 мин 34 с`, `1 ч 30 мин`.
    String length(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds >= 3_600) {
            return seconds / 3_600 + say(" ч ", " h ") + seconds / 60 % 60 + say(" мин", " min");
        }
        if (seconds >= 60) {
            return seconds / 60 + say(" мин ", " min ") + seconds % 60 + say(" с", " s");
        }
        double value = Math.max(0, duration.toMillis()) / 1_000.0;
        Locale locale = language == Language.RU ? Locale.of("ru") : Locale.ROOT;
        String number = String.format(locale, value < 10 ? "%.1f" : "%.0f", value);
        return (language == Language.RU ? number.replace('.', ',') : number) + say(" с", " s");
    }

    /// A path that is long is cut in its middle, never through a character.
    static String path(String path) {
        if (path.length() <= LONGEST_PATH) {
            return path;
        }
        int head = path.offsetByCodePoints(0, 30);
        int tail = Math.max(head, path.length() - 48);
        if (Character.isLowSurrogate(path.charAt(tail))) {
            tail++;
        }
        return path.substring(0, head) + "…" + path.substring(tail);
    }
}
