package io.lectio.sim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/// Many seeds over all cores. One seed alone is replayed by `-Dlectio.seed=…`, with its whole journal.
final class Fleet {
    private static final int SHOWN = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Fleet() {}

    /// What runs beside, test hosts above all, has deadlines.
    private static Thread givingWay(Runnable work) {
        return new Thread(() -> {
            try {
                MethodHandle setPriority = Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
                                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
                assertThat((int) setPriority.invokeExact(0, 0, 19)).isZero(); // this thread's alone, as Linux has it
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            work.run();
        });
    }

    static void sail(String name, long seeds, long days, LongFunction<SiteWorld> worlds) {
        Long only = Long.getLong("lectio.seed");
        LongStream chosen = only == null ? LongStream.rangeClosed(1, seeds) : LongStream.of(only);
        Set<String> violations = new ConcurrentSkipListSet<>();
        LongAdder events = new LongAdder();
        LongAdder repairs = new LongAdder();
        LongAdder alerts = new LongAdder();
        LongAdder processor = new LongAdder();
        long start = System.nanoTime();
        try (ExecutorService cores =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), Fleet::givingWay)) {
            List<? extends Future<?>> runs = chosen.mapToObj(seed -> cores.submit(() -> {
                        long before = THREADS.getCurrentThreadCpuTime();
                        SiteWorld world = worlds.apply(seed);
                        world.invariants.collect(only != null);
                        world.simulation.runUntil(days * SiteWorld.DAY);
                        violations.addAll(world.invariants.violations());
                        events.add(world.simulation.turns());
                        repairs.add(world.invariants.repairs());
                        alerts.add(world.invariants.sends());
                        processor.add(THREADS.getCurrentThreadCpuTime() - before);
                    }))
                    .toList();
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(name, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        System.out.printf(
                "%s: %,d events, %,d repairs, %,d sends in %.1f s, %.1f s of processor time%n",
                name,
                events.sum(),
                repairs.sum(),
                alerts.sum(),
                (System.nanoTime() - start) / 1e9,
                processor.sum() / 1e9);
        assertThat(violations.stream().limit(SHOWN)).as(name).isEmpty();
    }
}
