package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.SiteUnit;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What is added to the application's systemd unit.
@Command(
        name = "unit",
        mixinStandardHelpOptions = true,
        description =
                "Shows, lays or removes what the application's systemd unit has of ours, beside its own file: a watchdog that is kept"
                        + " alive by an answer or by progress, short ends, a restart after each end, a start limit that can be"
                        + " reached, and who tells of a failure. apply restarts the application once where something is new, and"
                        + " takes all back where it does not answer then.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or nothing was to be done; show: the unit has it all",
            "1:show: the unit does not have it all",
            "2:the command line or the configuration is wrong, or it was not confirmed",
            "4:something on this machine kept it from its work",
            "6:not done, and what was there before is so again"
        },
        footer = {"", "Example: sudo lectio unit apply", "         sudo lectio unit apply --socket --yes"})
final class UnitCommand implements Callable<Integer> {
    /// What is to be done.
    enum What {
        SHOW,
        APPLY,
        REMOVE
    }

    @Parameters(arity = "0..1", paramLabel = "show|apply|remove", description = "show unless told.")
    private What what = What.SHOW;

    @Option(
            names = "--socket",
            description = "With apply: a socket unit holds the application's address from now on, so that a restart"
                    + " lets visitors wait instead of refusing them. Its coming costs one short gap, which is told.")
    private boolean socket;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--json", description = "The outcome as one JSON object, for programs.")
    private boolean json;

    @Mixin
    private SiteOption site = new SiteOption();

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        SiteUnit unit = SiteUnit.of(site.home(), site.settings())
                .orElseThrow(() -> new LectioCommand.Refused("No application's unit is configured: LECTIO_APP_UNIT"));
        if (socket && what != What.APPLY) {
            throw new LectioCommand.Refused("--socket goes with apply");
        }
        SiteUnit.Shown now = unit.show();
        if (what == What.SHOW) {
            System.out.println(json ? JsonCodec.write(now) : text(now));
            return now.applied() ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
        }
        CopyText.requireRoot();
        boolean changes = what == What.REMOVE || !now.applied() || (socket && !now.socket());
        if (changes && !json) {
            System.out.println(what == What.REMOVE ? unit.name() + ": what is ours goes" : text(now));
        }
        if (changes
                && !yes
                && !Confirmation.isGiven(
                        Paint.harmless(unit.name()) + " is restarted where something changes. ", "yes")) {
            throw new LectioCommand.Refused("Not confirmed, so nothing is changed. Without a terminal: --yes");
        }
        return switch (what) {
            case SHOW -> LectioCommand.OK;
            case REMOVE -> told(unit.remove(CopyText.TOLD));
            case APPLY -> {
                SiteUnit.Outcome applied = unit.apply(CopyText.TOLD);
                int exit = told(applied);
                yield socket && applied.done() ? told(unit.takeSocket(CopyText.TOLD)) : exit;
            }
        };
    }

    private int told(SiteUnit.Outcome outcome) throws IOException {
        String gap = outcome.gap().isZero()
                ? ""
                : " (the longest time without an answer: " + outcome.gap().toMillis() + " ms)";
        (json || outcome.done() ? System.out : System.err)
                .println(json ? JsonCodec.writeLine(outcome) : Paint.harmless(outcome.text() + gap));
        return outcome.done() ? LectioCommand.OK : LectioCommand.ROLLED_BACK;
    }

    private static String text(SiteUnit.Shown now) {
        List<String> rows = now.rows().stream()
                .map(row -> "%-22s %-14s %s"
                        .formatted(
                                row.setting(),
                                row.now().isEmpty() ? "-" : row.now(),
                                row.now().equals(row.then()) ? "" : "-> " + row.then())
                        .stripTrailing())
                .toList();
        return Paint.harmless(now.unit()) + (now.applied() ? " has it all:\n" : ", as it is -> as it will be:\n")
                + String.join("\n", rows) + "\nsocket unit            " + (now.socket() ? "yes" : "none");
    }
}
