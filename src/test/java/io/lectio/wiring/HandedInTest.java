package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.control.Deploys;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Releases;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import io.lectio.release.Examination;
import io.lectio.release.FrontendReleases;
import io.lectio.release.PageReader;
import io.lectio.release.Places;
import io.lectio.release.Reception;
import io.lectio.release.SiteReleases;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandedInTest {
    private static final Instant NOW = Instant.parse("2026-11-29T16:41:08Z");
    private static final String ID = "20261129-164108";
    private static final PrivatePatterns PRIVATES = new PrivatePatterns(List.of());
    private static final Prober NOBODY = _ -> {
        throw new IllegalStateException("nobody is to be asked");
    };

    private static HandedIn in(Path folder, Releases known) throws IOException {
        Path root = Files.createDirectories(folder.toRealPath().resolve("site"));
        Path web = root.resolve("build");
        Site site = new Site(URI.create("http://localhost/"), "127.0.0.1", root, web, "www-data", PRIVATES);
        Places places = Places.of(root, web);
        PageReader reader = (_, _) -> new PageReader.Page(List.of(), Set.of());
        HttpClient http = new HttpClient(new Dialer.Fixed("127.0.0.1"), false);
        FrontendReleases pages = new FrontendReleases(
                site, places, new Examination(site, places, reader, _ -> NOBODY, false), http, NOBODY, Set::of);
        return new HandedIn(
                Reception.ofPages(places, PRIVATES),
                Optional.empty(),
                new SiteReleases(web, pages, Optional.empty(), () -> known),
                () -> known,
                _ -> true,
                InstantSource.fixed(NOW));
    }

    /// One that was refused leaves nothing on the disk, but its end, by which who asks for its id would be answered.
    @Test
    void noDeployHasTheIdOfOneThatHasEnded(@TempDir Path folder) throws IOException {
        assertThat(in(folder, Releases.NONE).adoption("root").id()).isEqualTo(ID);
        Releases known = Releases.NONE;
        for (String id : List.of(ID, ID + "-2")) {
            Deploy refused = Deploy.offer(id, Kind.NEW, Set.of(Part.PAGES), id, "", 1, 1, "root", false);
            known = known.offered(refused, Optional.of("the page fails"), NOW, true);
        }
        assertThat(in(folder, known).adoption("root").id()).isEqualTo(ID + "-3");
    }

    @Test
    void codeIsRefusedWhereNoneIsKnown(@TempDir Path folder) throws IOException {
        HandedIn here = in(folder, Releases.NONE);
        assertThatThrownBy(() -> here.receive(new LinkedHashMap<>(), true, "root", false, false))
                .isInstanceOf(Deploys.Unfit.class)
                .hasMessageContaining("LECTIO_APP_CODE");
    }
}
