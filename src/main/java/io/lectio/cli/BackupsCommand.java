package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.wiring.SiteCopies;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The copies that there are.
@Command(
        name = "backups",
        mixinStandardHelpOptions = true,
        description = "Lists the verified copies of the database, the newest first. Exit code 1 where there is none.",
        footer = {"", "Example: sudo lectio backups --json"})
final class BackupsCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--json", description = "As JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        CopyText.requireRoot();
        List<CopyText.Seen> all = SiteCopies.of(site.home(), site.settings()).copies().all().stream()
                .map(copy -> CopyText.Seen.of(copy, Optional.empty()))
                .toList();
        System.out.println(json ? CopyText.json(all) : CopyText.table(all));
        return all.isEmpty() ? LectioCommand.NOT_HEALTHY : LectioCommand.OK;
    }
}
