package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.host.SqliteCopy.Verdict;
import io.lectio.release.Copy;
import io.lectio.wiring.SiteCopies;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a copy of the database, or examines those that there are.
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description =
                "Makes a copy of the SQLite database while the site works, unpacks it into a scratch place, has every page"
                        + " examined there, and only then keeps it. verify does the latter with a copy again, or with all:"
                        + " exit code 1 where one is damaged; it counts no longer then.",
        footer = {"", "Example: sudo lectio backup verify"})
final class BackupCommand implements Callable<Integer> {
    private static final String VERIFY = "verify";
    private static final String OK = "ok";

    @Parameters(
            arity = "0..2",
            paramLabel = "verify [ID]",
            completionCandidates = Words.class,
            description = "verify, and which one; all unless told.")
    private List<String> words = List.of();

    static final class Words extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Words() {
            super(List.of(VERIFY));
        }
    }

    @Mixin
    private SiteOption site = new SiteOption();

    @Option(
            names = "--json",
            description = "The copies as JSON, for programs; what is being done goes to the other output.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (!words.isEmpty() && !words.getFirst().equals(VERIFY)) {
            return LectioCommand.refuse("Write: lectio backup; or: lectio backup verify; or: lectio backup verify ID");
        }
        CopyText.requireRoot();
        SiteCopies copies = SiteCopies.of(site.home(), site.settings());
        Optional<List<CopyText.Seen>> seen =
                CopyText.alone(copies, () -> words.isEmpty() ? made(copies) : verified(copies));
        if (seen.isEmpty()) {
            return CopyText.busy();
        }
        boolean sent = !words.isEmpty() || isSent(copies);
        System.out.println(json ? CopyText.json(seen.get()) : CopyText.table(seen.get()));
        boolean well = seen.get().stream().allMatch(copy -> copy.verdict().equals(Optional.of(OK)));
        return well && sent && !seen.get().isEmpty() ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
    }

    private static boolean isSent(SiteCopies copies) throws InterruptedException {
        try {
            if (copies.isUnsent()) {
                copies.send(CopyText.TOLD);
            }
            return true;
        } catch (IOException e) {
            CopyText.TOLD.warning(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static List<CopyText.Seen> made(SiteCopies copies) throws IOException, InterruptedException {
        return List.of(CopyText.Seen.of(copies.copies().make(true, CopyText.TOLD), Optional.of(OK)));
    }

    private List<CopyText.Seen> verified(SiteCopies copies) throws IOException, InterruptedException {
        List<Copy> all = new ArrayList<>(copies.copies().all());
        if (words.size() > 1) {
            all.removeIf(copy -> !copy.id().equals(words.getLast()));
            if (all.isEmpty()) {
                throw new LectioCommand.Refused("There is no copy " + words.getLast() + ": lectio backups");
            }
        }
        List<CopyText.Seen> seen = new ArrayList<>();
        for (Copy copy : all) {
            CopyText.TOLD.step("examining " + copy.id());
            seen.add(CopyText.Seen.of(copy, Optional.of(verdict(copies, copy))));
        }
        return seen;
    }

    private static String verdict(SiteCopies copies, Copy copy) throws InterruptedException {
        try {
            Verdict verdict = copies.copies().verify(copy);
            return verdict.isGood() ? OK : verdict.said();
        } catch (IOException e) {
            return "not examined: " + e.getMessage();
        }
    }
}
