package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said to systemd, which is played here, and what is on the disk by then.
class HeldUnitsTest {
    private static final String APP = "school.service";

    @TempDir
    Path own;

    private Path units;
    private Path state;
    private final Map<String, String> shown = new HashMap<>();
    private final List<String> said = new ArrayList<>();
    private final List<String> synced = new ArrayList<>();
    private String fails = "none";

    @BeforeEach
    void begin() throws IOException {
        units = Files.createDirectory(own.resolve("units"));
        state = Files.createDirectory(own.resolve("100% state"));
        shown.put(APP, "ActiveState=active\nTriggeredBy=school.socket\nConsistsOf=mail.service\n");
        shown.put("school.socket", "ActiveState=active\n");
        shown.put("mail.service", "ActiveState=active\n");
        shown.put("celery.service", "ActiveState=failed\n");
    }

    private HeldUnits held() {
        return new HeldUnits(
                units,
                List.of(APP, "celery.service"),
                state,
                Optional::empty,
                this::played,
                new FailingDisk(Integer.MAX_VALUE, false) {
                    @Override
                    public void sync(Path file) throws IOException {
                        super.sync(file);
                        synced.add(own.relativize(file).toString());
                    }
                });
    }

    private List<String> played(List<String> command) {
        String unit = command.getLast();
        if (command.get(1).equals("show")) {
            return List.of("printf", "%s", shown.getOrDefault(unit, "ActiveState=inactive\n"));
        }
        said.add(String.join(" ", command.subList(1, command.size())).replace("-- ", ""));
        return command.get(1).equals("start") && unit.equals(fails) ? List.of("false") : List.of("true");
    }

    @Test
    void allThatWouldStartItIsHeldByWhatOutlastsAPowerCutBeforeItIsStopped() throws Exception {
        held().hold();
        assertThat(said)
                .containsExactly("daemon-reload", "stop school.socket mail.service school.service celery.service");
        assertThat(units.resolve(APP + ".d/lectio-restore.conf"))
                .content()
                .contains("ConditionPathExists=!" + state.toString().replace("%", "%%") + "/held");
        assertThat(synced)
                .contains(
                        "units",
                        "units/school.service.d",
                        "units/school.service.d/lectio-restore.conf.new",
                        "units/school.socket.d/lectio-restore.conf.new",
                        "100% state");
    }

    @Test
    void onlyWhatWasRunningIsStartedAndWhatDoesNotStartIsTold() throws Exception {
        held().hold();
        said.clear();
        fails = "mail.service";
        Application.Started started = held().release();
        assertThat(started.main()).isTrue();
        assertThat(started.failed()).singleElement().asString().contains("mail.service");
        assertThat(said)
                .filteredOn(each -> each.startsWith("start"))
                .containsExactly("start school.socket", "start mail.service", "start school.service");
        assertThat(units).isEmptyDirectory();
        assertThat(state.resolve("held")).doesNotExist();
    }

    @Test
    void whatAPersonHasStoppedStaysSoAlsoWhenItIsHeldTwice() throws Exception {
        shown.put(APP, "ActiveState=inactive\nTriggeredBy=\n");
        held().hold();
        assertThat(held().release().main()).isFalse();
        shown.put(APP, "ActiveState=active\n");
        held().hold();
        assertThat(held().release().main()).isFalse();
        held().forget();
        held().hold();
        assertThat(held().release().main()).isTrue();
    }

    @Test
    void anApplicationThatHasFailedIsStartedWithTheOtherDatabase() throws Exception {
        shown.put(APP, "ActiveState=failed\n");
        held().hold();
        assertThat(held().release().main()).isTrue();
    }

    @Test
    void nothingIsHeldWhereSystemdDoesNotAnswer() {
        HeldUnits units =
                new HeldUnits(this.units, List.of(APP), state, Optional::empty, _ -> List.of("false"), Disk.REAL);
        assertThatThrownBy(units::hold).hasMessageContaining("systemctl show");
        assertThat(state.resolve("held")).doesNotExist();
    }
}
