package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Settings;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Notice;
import io.lectio.core.policy.Notices;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Services;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop;
import io.lectio.engine.StillWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real loops, which look at nothing.
@Timeout(60)
class FleetTest {
    private static final String APP = "    app: {unit: shop.service}\n";

    @TempDir
    private Path folder = Path.of("");

    @TempDir
    private Path sites = Path.of("");

    private Path file = Path.of("");
    private final List<String> made = new ArrayList<>();
    private final List<Path> locked = new ArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Map<String, String>> kept = new ArrayList<>();
    private Optional<Path> taken = Optional.empty();
    private String impossible = "";
    private String unmakeable = "";
    /// Empty while nobody can tell.
    private Optional<Boolean> installed = Optional.of(true);
    private final Fleet.Loops loops = new Fleet.Loops() {
        @Override
        public Services present(Settings.SiteSettings site) throws IOException {
            return installed.orElseThrow(() -> new IOException("systemd does not answer"))
                    ? site.services()
                    : Services.NONE;
        }

        @Override
        public void check(Fleet.Part part) throws IOException {
            if (part.site().label().equals(impossible)) {
                throw new IOException(impossible + " belongs to the system");
            }
        }

        @Override
        public Fleet.Running make(Fleet.Part part) throws IOException {
            if (part.site().label().equals(unmakeable)) {
                throw new IOException(unmakeable + " cannot be made");
            }
            return loop(part);
        }
    };
    private final Fleet fleet = new Fleet(loops, this::lock, kept::add, EventLog.NONE);

    @BeforeEach
    void makeSites() throws IOException {
        file = folder.resolve("config.env");
        for (String name : List.of("one", "two", "three")) {
            Files.createDirectory(sites.resolve(name));
        }
    }

    @AfterEach
    void end() throws IOException {
        fleet.close();
        assertThat(locked).isEmpty();
    }

    private java.io.Closeable lock(Path root) throws IOException {
        if (taken.filter(root::equals).isPresent()) {
            throw new IOException("another guard is at work on " + root);
        }
        locked.add(root);
        return () -> locked.remove(root);
    }

    private Fleet.Running loop(Fleet.Part part) throws IOException {
        made.add(part.site().label());
        GuardLoop.Ports ports = StillWorld.ports(
                parcel -> {
                    parcel.notices().forEach(notice -> told.add(part.label() + ": " + notice.news()));
                    return new Delivery.Accepted(Optional.empty());
                },
                _ -> {});
        Notices notices = new Notices(Optional.empty(), ZoneOffset.UTC);
        GuardLoop loop = new GuardLoop(ports, Policies.telling(part.site().policy(), notices));
        return new Fleet.Running(loop, () -> {});
    }

    private String yaml(String... names) {
        StringBuilder text = new StringBuilder("sites:\n");
        for (String name : names) {
            text.append("  - name: ")
                    .append(name)
                    .append("\n    url: http://")
                    .append(name)
                    .append(".example/\n")
                    .append("    root: ")
                    .append(sites.resolve(name))
                    .append("\n");
        }
        return text.toString();
    }

    private String env(String name) {
        return "LECTIO_LANGUAGE=en\nLECTIO_SITE_URL=http://" + name + ".example/\nLECTIO_PRIVATE=*.map,drafts\n"
                + "LECTIO_SITE_ROOT=" + sites.resolve(name) + "\nLECTIO_WEB_ROOT=" + sites.resolve(name) + "/build\n";
    }

    private void write(String yaml) throws IOException {
        write("lectio.yaml", yaml);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private InForce begin() throws Settings.Invalid {
        ConfigLoader.Source source = ConfigLoader.source(file);
        return new InForce(source.settings(), InForce.GOOD, source.texts());
    }

    private void start(String yaml) throws Exception {
        write(yaml);
        fleet.start(begin(), _ -> Optional.empty());
        made.clear();
    }

    private void reload(String yaml) throws Exception {
        write(yaml);
        fleet.reload(file);
    }

    private List<String> guarded() {
        return List.copyOf(fleet.snapshots().keySet());
    }

    @Test
    void theEndOfTheGuardIsToldOnceForAllSites() throws Exception {
        start(yaml("one", "two", "three"));
        fleet.close();
        assertThat(told).containsExactly("one: " + new Notice.Stopped());
    }

    @Test
    void whoAsksForAReloadHearsItsOutcome() throws Exception {
        start(yaml("one"));
        Thread run = Thread.ofPlatform().daemon().start(() -> {
            try {
                fleet.run(Optional.of(file), folder.resolve("alive"));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        write(yaml("one", "two"));
        assertThat(fleet.reload().get(30, TimeUnit.SECONDS)).isEqualTo(InForce.GOOD);
        assertThat(guarded()).containsExactly("one", "two");
        write(yaml("one") + "    colour: red\n");
        assertThat(fleet.reload().get(30, TimeUnit.SECONDS).where()).endsWith("lectio.yaml:5:5");
        assertThat(guarded()).as("what was in force stays so").containsExactly("one", "two");
        fleet.end();
        run.join();
    }

    @Test
    void ofWhatCannotBeGuardedNothingIsBegunAndItIsTriedAgain() throws Exception {
        start(yaml("one"));
        impossible = "two";
        write(yaml("one", "two"));
        assertThat(fleet.reload(file)).as("the world is in the way").isFalse();
        assertThat(made).isEmpty();
        assertThat(guarded()).containsExactly("one");
        assertThat(fleet.settings()).isInstanceOf(Observation.Failed.class);
        impossible = "";
        assertThat(fleet.reload(file)).isTrue();
        assertThat(guarded()).containsExactly("one", "two");
    }

    @Test
    void aServiceThatIsInstalledLaterIsGuardedThen() throws Exception {
        installed = Optional.of(false);
        start(yaml("one") + APP);
        fleet.takeUpServices();
        assertThat(made).isEmpty();
        Files.delete(folder.resolve("lectio.yaml")); // nobody asks it
        installed = Optional.of(true);
        fleet.takeUpServices();
        assertThat(made).containsExactly("one");
        fleet.takeUpServices();
        assertThat(made).containsExactly("one");
    }

    @Test
    void whileSystemdDoesNotAnswerNothingCountsAsInstalled() throws Exception {
        installed = Optional.of(false);
        start(yaml("one") + APP);
        installed = Optional.empty();
        fleet.takeUpServices();
        reload(yaml("one") + APP);
        assertThat(made).isEmpty();
    }

    @Test
    void aServiceThatIsGoneStaysGuardedByTheSameLoop() throws Exception {
        start(yaml("one") + APP);
        installed = Optional.of(false);
        reload(yaml("one") + APP);
        assertThat(made).isEmpty();
    }

    @Test
    void onlyWhatHasChangedIsGuardedAnew() throws Exception {
        start(yaml("one", "two"));
        reload(yaml("one", "two") + "    timing: {round: 10s}\n");
        assertThat(made).containsExactly("two");
        reload(yaml("one", "two", "three"));
        assertThat(made).containsExactly("two", "two", "three");
        assertThat(guarded()).containsExactly("one", "two", "three");
        reload(yaml("one", "three"));
        assertThat(guarded()).containsExactly("one", "three");
        assertThat(locked)
                .containsExactly(
                        sites.resolve("one").toRealPath(),
                        sites.resolve("three").toRealPath());
    }

    @Test
    void aFileThatSaysTheSameInOtherWordsChangesNothing() throws Exception {
        start(yaml("one", "two"));
        reload("# said anew\n" + yaml("one", "two") + "    timing: {round: 5s}\n");
        assertThat(made).isEmpty();
    }

    @Test
    void aBadFileLeavesTheOldOneInForceAndIsAFaultUntilItIsMended() throws Exception {
        start(yaml("one", "two"));
        assertThat(fleet.settings()).isInstanceOf(Observation.Passed.class);
        reload(yaml("one", "three").replace("root", "rot"));
        assertThat(made).isEmpty();
        assertThat(guarded()).containsExactly("one", "two");
        assertThat(fleet.settings().inWords()).contains("lectio.yaml:", "unknown key rot", "more)");
        assertThat(kept).containsExactly(Map.of("lectio.yaml", yaml("one", "two")));
        reload(yaml("one", "two"));
        assertThat(kept).hasSize(2);
        assertThat(fleet.settings()).isInstanceOf(Observation.Passed.class);
        assertThat(made).isEmpty();
    }

    @Test
    void aSiteThatIsNotThereOrHasAnotherGuardChangesNothingEither() throws Exception {
        start(yaml("one", "two"));
        taken = Optional.of(sites.resolve("three").toRealPath());
        reload(yaml("one", "three"));
        assertThat(fleet.settings().inWords()).contains("another guard is at work");
        reload(yaml("one", "two", "four"));
        assertThat(fleet.settings().inWords()).contains("lectio.yaml: there is no site at " + sites.resolve("four"));
        assertThat(made).isEmpty();
        assertThat(guarded()).containsExactly("one", "two");
        assertThat(locked).hasSize(2);
    }

    @Test
    void whereASiteCannotBeGuardedAtTheStartNoneIs() throws Exception {
        taken = Optional.of(sites.resolve("two").toRealPath());
        assertThatThrownBy(() -> start(yaml("one", "two"))).hasMessageContaining("another guard");
        assertThat(locked).isEmpty();
        assertThat(made).isEmpty();
    }

    @Test
    void whereTheyCannotBeGuardedThoseOfBeforeAre() throws Exception {
        write(yaml("two"));
        InForce before = begin();
        write(yaml("one", "two"));
        impossible = "one";
        fleet.start(
                begin(), why -> Optional.of(before).filter(_ -> why.toString().contains("belongs to the system")));
        assertThat(guarded()).containsExactly("two");
        assertThat(kept).containsExactly(before.texts());
    }

    @Test
    void whereOneIsGuardedAlreadyNothingElseIsTried() throws Exception {
        write(yaml("one", "two"));
        InForce begin = begin();
        unmakeable = "two";
        List<IOException> asked = new ArrayList<>();
        assertThatThrownBy(() -> fleet.start(begin, why -> {
                    asked.add(why);
                    return Optional.of(begin);
                }))
                .hasMessageContaining("two cannot be made");
        assertThat(asked).isEmpty();
        assertThat(made).containsExactly("one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lectio.yaml", "config.env"})
    void twoHundredMutatedFilesNeverTakeEffectInPart(String name) throws Exception {
        String remark = "# " + "what the owner wrote to himself, ".repeat(6) + "\n";
        String whole = remark + (name.equals("lectio.yaml") ? yaml("one", "two", "three") : env("one"));
        write(name, whole);
        fleet.start(begin(), _ -> Optional.empty());
        Settings inForce = ConfigLoader.load(file);
        int refused = 0;
        int taken = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(whole);
            for (int i = random.nextInt(3); i >= 0; i--) {
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(random.nextInt(text.length()), (char) (random.nextInt(96) + 31));
                    case 1 -> text.deleteCharAt(random.nextInt(text.length()));
                    default -> text.setLength(Math.max(1, text.length() - random.nextInt(60)));
                }
            }
            made.clear();
            write(name, text.toString());
            fleet.reload(file);
            if (fleet.settings() instanceof Observation.Passed) {
                inForce = ConfigLoader.load(file);
                taken++;
            } else {
                assertThat(fleet.settings().inWords()).as("seed %s", seed).contains(folder.toString());
                assertThat(made).as("seed %s", seed).isEmpty();
                refused++;
            }
            assertThat(fleet.snapshots().values())
                    .as("seed %s", seed)
                    .extracting(each -> each.policy().site())
                    .isEqualTo(inForce.sites().stream()
                            .map(Settings.SiteSettings::site)
                            .toList());
        }
        assertThat(refused).isGreaterThan(50);
        assertThat(taken).isGreaterThan(10);
        fleet.close();
        assertThat(told).as("it lived on").hasSize(1).first().asString().endsWith(": " + new Notice.Stopped());
    }
}
