package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.host.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectTest {
    @TempDir
    private Path folder;

    private Child.Result ask(String... question) throws IOException, InterruptedException {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python));
        return Child.run(CodeExamination.projectCommand(python, folder, question), Duration.ofSeconds(20), 65_536);
    }

    private Project requirements(String text) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("requirements.txt"), text);
        return Project.of(ask("requirements").text());
    }

    @Test
    void onlyMarkedLinesAreTaken() {
        Project told = Project.of("""
                noise
                @lectio migration a.0001_x 1
                @lectio migration a.0002_y 0
                 @lectio migration a.0003_z 1
                @lectio folder MEDIA_ROOT %2Fsrv%2Fa%20b+c
                @lectio folder STATIC_ROOT %2Fsrv%00
                @lectio folder %ZZ %2F
                @lectio database default sqlite %2Fa ''
                @lectio header X-Forwarded-Proto https
                @lectio header X https%0D%0AHost:
                @lectio
                """);
        assertThat(told.migrations())
                .containsExactly(new Project.Migration("a.0001_x", true), new Project.Migration("a.0002_y", false));
        assertThat(told.folders()).containsEntry("MEDIA_ROOT", Path.of("/srv/a b+c"));
        assertThat(told.header()).isEqualTo(Map.of("X-Forwarded-Proto", "https"));
    }

    @Test
    void plainRequirementsAreLookedUpAndOtherLinesAreNot() throws Exception {
        Project told = requirements("""
                # a comment
                -r other.txt
                --index-url https://example.org/simple
                https://example.org/a.whl
                git+https://example.org/a.git
                surely-not-there==1.0  # with a comment
                nor.this[extra1, extra2] >=2, \\
                    <3 --hash=sha256:00
                nobody_has_this @ https://example.org/a.zip
                """);
        assertThat(told.requirements()).isEqualTo(3);
        assertThat(told.lacks().orElseThrow())
                .contains("surely-not-there==1.0: it is not installed")
                .contains("nor.this[extra1, extra2] >=2,")
                .contains("nobody_has_this");
    }

    @Test
    void whereNothingIsWantedNothingIsLacking() throws Exception {
        assertThat(requirements("\n# none\n").lacks()).isEmpty();
        Files.delete(folder.resolve("requirements.txt"));
        assertThat(ask("requirements").exit()).hasValue(0);
    }

    @Test
    void aFileThatDoesNotCompileIsToldWithItsLine() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.py"), "x = 1\ndef f(:\n");
        Path good = Files.writeString(folder.resolve("good.py"), "x = 1\n");
        assertThat(ask("compile", good.toString()).exit()).hasValue(0);
        Child.Result told = ask("compile", good.toString(), bad.toString());
        assertThat(told.exit()).hasValue(1);
        assertThat(Complaint.in(told.text(), folder)).matches("SyntaxError: .* \\(bad\\.py:2\\)");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aScriptHasNoLineThatIsTooLongForACommand() throws Exception {
        List<String> command = new ArrayList<>(CodeExamination.projectCommand(Path.of("/p"), folder));
        assertThat(command.get(2).length()).isLessThan(128 << 10);
    }
}
