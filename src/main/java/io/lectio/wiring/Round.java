package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.host.Processes;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A round of cron's that is under way, as the guard in whose place it looks finds it.
final class Round {
    private static final Duration TO_END = Duration.ofSeconds(10);
    /// Before the end of that time, for one that is stopped.
    private static final Duration TO_BE_KILLED = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private Round() {}

    /// Says which process this round is, where there is room for that: a guard that cannot know waits for its end.
    static void note(Home home) {
        try {
            Files.writeString(file(home), Long.toString(ProcessHandle.current().pid()));
        } catch (IOException e) {
            System.err.println("lectio: cannot note that a round is under way: " + e);
        }
    }

    /// Has one that is under way end, and waits for that.
    static void end(Home home) throws IOException, InterruptedException {
        Optional<ProcessHandle> round = underWay(home);
        long deadline = System.nanoTime() + TO_END.toNanos();
        while (round.isPresent() && !isFree(home) && System.nanoTime() < deadline) {
            boolean late = System.nanoTime() > deadline - TO_BE_KILLED.toNanos();
            boolean _ = late ? round.get().destroyForcibly() : round.get().destroy();
            Thread.sleep(PAUSE);
        }
    }

    static boolean isUnderWay(Home home) throws IOException {
        return underWay(home).isPresent();
    }

    private static Optional<ProcessHandle> underWay(Home home) throws IOException {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(file(home))))
                    .filter(process -> isRound(process.pid()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// Whether a process is one, and not another that has its number by now.
    private static boolean isRound(long pid) {
        List<String> command = Processes.command(pid);
        int main = command.indexOf("io.lectio.Main");
        List<String> words = command.subList(main + 1, command.size());
        return main >= 0 && words.indexOf("check") == 0 && words.contains("--cron");
    }

    /// Whether nobody is at work.
    static boolean isFree(Home home) throws IOException {
        Optional<OneGuard> lock = OneGuard.take(home.state());
        if (lock.isPresent()) {
            lock.get().close();
        }
        return lock.isPresent();
    }

    private static Path file(Home home) {
        return home.state().resolve("round");
    }
}
