package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.deploy.StepResult;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a build is held against before anybody can see it; without an nginx.
class ExaminationTest {
    private static final Optional<String> LIVE = Optional.of("r1");
    private static final int FILES = 20;

    @TempDir
    private Path folder = Path.of("");

    private ReleaseSite site;

    @BeforeEach
    void layOut() throws Exception {
        site = ReleaseSite.in(folder);
        site.deploy("r1", build("root", 1), Optional.empty());
    }

    /// Its page has an element in which the application is shown, names one script, and has many files beside it.
    private static SampleBuild build(String mark, int number) {
        SampleBuild build = page("<div id=\"" + mark + "\"></div><script src=\"/static/main.js\"></script>")
                .with("static/main.js", "main of " + number);
        for (int i = 0; i < FILES; i++) {
            build.with("static/" + i + ".txt", "part " + i + " of " + number);
        }
        return build;
    }

    private static SampleBuild page(String body) {
        return new SampleBuild().with("index.html", "<!doctype html><body>" + body + "</body>");
    }

    private StepResult examine(SampleBuild build, Optional<String> before, boolean force) throws Exception {
        site.stage("r2", build, Optional.empty());
        return site.examination(URI.create("http://localhost/"), _ -> {
                    throw new IllegalStateException("there is nobody to ask");
                })
                .of("r2", before, force);
    }

    private void assertRefusedButByForce(SampleBuild build, String why) throws Exception {
        StepResult refused = examine(build, LIVE, false);
        assertThat(refused).isInstanceOf(StepResult.Refused.class);
        assertThat(refused.said()).contains(why).endsWith("(--force deploys it all the same)");
        assertThat(examine(build, LIVE, true)).isInstanceOf(StepResult.Done.class);
    }

    @Test
    void aBuildLikeTheLiveOneIsFitAndThatNoServerWasAskedIsSaid() throws Exception {
        StepResult fit = examine(build("root", 2), LIVE, false);
        assertThat(fit)
                .isEqualTo(new StepResult.Done(
                        (FILES + 3) + " files are whole; not asked through a web server: there is no nginx"));
    }

    @Test
    void anotherRootElementIsAnotherPage() throws Exception {
        assertRefusedButByForce(
                build("app", 2), "its page has no element root, which the live one has (--force deploys");
    }

    @Test
    void oneCommonRootElementIsEnough() throws Exception {
        SampleBuild more = build("root", 2);
        more.changed("index.html", "<div id=\"root\">", "<div id=\"modal\"></div><div id=\"root\">");
        assertThat(examine(more, LIVE, false)).isInstanceOf(StepResult.Done.class);
    }

    @Test
    void aPageThatNamesNoneOfItsFilesIsNone() throws Exception {
        SampleBuild broken = build("root", 2).with("index.html", "<div id=\"root\">broken</div>");
        assertRefusedButByForce(broken, "its page names none of its files, and the live one does");
    }

    @Test
    void aTenthOfTheFilesIsNoBuild() throws Exception {
        SampleBuild few = page("<div id=\"root\"></div><script src=\"/main.js\"></script>");
        few.with("main.js", "x".repeat(1_000)); // with its id, three of 23
        assertThat(examine(few, LIVE, false)).isInstanceOf(StepResult.Done.class);
        SampleBuild live = build("root", 3);
        for (int i = 0; i < FILES; i++) {
            live.with("more/" + i + ".txt", "part " + i);
        }
        site.deploy("r3", live, LIVE);
        StepResult refused = examine(few, Optional.of("r3"), false);
        assertThat(refused).isInstanceOf(StepResult.Refused.class);
        assertThat(refused.said()).contains("it has 3 files, the live one 43");
        assertThat(examine(few, Optional.of("r3"), true)).isInstanceOf(StepResult.Done.class);
    }

    @Test
    void aTenthOfTheBytesIsNoBuild() throws Exception {
        site.deploy("r3", build("root", 3).with("video.txt", "x".repeat(100_000)), LIVE);
        StepResult refused = examine(build("root", 2), Optional.of("r3"), false);
        assertThat(refused).isInstanceOf(StepResult.Refused.class);
        assertThat(refused.said()).containsPattern("it has \\d{3} bytes, the live one 100\\d{3} ");
    }

    @Test
    void allThatIsAmissIsSaidAtOnce() throws Exception {
        StepResult refused = examine(page("broken"), LIVE, false);
        assertThat(refused.said())
                .contains("names none of its files")
                .contains("no element root")
                .contains("it has 2 files, the live one 23");
    }

    @Test
    void aFileThatIsMissingNoForceForgives() throws Exception {
        StepResult refused = examine(build("root", 2).without("static/main.js"), LIVE, true);
        assertThat(refused)
                .isEqualTo(new StepResult.Refused("index.html names static/main.js, which is not in the build"));
    }

    @Test
    void theFirstReleaseIsHeldAgainstNothingButItself() throws Exception {
        assertThat(examine(build("app", 2), Optional.empty(), false)).isInstanceOf(StepResult.Done.class);
        assertThat(examine(page("broken"), Optional.empty(), false))
                .isEqualTo(
                        new StepResult.Refused("its page names none of its files (--force deploys it all the same)"));
        assertThat(examine(page("broken"), Optional.of("gone"), false)).isInstanceOf(StepResult.Refused.class);
        assertThat(examine(page("broken"), Optional.empty(), true)).isInstanceOf(StepResult.Done.class);
    }

    @Test
    void wherePlainPagesAreLiveAPlainPageIsFit() throws Exception {
        site.deploy("r3", page("the first"), LIVE);
        assertThat(examine(page("the other"), Optional.of("r3"), false)).isInstanceOf(StepResult.Done.class);
    }

    /// A page may name what lies in another folder of the server's, as long as the live one does, too.
    @Test
    void whatTheLivePageNamesElsewhereTheNewOneMayNameToo() throws Exception {
        SampleBuild live = build("root", 3).changed("index.html", "<div", "<img src=\"/media/logo.png\"><div");
        site.deploy("r3", live, LIVE);
        SampleBuild next = build("root", 2).changed("index.html", "<div", "<img src=\"/media/logo.png\"><div");
        assertThat(examine(next, Optional.of("r3"), false)).isInstanceOf(StepResult.Done.class);
        assertThat(examine(next, LIVE, false).said())
                .isEqualTo("index.html names media/logo.png, which is not in the build");
    }
}
