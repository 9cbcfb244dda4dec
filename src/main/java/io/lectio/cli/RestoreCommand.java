package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.json.JsonCodec;
import io.lectio.release.Copy;
import io.lectio.release.Restore;
import io.lectio.wiring.SiteCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Puts a copy in the place of the database.
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description =
                "Puts a copy in the place of the database: examines it, stops the application and keeps it from starting, sets"
                        + " the present database aside with its log, starts the application and asks its API. Where that fails, all"
                        + " is put back as it was. What was written since the copy is in the database set aside only, which this"
                        + " command puts back by its name.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:restored",
            "2:the command line or the configuration is wrong",
            "3:another process makes or restores a copy",
            "4, 5:not restored, and nothing was changed",
            "6:taken back: the database is the one from before",
            "7:neither: a person is needed, the application may be stopped"
        },
        footer = {"", "Example: sudo lectio restore 20260122T030000Z"})
final class RestoreCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "ID|FILE",
            description =
                    "A copy of `lectio backups`, or a database's file, packed by gzip or not, read with its log; the newest"
                            + " copy unless told.")
    private Optional<String> chosen = Optional.empty();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--keep", description = "Leave it in place also where the application does not work with it.")
    private boolean keep;

    @Option(
            names = "--stopped",
            description = "Nothing works on the database: where no unit of the application is known.")
    private boolean stopped;

    @Option(names = "--undo", description = "Only take back a restore that was cut off.")
    private boolean undo;

    @Option(names = "--json", description = "The outcome as one JSON object, for programs.")
    private boolean json;

    @Mixin
    private SiteOption site = new SiteOption();

    /// What is to be put back.
    private record Chosen(Optional<Copy> copy, Path file) {
        String inWords() {
            return copy.map(each -> "copy " + each.id() + ", of " + CopyText.time(each.taken()))
                    .orElse(file.toString());
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        CopyText.requireRoot();
        if (undo && chosen.isPresent()) {
            return LectioCommand.refuse(
                    "--undo takes back what was cut off, and nothing else: leave out " + chosen.get());
        }
        SiteCopies copies = SiteCopies.of(site.home(), site.settings());
        try {
            Optional<String> done = undo
                    ? copies.alone(() -> copies.recover(true).orElse("No restore was cut off: nothing is changed"))
                    : restored(copies);
            return done.isEmpty() ? CopyText.busy() : answered(true, done.get(), LectioCommand.OK);
        } catch (Restore.Failed e) {
            return answered(
                    false,
                    String.valueOf(e.getMessage()),
                    switch (e.end()) {
                        case UNCHANGED -> LectioCommand.REFUSED;
                        case TAKEN_BACK -> LectioCommand.ROLLED_BACK;
                        case STUCK -> LectioCommand.STUCK;
                    });
        } catch (IOException e) {
            return answered(false, String.valueOf(e.getMessage()), undo ? LectioCommand.STUCK : LectioCommand.CANNOT);
        }
    }

    private int answered(boolean done, String text, int exit) throws IOException {
        (json || done ? System.out : System.err)
                .println(json ? JsonCodec.write(new Answer(done, text)) : Paint.harmless(text));
        return exit;
    }

    private Optional<String> restored(SiteCopies copies) throws IOException, InterruptedException {
        Chosen what = choose(copies);
        if (!yes
                && !Confirmation.isGiven(
                        "To be put back: " + Paint.harmless(what.inWords())
                                + ". What was written since will be missing from the site. ",
                        "restore")) {
            throw new LectioCommand.Refused("Not confirmed, so nothing is changed. Without a terminal: --yes");
        }
        return CopyText.alone(copies, () -> {
            Path aside = what.copy().isPresent()
                    ? copies.restore(site.home(), what.copy().get(), keep, stopped, CopyText.TOLD)
                    : copies.restore(site.home(), what.file(), keep, stopped, CopyText.TOLD);
            return "Restored from " + what.inWords() + ". What was there before is " + aside
                    + "; remove it when nobody misses anything, or have it back: sudo lectio restore " + aside;
        });
    }

    private Chosen choose(SiteCopies copies) throws IOException {
        if (chosen.isPresent() && chosen.get().contains("/")) {
            return file(chosen.get());
        }
        Optional<Copy> copy = chosen.isEmpty()
                ? copies.newest()
                : copies.copies().all().stream()
                        .filter(each -> each.id().equals(chosen.get()))
                        .findFirst();
        return copy.isPresent() ? new Chosen(copy, Path.of("")) : file(chosen.orElse(""));
    }

    private static Chosen file(String name) {
        if (name.isEmpty() || !Files.isRegularFile(Path.of(name))) {
            throw new LectioCommand.Refused(
                    (name.isEmpty() ? "There is no copy" : "There is no copy and no file " + name)
                            + ": lectio backups");
        }
        return new Chosen(Optional.empty(), Path.of(name).toAbsolutePath().normalize());
    }
}
