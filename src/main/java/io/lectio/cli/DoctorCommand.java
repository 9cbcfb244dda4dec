package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.doctor.Mend;
import io.lectio.doctor.Point;
import io.lectio.doctor.Verdict;
import io.lectio.doctor.Verdict.Advised;
import io.lectio.doctor.Verdict.NotLookedAt;
import io.lectio.doctor.Verdict.Well;
import io.lectio.doctor.Verdict.Wrong;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.Doctor;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The installation's checklist, gone through.
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Goes through the installation's checklist and the known traps on this host, and says of each point: well, advice"
                        + " (endangers nothing now), wrong, with what was seen and what mends it, or not looked at, with why."
                        + " Changes nothing without --fix. What needs root is not looked at without it.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing is wrong; there may be advice, and points that were not looked at",
            "1:something is wrong",
            "2:the command line or the configuration is wrong, or it was not confirmed",
            "4:nothing could be looked at, or a mend failed"
        },
        footer = {"", "Example: sudo lectio doctor --fix"})
final class DoctorCommand implements Callable<Integer> {
    private static final String MEND = "      mend: ";

    @Option(
            names = "--fix",
            description = "Run the mends that endanger nothing, and look again; they are shown before.")
    private boolean fix;

    @Option(names = "--yes", description = "With --fix: do not ask.")
    private boolean yes;

    @Option(names = "--json", description = "The points as one JSON object, for programs.")
    private boolean json;

    /// @param failed what the command said, where it has failed
    private record Mended(String command, Optional<String> failed) {}

    private record Told(int well, int advice, int wrong, int notLookedAt, List<Mended> mended, List<Point> points) {
        static Told of(Doctor.Seen seen, List<Mended> mended) {
            return new Told(
                    count(seen, Well.class),
                    count(seen, Advised.class),
                    count(seen, Wrong.class),
                    count(seen, NotLookedAt.class),
                    mended,
                    seen.points());
        }

        private static int count(Doctor.Seen seen, Class<? extends Verdict> kind) {
            return (int) seen.points().stream()
                    .filter(point -> kind.isInstance(point.verdict()))
                    .count();
        }

        String inWords() {
            return well + " well, " + advice + " with advice, " + wrong + " wrong, " + notLookedAt + " not looked at";
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Doctor doctor = new Doctor(Home.of(System.getenv()));
        if (fix && !doctor.isRoot()) {
            throw new LectioCommand.Refused("--fix needs root: sudo lectio doctor --fix");
        }
        Doctor.Seen seen = doctor.look();
        List<Mended> mended = new ArrayList<>();
        List<Point> mendable = seen.points().stream()
                .filter(point -> point.verdict() instanceof Wrong(var _, Mend mend) && mend.isSafe())
                .toList();
        if (!json) {
            print(seen.points());
        }
        if (fix && !mendable.isEmpty()) {
            mended = mend(doctor, mendable);
            seen = doctor.look();
            if (!json) {
                System.out.println("\nLooked at again");
                seen.points().stream()
                        .filter(point -> mendable.stream().anyMatch(point::isAt))
                        .forEach(this::print);
            }
        }
        Told told = Told.of(seen, mended);
        if (json) {
            System.out.println(JsonCodec.write(told));
        } else {
            boolean more = !fix && !mendable.isEmpty();
            System.out.println("\n" + told.inWords()
                    + (more ? ". sudo lectio doctor --fix mends " + mendable.size() + " of them" : ""));
        }
        return exitCode(seen, told);
    }

    private static int exitCode(Doctor.Seen seen, Told told) {
        if (seen.unreadable()) {
            return LectioCommand.BAD_INPUT;
        }
        boolean blind = told.well() + told.wrong() + told.advice() == 0;
        boolean failed = told.mended().stream().anyMatch(each -> each.failed().isPresent());
        return blind || failed ? LectioCommand.CANNOT : told.wrong() > 0 ? LectioCommand.NOT_HEALTHY : LectioCommand.OK;
    }

    private List<Mended> mend(Doctor doctor, List<Point> points) throws IOException, InterruptedException {
        PrintStream out = json ? System.err : System.out;
        SequencedSet<Mend> mends = new LinkedHashSet<>();
        points.forEach(point -> mends.add(((Wrong) point.verdict()).mend()));
        out.println("\nTo be run:");
        mends.forEach(mend -> out.println("  " + Paint.harmless(mend.text())));
        if (!yes && !Confirmation.isGiven("", "yes")) {
            throw new LectioCommand.Refused("Not confirmed, so nothing is changed. Without a terminal: --yes");
        }
        List<Mended> mended = new ArrayList<>();
        for (Mend mend : mends) {
            Optional<String> failed = doctor.mend(mend);
            failed.ifPresent(why -> System.err.println(Paint.harmless(mend.text() + ": " + why)));
            mended.add(new Mended(mend.text(), failed));
        }
        return mended;
    }

    private void print(List<Point> points) {
        String title = "";
        for (Point point : points) {
            String own = point.group().title() + (point.site().isEmpty() ? "" : " (" + point.site() + ")");
            if (!own.equals(title)) {
                System.out.println((title.isEmpty() ? "" : "\n") + Paint.harmless(own));
                title = own;
            }
            print(point);
        }
    }

    private void print(Point point) {
        Paint paint = Paint.of(System.getenv());
        String mark = switch (point.verdict()) {
            case Well _ -> paint.in(Paint.GREEN, "✓ well  ");
            case Advised _ -> paint.in(Paint.YELLOW, "! advice");
            case Wrong _ -> paint.in(Paint.RED, "✗ wrong ");
            case NotLookedAt _ -> "– not looked at";
        };
        String seen = switch (point.verdict()) {
            case Well(String what) -> what;
            case Advised(String what, Mend mend) -> what + "\n" + MEND + mend.text();
            case Wrong(String what, Mend mend) -> what + "\n" + MEND + mend.text();
            case NotLookedAt(String why) -> why;
        };
        seen.lines()
                .map(Paint::harmless)
                .reduce((one, next) -> one + "\n" + (next.startsWith(MEND) ? "" : "      ") + next)
                .ifPresent(text -> System.out.println("  " + mark + "  " + point.name() + ": " + text));
    }
}
