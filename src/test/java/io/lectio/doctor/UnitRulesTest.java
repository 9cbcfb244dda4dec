package io.lectio.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.doctor.Verdict.Advised;
import io.lectio.doctor.Verdict.Well;
import io.lectio.doctor.Verdict.Wrong;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The settings of a unit and what they come to, on the systemd of each Debian and before.
class UnitRulesTest {
    private static final long SECOND = 1_000_000;
    private static final String NAME = "teaching_panel.service";
    private static final List<Integer> BOTH = List.of(252, 257);

    /// As `lectio unit apply` lays it.
    private static final Map<String, Object> LAID = Map.ofEntries(
            Map.entry("LoadState", "loaded"),
            Map.entry("ActiveState", "active"),
            Map.entry("UnitFileState", "enabled"),
            Map.entry("NeedDaemonReload", false),
            Map.entry("Type", "notify"),
            Map.entry("NotifyAccess", "all"),
            Map.entry("KillMode", "control-group"),
            Map.entry("Restart", "always"),
            Map.entry("RestartUSec", SECOND / 5),
            Map.entry("WatchdogUSec", 60 * SECOND),
            Map.entry("WatchdogTimestampMonotonic", 100 * SECOND),
            Map.entry("ActiveEnterTimestampMonotonic", 101 * SECOND),
            Map.entry("TimeoutAbortUSec", 3 * SECOND),
            Map.entry("TimeoutStopUSec", 10 * SECOND),
            Map.entry("StartLimitIntervalUSec", 300 * SECOND),
            Map.entry("StartLimitBurst", 5),
            Map.entry("RestartMode", "normal"),
            Map.entry("OnFailure", List.of("failure-notifier@" + NAME + ".service")));

    private static UnitFacts facts(int systemd, boolean pinged, Map<String, Object> other) {
        Map<String, Object> all = new HashMap<>(LAID);
        all.putAll(other);
        return new UnitFacts(NAME, systemd, all, pinged, true, Optional.empty());
    }

    private static Verdict verdict(UnitFacts unit, String name) {
        return UnitRules.of("", unit).stream()
                .filter(point -> point.name().equals(name))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    private static Verdict verdict(int systemd, String name, Object... other) {
        Map<String, Object> set = new HashMap<>();
        for (int i = 0; i < other.length; i += 2) {
            set.put((String) other[i], other[i + 1]);
        }
        return verdict(facts(systemd, true, set), name);
    }

    private static String wrong(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Wrong.class);
        return ((Wrong) verdict).seen();
    }

    @Test
    void whatIsLaidIsWell() {
        for (int systemd : BOTH) {
            assertThat(UnitRules.of("", facts(systemd, true, Map.of())))
                    .filteredOn(point -> !point.name().equals("socket"))
                    .hasSize(9)
                    .allSatisfy(point -> assertThat(point.verdict()).isInstanceOf(Well.class));
        }
    }

    @Test
    void aWatchdogThatNobodyPingsKillsTheHealthy() {
        for (int systemd : BOTH) {
            assertThat(wrong(verdict(facts(systemd, false, Map.of()), "watchdog")))
                    .contains("60 s", "nobody pings");
        }
    }

    @Test
    void whatPingsByItselfIsKeptAlive() {
        Map<String, Object> heard = Map.of("WatchdogTimestampMonotonic", 130 * SECOND);
        assertThat(verdict(facts(252, false, heard), "watchdog")).isInstanceOf(Well.class);
    }

    @Test
    void aPingThatIsNotAcceptedIsNone() {
        assertThat(wrong(verdict(252, "watchdog", "NotifyAccess", "main"))).contains("NotifyAccess=main");
    }

    @Test
    void noWatchdogIsAdviceAlone() {
        assertThat(verdict(252, "watchdog", "WatchdogUSec", 0L)).isInstanceOf(Advised.class);
        assertThat(verdict(252, "watchdog", "WatchdogUSec", -1L)).isInstanceOf(Advised.class);
        assertThat(verdict(252, "watchdog", "WatchdogUSec", 300 * SECOND)).isInstanceOf(Advised.class);
    }

    @Test
    void aLongAbortIsWrongWhereAWatchdogNeedsIt() {
        assertThat(wrong(verdict(252, "stop", "TimeoutAbortUSec", 90 * SECOND))).contains("TimeoutAbortSec=90 s");
        assertThat(wrong(verdict(252, "stop", "TimeoutAbortUSec", -1L))).contains("infinity");
        assertThat(verdict(252, "stop", "TimeoutAbortUSec", 90 * SECOND, "WatchdogUSec", 0L))
                .isInstanceOf(Well.class);
        assertThat(verdict(252, "stop", "TimeoutStopUSec", 90 * SECOND)).isInstanceOf(Advised.class);
    }

    @Test
    void everyEndIsFollowedByARestart() {
        for (String restart : List.of("no", "on-failure", "on-abnormal", "on-watchdog", "on-success")) {
            assertThat(wrong(verdict(252, "restart", "Restart", restart))).contains("Restart=" + restart);
        }
        assertThat(verdict(252, "restart", "RestartUSec", 5 * SECOND)).isInstanceOf(Well.class);
        assertThat(wrong(verdict(252, "restart", "RestartUSec", 6 * SECOND))).contains("promises 5 s");
    }

    /// interval > burst x (RestartSec + the time to fail)
    @Test
    void aStartLimitIsReachedOrNot() {
        record Case(long interval, int burst, long delay, boolean reached) {}
        for (Case each : List.of(
                new Case(300 * SECOND, 5, 5 * SECOND, true), // the plan's
                new Case(10 * SECOND, 5, SECOND / 10, true), // systemd's default
                new Case(10 * SECOND, 5, 5 * SECOND, false),
                new Case(30 * SECOND, 5, 5 * SECOND, false),
                new Case(31 * SECOND, 5, 5 * SECOND, true),
                new Case(300 * SECOND, 100, 5 * SECOND, false),
                new Case(-1, 5, 5 * SECOND, true))) {
            Verdict verdict = verdict(
                    252,
                    "start-limit",
                    "StartLimitIntervalUSec",
                    each.interval(),
                    "StartLimitBurst",
                    each.burst(),
                    "RestartUSec",
                    each.delay());
            assertThat(verdict).as(each.toString()).isInstanceOf(each.reached() ? Well.class : Wrong.class);
        }
        assertThat(verdict(252, "start-limit", "StartLimitIntervalUSec", 0L)).isInstanceOf(Advised.class);
    }

    /// 252 knows no `RestartSteps=`.
    @Test
    void delaysThatGrowPutALimitOutOfReachWhereSystemdKnowsThem() {
        Object[] grows = {
            "StartLimitIntervalUSec",
            60 * SECOND,
            "RestartUSec",
            SECOND,
            "RestartSteps",
            4,
            "RestartMaxDelayUSec",
            60 * SECOND
        };
        assertThat(verdict(252, "start-limit", grows)).isInstanceOf(Well.class);
        assertThat(wrong(verdict(257, "start-limit", grows))).contains("never be reached");
    }

    @Test
    void whoTellsOfAFailureDependsOnTheVersion() {
        assertThat(((Well) verdict(252, "on-failure")).seen()).contains("systemd 252 only when no restart follows");
        assertThat(((Well) verdict(253, "on-failure")).seen()).contains("only when");
        assertThat(((Well) verdict(254, "on-failure")).seen()).contains("at each failure");
        assertThat(((Well) verdict(257, "on-failure")).seen()).contains("at each failure");
        assertThat(((Well) verdict(257, "on-failure", "RestartMode", "direct")).seen())
                .contains("RestartMode=direct");
        assertThat(verdict(252, "on-failure", "OnFailure", List.of())).isInstanceOf(Advised.class);
    }

    @Test
    void onOldSystemdAFailureIsNeverToldWhereTheLimitIsOutOfReach() {
        Object[] unreachable = {"StartLimitIntervalUSec", 10 * SECOND, "RestartUSec", 5 * SECOND};
        assertThat(wrong(verdict(252, "on-failure", unreachable))).contains("never fires");
        assertThat(verdict(257, "on-failure", unreachable)).isInstanceOf(Well.class);
    }

    @Test
    void aNotifierThatIsNotThereTellsNobody() {
        UnitFacts unit = new UnitFacts(NAME, 252, LAID, true, false, Optional.empty());
        assertThat(wrong(verdict(unit, "on-failure"))).contains("no unit that systemd knows");
    }

    @Test
    void theRestOfItsState() {
        assertThat(wrong(verdict(252, "active", "ActiveState", "failed", "Result", "start-limit-hit")))
                .contains("start-limit-hit");
        assertThat(((Wrong) verdict(252, "enabled", "UnitFileState", "disabled"))
                        .mend()
                        .command())
                .containsExactly("systemctl", "enable", NAME);
        assertThat(((Wrong) verdict(252, "files", "NeedDaemonReload", true))
                        .mend()
                        .text())
                .isEqualTo("sudo systemctl daemon-reload");
        assertThat(wrong(verdict(252, "kill-mode", "KillMode", "process"))).contains("outlive");
        assertThat(wrong(verdict(252, "loaded", "LoadState", "not-found"))).contains("not-found");
        assertThat(wrong(verdict(252, "loaded", "LoadState", "masked"))).contains("masked");
    }

    @Test
    void aSocketUnitWorksWithItsService() {
        record Case(String active, String enabled, Class<? extends Verdict> verdict) {}
        for (Case each : List.of(
                new Case("active", "enabled", Well.class),
                new Case("active", "disabled", Wrong.class),
                new Case("inactive", "enabled", Wrong.class))) {
            UnitFacts unit = new UnitFacts(
                    NAME,
                    257,
                    LAID,
                    true,
                    true,
                    Optional.of(Map.of("ActiveState", each.active(), "UnitFileState", each.enabled())));
            assertThat(verdict(unit, "socket")).as(each.toString()).isInstanceOf(each.verdict());
        }
    }

    @Test
    void whatIsTypedIsWhatIsRun() {
        assertThat(Mend.safe("sh", "-c", ". /lib/setup.sh; cron on").text())
                .isEqualTo("sudo sh -c '. /lib/setup.sh; cron on'");
    }
}
