package io.lectio.core.health;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// Something that is wrong with the machine, or with what the site rests on.
///
/// @param what the file system, file, unit or name that it is about
public record Ailment(Kind kind, String what, List<Fact> facts) {
    public Ailment {
        facts = List.copyOf(facts);
    }

    /// In the words that an alert calls them by.
    public enum Kind {
        DISK_FULL("disk full", true, true),
        INODES_OUT("inodes out", true, true),
        READ_ONLY("read-only mount", true, true),
        DISK_ENDS("disk nearly full", true, false),
        INODES_END("inodes nearly out", true, false),
        DISK_FILLS("disk fills", false, false),
        INODES_FILL("inodes run low", false, false),
        OOM_KILL("OOM kill", false, false),
        MEMORY_SHORT("memory short", false, false),
        DATABASE_MISSING("database missing", true, true),
        DATABASE_CORRUPT("database corrupt", true, true),
        DATABASE_OWNER("database of the wrong owner", true, true),
        DATABASE_LOCKED("database locked", false, true),
        DATABASE_AWAY("database unreachable", true, true),
        CONNECTIONS_OUT("connections out", true, true),
        CONNECTIONS_END("connections nearly out", false, false),
        OFFLINE("own network down", true, false),
        DNS_BROKEN("DNS broken", true, false),
        CERTIFICATE_EXPIRED("certificate expired", true, false),
        CERTIFICATE_NAME("certificate of the wrong name", true, false),
        CERTIFICATE_CHAIN("certificate not trusted", true, false),
        CERTIFICATE_ENDS("certificate ends in days", true, false),
        CERTIFICATE_AGES("certificate ends soon", false, false),
        CLOCK_WRONG("clock wrong", false, false),
        COPY_OLD("no good copy of the database", false, false),
        RESTORE_CUT_OFF("a restore of the database was cut off", true, false);

        private final String words;
        private final boolean grave;
        private final boolean stops;

        /// @param grave whether a person is needed though the site may still answer
        /// @param stops whether an application fails for it, however often it is started anew
        Kind(String words, boolean grave, boolean stops) {
            this.words = words;
            this.grave = grave;
            this.stops = stops;
        }

        public String words() {
            return words;
        }

        public boolean grave() {
            return grave;
        }

        public boolean stops() {
            return stops;
        }
    }

    /// What a fact is about.
    public enum About {
        USED("used"),
        FREE("free"),
        FULL_IN("full in"),
        GROWS("grows"),
        OPEN("deleted but open"),
        PRESSURE("waiting for memory"),
        HELD_BY("held by"),
        SINCE("for"),
        FILE("file of"),
        CLOSED("closed:"),
        USER("for"),
        NAMES("it names"),
        UNTIL("valid until"),
        LEFT("left"),
        AGAINST("against"),
        AHEAD("ahead by"),
        BEHIND("behind by"),
        LAST("the last one"),
        SAYS("it says");

        private final String words;

        About(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /// A figure or a name, for a person.
    public sealed interface Fact {
        About about();

        default String inWords() {
            String value = switch (this) {
                case Percent(var _, int percent) -> percent + " %";
                case Bytes(var _, String name, long bytes) -> (name + " " + size(bytes)).strip();
                case Span(var _, Duration span) ->
                    span.toMinutes() < 1 ? span.toSeconds() + " s" : span.toMinutes() + " min";
                case Name(var _, String name) -> name;
                case Count(var _, int left, int most) -> left + " of " + most;
            };
            return about().words() + " " + value;
        }
    }

    public record Percent(About about, int percent) implements Fact {}

    /// @param name what has so many; empty where that is plain
    public record Bytes(About about, String name, long bytes) implements Fact {}

    public record Span(About about, Duration span) implements Fact {}

    public record Name(About about, String name) implements Fact {}

    /// So many of so many.
    public record Count(About about, int count, int most) implements Fact {}

    /// As `df -h` shows it, in powers of 1024.
    public static String size(long bytes) {
        int unit = Math.max(0, (63 - Long.numberOfLeadingZeros(Math.max(1, bytes))) / 10);
        double value = bytes / (double) (1L << (10 * unit));
        return unit == 0 ? bytes + " B" : "%.1f %siB".formatted(value, "KMGTPE".charAt(unit - 1));
    }

    /// One English line for logs and terminals.
    public String inWords() {
        String all = facts.stream().map(Fact::inWords).collect(Collectors.joining(", "));
        return kind.words() + (what.isEmpty() ? "" : ": " + what) + (all.isEmpty() ? "" : " (" + all + ")");
    }
}
