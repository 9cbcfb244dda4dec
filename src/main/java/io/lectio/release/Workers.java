package io.lectio.release;

import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.host.Memory;
import io.lectio.host.Supervisor;
import io.lectio.host.WorkerFile;
import io.lectio.host.http.HttpAnswer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The application's workers: has them load the code anew while others answer, and asks which code they run.
public final class Workers {
    private static final int HANG_UP = 1;
    /// SIGTTIN, which gunicorn takes for one worker more, and SIGTTOU for one less, the oldest.
    private static final int ONE_MORE = 21;

    private static final int ONE_LESS = 22;

    private static final long ROOM = 100L << 20;
    private static final Duration TO_COME = Duration.ofSeconds(20);
    private static final Duration TO_OBEY = Duration.ofSeconds(1);
    /// gunicorn lets a worker finish what it is at for half a minute.
    private static final Duration TO_CHANGE = Duration.ofSeconds(40);

    private static final Duration TO_RESTART = Duration.ofSeconds(40);
    private static final Duration TO_OPEN = Duration.ofSeconds(15);
    private static final Duration SURE = Duration.ofSeconds(1);
    /// What the web server says of what stands behind it.
    private static final Set<Integer> BEHIND = Set.of(502, 503, 504);

    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int IN_A_ROW = 6;
    private static final int MOST_BYTES = 1 << 16;

    private final Supervisor supervisor;
    private final String unit;
    private final HttpClient direct;
    private final URI directly;
    private final HttpClient through;
    private final URI api;
    private final Reloads reloads;
    private final Memory memory = new Memory();
    private final List<String> beside;
    private final Path note;

    /// Whether its workers load the code anew at a hang-up.
    public interface Reloads {
        boolean now() throws IOException, InterruptedException;
    }

    /// @param direct asks the application itself, at `directly`
    /// @param through asks it as visitors do, at `api`
    /// @param beside units that run the same code
    /// @param note a file of ours, which is there while an exchange of workers is under way
    public Workers(
            Supervisor supervisor,
            String unit,
            HttpClient direct,
            URI directly,
            HttpClient through,
            URI api,
            Reloads reloads,
            List<String> beside,
            Path note) {
        this.supervisor = supervisor;
        this.unit = unit;
        this.direct = direct;
        this.directly = directly;
        this.through = through;
        this.api = api;
        this.reloads = reloads;
        this.beside = List.copyOf(beside);
        this.note = note;
    }

    /// New workers come beside the old ones, and when they have loaded the code the old ones finish: nobody is
    /// refused, and nobody waits. Where there is no memory for both, a hang-up exchanges them; where that brings no
    /// new code, or it is another server, the application is restarted.
    StepResult startAnew(String release) throws IOException, InterruptedException {
        return with(supervisor.unit(unit), release);
    }

    /// For code that is known to work: whatever the workers do, they run it afterwards.
    StepResult comeBack(String release) throws IOException, InterruptedException {
        StepResult result;
        try {
            result = with(supervisor.unit(unit), release);
        } catch (IOException e) {
            result = new StepResult.Refused(String.valueOf(e.getMessage()));
        }
        if (result instanceof StepResult.Refused) {
            result = restart("restarted, for " + result.said());
        }
        boolean answers = await(System.nanoTime() + TO_OPEN.toNanos(), () -> told().isPresent());
        return answers ? result : new StepResult.Done(result.said() + "; it does not answer well yet");
    }

    private StepResult with(UnitState before, String release) throws IOException, InterruptedException {
        StepResult result = workersAnew(before, release);
        if (result instanceof StepResult.Refused) {
            return result;
        }
        List<String> said = new ArrayList<>(List.of(result.said()));
        for (String other : beside) {
            try {
                if (supervisor.unit(other).active() == UnitState.Active.ACTIVE) {
                    supervisor.restart(other, TO_RESTART);
                    said.add("restarted: " + other);
                }
            } catch (IOException e) { // its own check tells what becomes of it
                said.add("not restarted: " + e.getMessage());
            }
        }
        return new StepResult.Done(String.join("; ", said));
    }

    private static boolean isActive(UnitState state) {
        return state.active() == UnitState.Active.ACTIVE && state.mainPid() > 0;
    }

    private StepResult workersAnew(UnitState before, String release) throws IOException, InterruptedException {
        if (!isActive(before) || !reloads.now()) {
            return restart("restarted");
        }
        int main = before.mainPid();
        Set<Integer> old = workers(before);
        Instant asked = Instant.now();
        boolean room = memory.room(before.cgroup()) > ROOM * old.size();
        // of an exchange that was cut off nobody knows whether its last signal was sent; after a hang-up there are as
        // many workers as gunicorn was given, whatever was asked for before
        boolean beside = !isNoted(main) && !old.isEmpty() && room && beside(old, main);
        if (!beside) {
            supervisor.signalMain(unit, HANG_UP);
        }
        boolean ended = awaitEnd(old, main);
        boolean asMany = !beside
                || await(
                        System.nanoTime() + TO_OBEY.toNanos(),
                        () -> hasEnded(main) || workers(supervisor.unit(unit)).size() == old.size());
        if (ended && !asMany) {
            Set<Integer> others = workers(supervisor.unit(unit));
            supervisor.signalMain(unit, HANG_UP);
            ended = awaitEnd(others, main);
        }
        Files.deleteIfExists(note);
        if (hasEnded(main)) {
            return new StepResult.Refused(unit + " has ended while its new workers started");
        }
        if (!ended && !beside) {
            return new StepResult.Refused("its workers are the same after " + TO_CHANGE.toSeconds() + " s");
        }
        return runsAnother(release)
                ? restart("restarted: its workers get the code from their parent")
                : new StepResult.Done((beside ? "workers exchanged one by one within " : "workers started anew within ")
                        + Duration.between(asked, Instant.now()).toMillis() + " ms"
                        + (ended ? "" : "; old ones still finish what they are at"));
    }

    /// Whether an exchange of this parent's workers has begun, and nobody knows how far it has come.
    private boolean isNoted(int main) throws IOException {
        return Files.exists(note) && Files.readString(note).equals(String.valueOf(main));
    }

    /// Starts as many more workers, and when they are ready has the oldest end.
    ///
    /// @return whether they became ready, or their parent has ended
    private boolean beside(Set<Integer> old, int main) throws IOException, InterruptedException {
        long end = System.nanoTime() + TO_COME.toNanos();
        Files.writeString(note, String.valueOf(main)); // half a note is none, and nothing has been asked for by then
        for (int more = 1; more <= old.size() && !hasEnded(main); more++) {
            supervisor.signalMain(unit, ONE_MORE);
            int wanted = more; // signals of one kind that wait are one
            boolean _ = await(end, () -> hasEnded(main) || young(old).size() >= wanted);
        }
        boolean ready = await(
                end,
                () -> hasEnded(main)
                        || (young(old).size() >= old.size()
                                && young(old).stream().allMatch(WorkerFile::isReady)));
        for (int fewer = 1; ready && fewer <= old.size() && !hasEnded(main); fewer++) {
            supervisor.signalMain(unit, ONE_LESS);
            int wanted = old.size() - fewer;
            // one that is busy takes its time, and the next need not wait for it
            boolean _ = await(System.nanoTime() + TO_OBEY.toNanos(), () -> old(old).size() <= wanted);
        }
        return ready;
    }

    private boolean hasEnded(int main) throws IOException {
        return supervisor.unit(unit).mainPid() != main;
    }

    private Set<Integer> young(Set<Integer> old) throws IOException {
        Set<Integer> now = new HashSet<>(workers(supervisor.unit(unit)));
        now.removeAll(old);
        return now;
    }

    /// Those of them that are there yet.
    private Set<Integer> old(Set<Integer> old) throws IOException {
        Set<Integer> now = new HashSet<>(workers(supervisor.unit(unit)));
        now.retainAll(old);
        return now;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static boolean await(long end, Condition condition) throws IOException, InterruptedException {
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(PAUSE);
        }
        return true;
    }

    private boolean runsAnother(String release) {
        return !release.isEmpty()
                && told().filter(each ->
                                each.release().isPresent() && !each.release().equals(Optional.of(release)))
                        .isPresent();
    }

    private StepResult restart(String said) throws IOException, InterruptedException {
        supervisor.resetFailed(unit);
        supervisor.restart(unit, TO_RESTART);
        return new StepResult.Done(said);
    }

    private Set<Integer> workers(UnitState state) throws IOException {
        return supervisor.processes(state).stream()
                .filter(each -> each.parent() == state.mainPid())
                .map(ProcessView::pid)
                .filter(WorkerFile::isThere)
                .collect(Collectors.toSet());
    }

    /// @return whether the old workers have ended, or their parent has
    private boolean awaitEnd(Set<Integer> old, int main) throws IOException, InterruptedException {
        return await(System.nanoTime() + TO_CHANGE.toNanos(), () -> {
            UnitState now = supervisor.unit(unit);
            Set<Integer> young = workers(now);
            return now.mainPid() != main || (!young.isEmpty() && Collections.disjoint(young, old));
        });
    }

    /// What the application says of itself; empty where it does not answer well.
    private Optional<HealthAnswer> told() {
        try {
            HttpAnswer answer = direct.get(directly, MOST_BYTES, ANSWER);
            return answer.isWell() ? Optional.of(HealthAnswer.of(answer.body())) : Optional.empty();
        } catch (HttpFailure e) {
            return Optional.empty(); // the gate says why
        }
    }

    /// Asks until several answers in a row are the new code's.
    StepResult gate(String release) throws InterruptedException, IOException {
        long start = System.nanoTime();
        Optional<Wrong> wrong = Optional.empty();
        int inARow = 0;
        while (inARow < IN_A_ROW) {
            wrong = wrong(release, inARow % 2 == 0);
            inARow = wrong.isEmpty() ? inARow + 1 : 0;
            if (wrong.isPresent()) {
                Duration patience = wrong.get().last() ? SURE : TO_OPEN;
                boolean runs = supervisor.unit(unit).active() == UnitState.Active.ACTIVE;
                if (!runs || System.nanoTime() - start > patience.toNanos()) {
                    return new StepResult.Refused(wrong.get().why() + (runs ? "" : ", and " + unit + " does not run"));
                }
                Thread.sleep(PAUSE);
            }
        }
        return new StepResult.Done("the application answers " + IN_A_ROW + " times in a row"
                + (told().filter(HealthAnswer::tells).isPresent() ? " as " + release : ", by workers of this release"));
    }

    /// @param last whether the code itself has said so
    private record Wrong(String why, boolean last) {}

    private Optional<Wrong> wrong(String release, boolean atItself) {
        URI url = atItself ? directly : api;
        try {
            HttpAnswer answer = (atItself ? direct : through).get(url, MOST_BYTES, ANSWER);
            if (!answer.isWell()) {
                return Optional.of(new Wrong(url + " answers " + answer.status(), !BEHIND.contains(answer.status())));
            }
            HealthAnswer told = HealthAnswer.of(answer.body());
            return told.isOfAnother(release)
                    ? Optional.of(new Wrong(
                            url + " is answered by release " + told.release().orElse("none"), false))
                    : Optional.empty();
        } catch (HttpFailure e) {
            return Optional.of(new Wrong(url + ": " + e.getMessage(), false));
        }
    }
}
