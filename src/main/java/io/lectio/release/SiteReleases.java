package io.lectio.release;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Migrating;
import io.lectio.core.deploy.Releases;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Remedy;
import io.lectio.engine.Deployer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The releases of a site: takes the steps of their deploys, and carries out the two remedies that need them. New code
/// comes before the pages that ask it, and goes after them.
public final class SiteReleases implements Deployer {
    /// Of each site: a loop that was replaced may still have work under way.
    private static final Map<Path, ReentrantLock> AT_WORK = new ConcurrentHashMap<>();

    private final FrontendReleases pages;
    private final Optional<CodeReleases> code;
    private final Supplier<Releases> releases;
    private final ReentrantLock atWork;

    /// @param live the folder whose pages are served
    public SiteReleases(Path live, FrontendReleases pages, Optional<CodeReleases> code, Supplier<Releases> releases) {
        this.pages = pages;
        this.code = code;
        this.releases = releases;
        atWork = AT_WORK.computeIfAbsent(live, _ -> new ReentrantLock());
    }

    private SitePart of(Part part) throws IOException {
        return part == Part.PAGES
                ? pages
                : code.orElseThrow(() -> new IOException("no application's code is known here: app.unit, app.code"));
    }

    /// One at a time: a step that its deadline has left behind does nothing beside the one that follows.
    @Override
    public StepResult take(Step step, Deploy deploy) throws InterruptedException {
        atWork.lockInterruptibly();
        try {
            List<StepResult> results = new ArrayList<>();
            for (Change change : inOrder(step, deploy)) {
                StepResult result = taken(step, deploy, change);
                results.add(result);
                boolean failed = result instanceof StepResult.Failed || result instanceof StepResult.Refused;
                if (failed && step != Step.UNDO) {
                    return result;
                }
            }
            return together(results);
        } finally {
            atWork.unlock();
        }
    }

    private static List<Change> inOrder(Step step, Deploy deploy) {
        List<Change> changes = deploy.changes().stream()
                .filter(each -> deploy.isFor(step, each) && (each.part() == Part.CODE || !isOfCode(step)))
                .toList();
        return step == Step.SWITCH || step == Step.GATE ? changes.reversed() : changes;
    }

    private static boolean isOfCode(Step step) {
        return step == Step.BACK_UP || step == Step.MIGRATE || step == Step.RELOAD;
    }

    private StepResult taken(Step step, Deploy deploy, Change change) throws InterruptedException {
        try {
            return of(change.part()).take(step, deploy, change);
        } catch (IOException e) {
            return new StepResult.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static StepResult together(List<StepResult> results) {
        Optional<StepResult> failed =
                results.stream().filter(StepResult.Failed.class::isInstance).findFirst();
        if (results.size() == 1 || failed.isPresent()) {
            return failed.orElseGet(results::getFirst);
        }
        String said = results.stream().map(StepResult::said).collect(Collectors.joining("; "));
        List<StepResult.Stored> stored = only(results, StepResult.Stored.class);
        if (!stored.isEmpty()) {
            String content =
                    content(stored.stream().map(StepResult.Stored::content).toList());
            return new StepResult.Stored(
                    content,
                    stored.stream().mapToInt(StepResult.Stored::files).sum(),
                    stored.stream().mapToLong(StepResult.Stored::bytes).sum());
        }
        Optional<Migrating> migrating = only(results, StepResult.Fit.class).stream()
                .map(StepResult.Fit::migrating)
                .findFirst();
        return migrating
                .<StepResult>map(each -> new StepResult.Fit(said, each))
                .orElseGet(() -> new StepResult.Done(said));
    }

    private static <T extends StepResult> List<T> only(List<StepResult> results, Class<T> type) {
        return results.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /// By which the same parts are known again.
    public static String content(List<String> parts) {
        return parts.size() == 1
                ? parts.getFirst()
                : HexFormat.of()
                        .formatHex(Manifest.sha256()
                                .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8)));
    }

    /// Deletes what is stored of releases that nobody knows any more.
    ///
    /// @return how many bytes that has given back
    public long forget() throws IOException, InterruptedException {
        atWork.lockInterruptibly();
        try {
            if (releases.get().current().isPresent()) {
                return 0; // it needs what it has staged
            }
            long freed = 0;
            for (SitePart part : Stream.concat(Stream.of(pages), code.stream()).toList()) {
                long before = part.places().bytes();
                part.forget();
                freed += before - part.places().bytes();
            }
            return freed;
        } finally {
            atWork.unlock();
        }
    }

    /// Takes the live release back, to another one.
    public RepairResult run(Remedy.RollBack back) throws InterruptedException {
        atWork.lockInterruptibly();
        try {
            Releases now = releases.get();
            if (!now.live().equals(Optional.of(back.from()))) {
                return new RepairResult.Failed("release " + back.from() + " is not live any more");
            }
            for (Part part : Part.values()) {
                Optional<String> to = now.find(back.to()).flatMap(release -> release.stored(part));
                Optional<String> from = now.find(back.from()).flatMap(release -> release.stored(part));
                if (to.isPresent() && !to.equals(from)) {
                    of(part).goBack(new Change(part, to.get(), from));
                }
            }
            return new RepairResult.RolledBack(back.from(), back.to());
        } catch (IOException e) {
            return new RepairResult.Failed(String.valueOf(e.getMessage()));
        } finally {
            atWork.unlock();
        }
    }

    /// Puts back each file of the pages that is another by now, or has gone.
    public RepairResult run(Remedy.Restore restore, String name) throws InterruptedException {
        atWork.lockInterruptibly();
        try {
            return pages.run(restore, name);
        } catch (IOException e) {
            return new RepairResult.Failed(String.valueOf(e.getMessage()));
        } finally {
            atWork.unlock();
        }
    }
}
