package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.engine.EventLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A start with a configuration that is not good.
class InForceTest {
    @TempDir
    private Path folder = Path.of("");

    @TempDir
    private Path sites = Path.of("");

    private Home home = new Home(folder, folder, folder, folder, true);
    private InForce.Keeper keeper = new InForce.Keeper(home, EventLog.NONE);
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void makeHome() throws IOException {
        home = new Home(folder, folder.resolve("config.env"), folder.resolve("logs"), folder.resolve("state"), true);
        home.prepare();
        keeper = new InForce.Keeper(home, line -> said.add(line.text()));
        Files.createDirectories(site().resolve("build"));
        write("config.env", "LECTIO_LANGUAGE=en\n");
        write("lectio.yaml", "sites: [{root: " + site() + ", url: http://shop.example/}]\n");
    }

    private Path site() {
        return sites.resolve("shop");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private InForce load() throws Settings.Invalid {
        said.clear();
        return InForce.load(home, said::add);
    }

    private Settings keep() throws Exception {
        InForce good = load();
        assertThat(said).isEmpty();
        assertThat(good.found()).isEqualTo(InForce.GOOD);
        keeper.accept(good.texts());
        return good.settings();
    }

    @Test
    void whatWasLastInForceStaysSoWhereTheFileIsBad() throws Exception {
        Settings good = keep();
        write("lectio.yaml", "sites: [{rot: " + site() + "}]\n");
        InForce begin = load();
        assertThat(begin.settings().sites()).isEqualTo(good.sites());
        assertThat(begin.settings().language()).isEqualTo(good.language());
        assertThat(begin.found().where()).isEqualTo(folder.resolve("lectio.yaml") + ":1:10");
        assertThat(begin.found().error()).contains("unknown key");
        assertThat(said).singleElement().asString().contains("lectio.yaml:1:10", "stays so: ", "configuration.json");
    }

    @Test
    void soItDoesWhereTheSiteIsNotWhereTheFileSays() throws Exception {
        Settings good = keep();
        write("lectio.yaml", "sites: [{root: " + site() + "s, url: http://shop.example/}]\n");
        InForce begin = load();
        assertThat(begin.settings().sites()).isEqualTo(good.sites());
        assertThat(begin.found().error()).contains("there is no site at " + site() + "s");
        Files.move(site(), site().resolveSibling("elsewhere"));
        assertThat(load().settings().sites().getFirst().site().siteRoot())
                .as("neither is there: the owner's word counts")
                .isEqualTo(Path.of(site() + "s"));
        assertThat(said).isEmpty();
    }

    @Test
    void aBadFileIsRefusedWhereNothingWasInForceOrThatCannotBeRead() throws Exception {
        write("config.env", "LECTIO_LANGAUGE=en\n");
        assertThatThrownBy(this::load).isInstanceOf(Settings.Invalid.class);
        assertThat(said).isEmpty();
        Files.writeString(home.state().resolve("configuration.json"), "{\"texts\": {\"config.env\"");
        assertThatThrownBy(this::load).isInstanceOf(Settings.Invalid.class);
        assertThat(said).singleElement().asString().contains("cannot be used");
    }

    @Test
    void whoTookBothFilesAwayWantsToDoWithout() throws Exception {
        keep();
        Files.delete(folder.resolve("config.env"));
        Files.delete(folder.resolve("lectio.yaml"));
        assertThat(load().found()).isEqualTo(InForce.GOOD);
        assertThat(said).isEmpty();
    }

    @Test
    void whatCannotBeGuardedAfterAllGivesWayToWhatWasInForceAndThatToNothing() throws Exception {
        Settings good = keep();
        assertThat(load().before(home, new IOException("another guard"), said::add))
                .as("the same would fail again")
                .isEmpty();
        assertThat(said).isEmpty();
        write("config.env", "LECTIO_LANGUAGE=ru\n");
        Optional<InForce> before = load().before(home, new IOException("no site there"), said::add);
        assertThat(before.orElseThrow().settings().sites()).isEqualTo(good.sites());
        assertThat(before.get().found().error()).isEqualTo("no site there");
        assertThat(before.get().before(home, new IOException("nor here"), said::add))
                .isEmpty();
    }

    @Test
    void whatFindsNoRoomOrIsDamagedIsWrittenWhenItCanBe() throws Exception {
        InForce good = load();
        Path file = home.state().resolve("configuration.json");
        Files.createDirectories(file.resolve("in-the-way"));
        keeper.accept(good.texts());
        keeper.accept(good.texts());
        assertThat(said).singleElement().asString().contains("cannot be kept");
        Files.delete(file.resolve("in-the-way"));
        Files.delete(file);
        Files.write(file, new byte[] {(byte) 0xff, 0});
        keeper.accept(good.texts());
        write("config.env", "LECTIO_LANGAUGE=en\n");
        assertThat(load().settings().sites()).isEqualTo(good.settings().sites());
    }

    @Test
    void theKeptOneIsTheLastAndNobodyElseCanReadIt() throws Exception {
        keep();
        write("config.env", "LECTIO_LANGUAGE=ru\n");
        Settings good = keep();
        write("config.env", "LECTIO_LANGUAGE=\n=");
        assertThat(load().settings().language()).isEqualTo(good.language());
        assertThat(Files.getPosixFilePermissions(home.state().resolve("configuration.json")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
}
