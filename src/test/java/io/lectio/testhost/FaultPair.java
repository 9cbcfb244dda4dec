package io.lectio.testhost;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Two faults that break at one moment.
public record FaultPair(Fault one, Fault other) implements Fault {
    /// The permission faults that stand for their kinds.
    public static final List<Faults> PERMISSIONS =
            List.of(Faults.PAGE_CHMOD_000, Faults.BUILD_AS_ROOT_SCP, Faults.ASSET_CHMOD_000, Faults.PARENT_CLOSED);

    /// Each service fault with each of another part of the site, and with each of [#PERMISSIONS].
    public static List<FaultPair> all() {
        List<FaultPair> pairs = new ArrayList<>();
        for (ServiceFaults one : ServiceFaults.values()) {
            for (ServiceFaults other : ServiceFaults.values()) {
                if (one.compareTo(other) < 0 && one.part() != other.part()) {
                    pairs.add(new FaultPair(one, other));
                }
            }
            PERMISSIONS.forEach(other -> pairs.add(new FaultPair(one, other)));
        }
        return List.copyOf(pairs);
    }

    @Override
    public String name() {
        return one.name() + "+" + other.name();
    }

    @Override
    public List<String> watched() {
        Set<String> urls = new LinkedHashSet<>(one.watched());
        urls.addAll(other.watched());
        return List.copyOf(urls);
    }

    @Override
    public FaultScript script() {
        return one.script().and(other.script());
    }

    @Override
    public Duration lasts() {
        return one.lasts().compareTo(other.lasts()) >= 0 ? one.lasts() : other.lasts();
    }

    @Override
    public void prepare(TestHost host) {
        one.prepare(host);
        other.prepare(host);
    }
}
