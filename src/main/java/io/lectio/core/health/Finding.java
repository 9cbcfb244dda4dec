package io.lectio.core.health;

import io.lectio.core.policy.CheckId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a probe saw, whether it was well or not.
public sealed interface Finding {
    /// How many of many are named, in a line for a log or a terminal.
    int NAMED = 5;

    /// How many are kept of a finding that waits long to be told.
    int BRIEFLY = 3;

    /// One English line for logs and terminals.
    default String inWords() {
        return switch (this) {
            case Access(String user, int entries, var denied, int total, var _) ->
                total == 0
                        ? entries + " files and folders open to " + user
                        : denied.getFirst().obstacle().orElse(null) == Obstacle.MISSING
                                ? denied.getFirst().path() + " is missing"
                                : user + " is kept out of " + total + ": " + firstOf(denied);
            case Answers all ->
                all.bad().isEmpty()
                        ? all.answers().size() + " addresses answer in "
                                + all.took().toMillis() + " ms"
                        : firstOf(all.bad());
            case Service(UnitState unit, var processes, var _, var _, var _, var _, var _) ->
                unit.name() + " is " + unit.active().name().toLowerCase(Locale.ROOT) + " (" + unit.sub() + "), "
                        + processes.size() + " processes";
            case Judged(String unit, Condition condition, var _, List<String> also) ->
                unit + " " + condition.inWords()
                        + (also.isEmpty() ? "" : "; also not well: " + String.join(", ", also));
            case Config(String where, String error) ->
                error.isEmpty() ? "the configuration passes its test" : where + ": " + error;
            case Drift drift ->
                drift.release().isEmpty()
                        ? "no release is known yet"
                        : drift.total() == 0
                                ? "all files are those of release " + drift.release()
                                : "changed since release " + drift.release() + ": " + firstOf(drift.files());
            case Ailments(var ailing, String well) ->
                ailing.isEmpty()
                        ? well
                        : firstOf(ailing.stream().map(Ailment::inWords).toList());
        };
    }

    /// What the web user can reach.
    ///
    /// @param entries files and folders that were looked at
    /// @param denied a sample of what the web user cannot reach: what may be repaired first, the highest first
    /// @param deniedTotal how many there are of them
    /// @param leftAlone how many of these no repair may touch
    record Access(String webUser, int entries, List<Denial> denied, int deniedTotal, int leftAlone) implements Finding {
        /// How many denials of each kind are kept with their names.
        public static final int SAMPLE = 20;

        public Access {
            denied = List.copyOf(denied);
        }

        public Access brief() {
            return new Access(webUser, entries, denied.stream().limit(BRIEFLY).toList(), deniedTotal, leftAlone);
        }

        /// Only what may be repaired, or only what may not.
        public Access only(boolean repairable) {
            return new Access(
                    webUser,
                    entries,
                    denied.stream()
                            .filter(denial -> denial.repairable() == repairable)
                            .toList(),
                    repairable ? deniedTotal - leftAlone : leftAlone,
                    repairable ? 0 : leftAlone);
        }
    }

    /// One file or folder that the web user cannot reach.
    ///
    /// @param mode the permission bits, of `07777`
    /// @param changed when its inode last changed: who broke it, broke it then
    /// @param arrived when it was made or its content last written, whichever is later: tells a copy that goes on
    ///     from a change of rights
    /// @param obstacle why a repair may not touch it; empty when it may
    /// @param rule by what it is closed; empty where it is the bits for all others, or for the owner
    record Denial(
            Path path,
            boolean folder,
            int mode,
            String owner,
            Instant changed,
            Instant arrived,
            Place place,
            Optional<Obstacle> obstacle,
            Optional<Rule> rule) {
        public boolean repairable() {
            return obstacle.isEmpty();
        }

        @Override
        public String toString() {
            String why = obstacle.map(Obstacle::words)
                    .or(() -> rule.map(Rule::words))
                    .map(words -> ", " + words)
                    .orElse("");
            return "%s (%04o %s%s)".formatted(path, mode, owner, why);
        }
    }

    enum Place {
        /// Above the site root: told, never touched.
        HIGHER,
        /// From the site root down to the web root's parent: only the missing search bit.
        ABOVE,
        /// The web root and all below it.
        INSIDE
    }

    /// What decides that an entry is closed.
    enum Rule {
        GROUP("open to its group only"),
        ACL("closed by its ACL");

        private final String words;

        Rule(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /// Why a repair keeps its hands off an entry.
    enum Obstacle {
        OUTSIDE_SITE("above the site root"),
        SYMBOLIC_LINK("a symbolic link"),
        HARD_LINKS("several hard links"),
        SET_ID("set-id bits"),
        NOT_A_FILE("neither file nor folder"),
        OTHER_MOUNT("on another mount"),
        ACCESS_LIST("an ACL"),
        IMMUTABLE("immutable flag"),
        MISSING("missing");

        private final String words;

        Obstacle(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /// What was answered.
    ///
    /// @param check what was asked: the page or the API
    /// @param answers the page's first, then those of its assets and of the addresses asked for besides
    /// @param named how many files the page names
    record Answers(CheckId check, List<Answer> answers, int named, Duration took) implements Finding {
        public Answers {
            answers = List.copyOf(answers);
        }

        /// Of what names no files.
        public Answers(CheckId check, List<Answer> answers, Duration took) {
            this(check, answers, 0, took);
        }

        /// The same answers of a page that has lost its files: it is another page, whatever its status says.
        public Answers emptied(int before) {
            Answer page = answers.getFirst();
            Fault fault =
                    new Fault(Fault.Kind.REPLACED, "page replaced: it names none of " + before + " files any more");
            return new Answers(
                    check, List.of(new Answer(page.url(), page.status(), page.took(), Optional.of(fault))), 0, took);
        }

        /// The page's own answer, and the first that are bad.
        public Answers brief() {
            Stream<Answer> first = answers.stream().limit(1);
            Stream<Answer> bad = bad().stream().filter(answer -> !answer.equals(answers.getFirst()));
            return new Answers(check, Stream.concat(first, bad).limit(BRIEFLY).toList(), named, took);
        }

        public List<Answer> bad() {
            return answers.stream().filter(answer -> answer.fault().isPresent()).toList();
        }

        /// Whether nothing is wrong but the time that it took.
        public boolean onlySlow() {
            boolean slow = false;
            for (Answer answer : answers) {
                if (answer.fault().isPresent() && !answer.isSlow()) {
                    return false;
                }
                slow |= answer.isSlow();
            }
            return slow;
        }
    }

    /// One address's answer.
    ///
    /// @param status the HTTP status; empty when there was no answer
    /// @param fault what is wrong with the answer; empty when nothing is
    record Answer(URI url, Optional<Integer> status, Duration took, Optional<Fault> fault) {
        public boolean isSlow() {
            return fault.isPresent() && fault.get().kind() == Fault.Kind.SLOW;
        }

        @Override
        public String toString() {
            return url + ": " + fault.map(Fault::words).orElse("well");
        }
    }

    /// What is wrong with an answer.
    ///
    /// @param words one English phrase
    /// @param file of the web root that it is about, with what that leads to; empty for none
    /// @param said what a server has written of it to its log, without secrets
    record Fault(Kind kind, String words, Optional<String> file, Optional<String> said) {
        public Fault(Kind kind, String words) {
            this(kind, words, Optional.empty());
        }

        public Fault(Kind kind, String words, Optional<String> file) {
            this(kind, words, file, Optional.empty());
        }

        public Fault saying(Optional<String> line) {
            return new Fault(kind, words, file, line);
        }

        public enum Kind {
            /// Another status than 200.
            STATUS,
            EMPTY,
            NOT_HTML,
            /// A page where a file was asked for: `try_files` hides that it is missing.
            PAGE_INSTEAD,
            REFUSED,
            TIMEOUT,
            /// Another page than the site's: one that names no file, where there were some.
            REPLACED,
            /// The page's file has no content.
            EMPTIED,
            /// The page's file is not there.
            REMOVED,
            /// A file that the page names is not there.
            CHUNK_MISSING,
            /// In the place of a file there is a symbolic link to nothing.
            DANGLING,
            /// The right answer, and too late for a visitor.
            SLOW,
            /// Some other way of having no answer: the words tell.
            NO_ANSWER
        }
    }

    /// What a service is like, as far as one look tells.
    ///
    /// @param answer the last answer to a direct question that was asked in this run of the service
    /// @param answeredAt when that came: a look with the same time brings nothing new
    /// @param packagesChange whether a package manager is at work on this machine
    /// @param unfit why another start would bring nothing, where it has ended and said so
    /// @param asked whether it is asked anything: of one that is not, its unit and its processes tell all
    record Service(
            UnitState unit,
            List<ProcessView> processes,
            Optional<Answer> answer,
            Instant answeredAt,
            boolean packagesChange,
            Optional<Condition.Unfit> unfit,
            boolean asked)
            implements Finding {
        public Service {
            processes = List.copyOf(processes);
        }
    }

    /// What became of a service, after all that was seen of it.
    ///
    /// @param also what else of the same check is not well
    record Judged(String unit, Condition condition, boolean packagesChange, List<String> also) implements Finding {
        public Judged {
            also = List.copyOf(also);
        }
    }

    /// What the web server says of its configuration.
    ///
    /// @param where the file and line of the error, as `/etc/nginx/nginx.conf:12`; empty where it names none
    /// @param error the first line of the error; empty where the test passes
    record Config(String where, String error) implements Finding {}

    /// How the files that are served differ from those of the live release.
    ///
    /// @param files a sample, below the web root: what is another, has gone, or cannot be read as a file
    /// @param total how many there are of them
    /// @param arriving whether there are files that the release has not, as while somebody copies another one there
    /// @param whole whether the whole folder has gone
    /// @param changed when the last of them changed, as far as that can be told
    record Drift(String release, List<String> files, int total, boolean arriving, boolean whole, Instant changed)
            implements Finding {
        public Drift {
            files = List.copyOf(files);
        }
    }

    /// What the machine is like, or what the site rests on.
    ///
    /// @param ailing what is wrong, the worst first
    /// @param well one English line for where nothing is
    record Ailments(List<Ailment> ailing, String well) implements Finding {
        public Ailments {
            ailing = ailing.stream().sorted(Comparator.comparing(Ailment::kind)).toList();
        }
    }

    private static String firstOf(List<?> all) {
        return all.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", "))
                + (all.size() > NAMED ? ", …" : "");
    }
}
