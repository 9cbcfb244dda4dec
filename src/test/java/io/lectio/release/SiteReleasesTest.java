package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Releases;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Remedy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteReleasesTest {
    private static Releases adopted(String id) {
        Deploy deploy = Deploy.offer(id, Kind.ADOPTED, Set.of(Part.PAGES), id, "", 0, 0, "root", false);
        return Releases.NONE
                .offered(deploy, Optional.empty(), Instant.EPOCH, false)
                .after(Step.ADOPT, new StepResult.Stored("c", 1, 1), true, Duration.ofMinutes(5), Instant.EPOCH);
    }

    @Test
    void aRollbackOfAnotherReleaseThanTheLiveOneIsNotCarriedOut(@TempDir Path folder) throws Exception {
        ReleaseSite site = ReleaseSite.in(folder);
        ReleaseSite.build(1).write(site.web());
        site.staging().adopt("r1");
        SiteReleases releases = new SiteReleases(site.web(), site.releases(), Optional.empty(), () -> adopted("r1"));
        assertThat(releases.run(new Remedy.RollBack("r2", "r0")))
                .isEqualTo(new RepairResult.Failed("release r2 is not live any more"));
    }

    @Test
    void codeThatIsNotKnownIsAFailureOfTheStep(@TempDir Path folder) throws Exception {
        ReleaseSite site = ReleaseSite.in(folder);
        SiteReleases releases = new SiteReleases(site.web(), site.releases(), Optional.empty(), () -> Releases.NONE);
        Deploy deploy = Deploy.offer("r1", Kind.NEW, Set.of(Part.CODE), "r1", "", 0, 0, "root", false);
        assertThat(releases.take(Step.STAGE, deploy).said()).contains("no application's code is known here");
    }
}
