package io.lectio.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.Fault;
import io.lectio.testhost.FaultPair;
import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardKilled;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Overload;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.ServiceFaults;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How long visitors see each fault under each guard. Every run has a fresh host; what was measured before is kept.
@HostTest
@Tag("bench")
class OutageBench {
    static final Duration WEIGHED = Duration.ofMinutes(1);

    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final Duration SETTLING = Duration.ofSeconds(6);
    private static final Duration FOR_THE_ALERT = Duration.ofSeconds(5);
    private static final int PAIR_RUNS = 3;

    private final Map<String, Fault> faults = new LinkedHashMap<>();
    private final OutageRecord record;
    private final int hosts;
    private final OutageProgress progress = new OutageProgress();
    private final List<String> failures = new ArrayList<>();

    OutageBench() throws IOException {
        Stream.of(
                        FaultPair.PERMISSIONS.stream(),
                        Stream.of(ServiceFaults.values()),
                        Stream.of(new Overload(Duration.ofSeconds(20))),
                        GuardKilled.all().stream(),
                        FaultPair.all().stream().filter(pair -> Budget.of(pair).isPresent()),
                        Stream.of(Faults.values()))
                .flatMap(all -> all)
                .forEach(fault -> faults.putIfAbsent(fault.name(), fault));
        record = OutageRecord.open(option("FRESH").isPresent());
        hosts = option("HOSTS")
                .map(Integer::parseInt)
                .orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }

    @Test
    void outage() throws IOException {
        List<OutageRun> runs = runs();
        List<OutageRun> weighings = weighings();
        progress.plan(runs, weighings, hosts);
        try (ExecutorService side = Executors.newFixedThreadPool(hosts)) {
            runs.forEach(run ->
                    side.execute(() -> attempt(run, () -> record.add(GuardKilled.inTime(() -> measureOnce(run))))));
            weighings.forEach(run -> side.execute(() -> attempt(run, () -> record.add(weigh(run)))));
        }
        new OutageTable(record).publish(List.copyOf(faults.values()));
        assertThat(failures).isEmpty();
    }

    private interface Work {
        void run() throws IOException;
    }

    /// A run that fails is told and left out; the others go on, and the next start tries it again.
    private void attempt(OutageRun run, Work work) {
        Instant began = Instant.now();
        String said = "";
        try {
            work.run();
        } catch (IOException | RuntimeException | AssertionError e) {
            said = "failed: " + e;
            synchronized (failures) {
                failures.add(run + ": " + e);
            }
        }
        progress.done(run, Duration.between(began, Instant.now()), said);
    }

    private OutageRun.Result measureOnce(OutageRun run) {
        Fault fault = fault(run.fault());
        try (Guards.AtWork guarded = run.guard().boot(run.release(), fault)) {
            TestHost host = guarded.host();
            Duration phase = Duration.ofMillis(
                    ThreadLocalRandom.current().nextLong(run.guard().cycle().toMillis()));
            LockSupport.parkNanos(SETTLING.plus(phase).toNanos());
            try (Prober prober = Prober.start(host, fault.watched())) {
                Instant broken = fault.inject(host);
                // an overload's queue outlives it
                Duration patience = run.guard().patience().plus(fault.lasts().multipliedBy(3));
                boolean healed = prober.healedWithin(patience, broken, QUIET.plus(fault.lasts()));
                Prober.Outage seen = prober.stop();
                Instant last = Instant.now().plus(FOR_THE_ALERT);
                while (guarded.bot().isPresent()
                        && guarded.alert(broken).isEmpty()
                        && Instant.now().isBefore(last)) {
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
                OutageRun.Result result = new OutageRun.Result(
                        run,
                        healed ? seen.since(broken).toMillis() : OutageRun.Result.NEVER,
                        guarded.alert(broken).map(Duration::toMillis).orElse(OutageRun.Result.NEVER),
                        starts(host, broken));
                progress.measured(result);
                return result;
            }
        }
    }

    private static int starts(TestHost host, Instant since) {
        return Integer.parseInt(
                host.sh("journalctl -q -o cat -u teaching_panel -u nginx --since @%d.%06d | grep -c '^Started' || true"
                                .formatted(since.getEpochSecond(), since.getNano() / 1000))
                        .strip());
    }

    /// The memory and the processor time of all processes of the guard's unit while nothing happens.
    private static OutageRecord.Weight weigh(OutageRun run) throws IOException {
        try (Guards.AtWork guarded = run.guard().boot(run.release(), Faults.PAGE_CHMOD_000)) {
            LockSupport.parkNanos(WEIGHED.toNanos());
            String said = guarded.host()
                    .run(
                            WEIGHED.plusSeconds(30),
                            "python3",
                            "-c",
                            Files.readString(Path.of("testhost/weigh.py")),
                            run.guard().unit(),
                            String.valueOf(WEIGHED.toSeconds()))
                    .out()
                    .strip();
            long[] number =
                    Stream.of(said.split(" ", -1)).mapToLong(Long::parseLong).toArray();
            return new OutageRecord.Weight(
                    run.release(), run.guard(), number[0], number[1], number[2], number[3], number[4]);
        }
    }

    /// What is left to do, the first run of everything before the second.
    private List<OutageRun> runs() {
        List<OutageRun> done =
                record.results().stream().map(OutageRun.Result::run).toList();
        return wanted("FAULT", unlessTold(), faults.keySet()).stream()
                .flatMap(fault -> releases().stream()
                        .flatMap(release -> guards().stream()
                                .flatMap(guard -> IntStream.rangeClosed(1, runs(fault(fault), guard))
                                        .mapToObj(number -> new OutageRun(fault, release, guard, number)))))
                .filter(run -> !done.contains(run))
                .sorted(Comparator.comparingInt(OutageRun::number)
                        .thenComparing(run -> run.guard().guess()))
                .toList();
    }

    private static int runs(Fault fault, Guards guard) {
        boolean single = !(fault instanceof FaultPair || fault instanceof GuardKilled);
        if (guard != Guards.LECTIO && !single) {
            return 0;
        }
        return option("RUNS").map(Integer::parseInt).orElse(fault instanceof FaultPair ? PAIR_RUNS : guard.runs());
    }

    private List<String> unlessTold() {
        boolean pairs = option("PAIRS").isPresent();
        return faults.values().stream()
                .filter(fault -> pairs || !(fault instanceof FaultPair))
                .filter(fault -> !(fault instanceof Faults) || FaultPair.PERMISSIONS.contains(fault))
                .map(Fault::name)
                .toList();
    }

    private List<OutageRun> weighings() {
        return releases().stream()
                .flatMap(release -> guards().stream()
                        .filter(guard -> !guard.unit().isEmpty())
                        .filter(guard -> record.weights().stream()
                                .noneMatch(weight -> weight.guard() == guard && weight.release() == release))
                        .map(guard -> new OutageRun("weight", release, guard, 1)))
                .toList();
    }

    private static List<Guards> guards() {
        List<String> names = Stream.of(Guards.values()).map(Enum::name).toList();
        return wanted("GUARD", names, names).stream().map(Guards::valueOf).toList();
    }

    private static List<Release> releases() {
        List<String> names = Stream.of(Release.values()).map(Enum::name).toList();
        return wanted("RELEASE", names, names).stream().map(Release::valueOf).toList();
    }

    private Fault fault(String name) {
        return Optional.ofNullable(faults.get(name)).orElseThrow();
    }

    private static List<String> wanted(String option, List<String> unlessTold, Collection<String> known) {
        List<String> names = option(option)
                .map(value -> List.of(value.toUpperCase(Locale.ROOT).split(",", -1)))
                .orElse(unlessTold);
        assertThat(known).as("what LECTIO_BENCH_" + option + " may name").containsAll(names);
        return names;
    }

    private static Optional<String> option(String name) {
        return Optional.ofNullable(System.getenv("LECTIO_BENCH_" + name)).filter(value -> !value.isEmpty());
    }
}
