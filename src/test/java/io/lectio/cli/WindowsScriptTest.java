package io.lectio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What can be said of the script for Windows without a PowerShell.
class WindowsScriptTest {
    private static final Path SCRIPT = Path.of("scripts/deploy_safe.ps1");
    /// Of PowerShell 5.1 itself.
    private static final Set<String> CMDLETS = Set.of(
            "ForEach-Object",
            "Get-Command",
            "Join-Path",
            "New-Item",
            "Out-Null",
            "Pop-Location",
            "Push-Location",
            "Remove-Item",
            "Rename-Item",
            "Resolve-Path",
            "Select-Object",
            "Set-StrictMode",
            "Split-Path",
            "Test-Path");

    private static String text() throws IOException {
        return Files.readString(SCRIPT);
    }

    /// Without comments, and without what is in strings.
    private static String code() throws IOException {
        return text().replaceAll("(?s)<#.*?#>", "")
                .replaceAll("\"[^\"\\n]*\"", "\"\"")
                .replaceAll("'[^'\\n]*'", "''")
                .replaceAll("#[^\\n]*", "");
    }

    @Test
    void itIsUtf8WithItsMarkAndTheLineEndsOfWindows() throws IOException {
        byte[] bytes = Files.readAllBytes(SCRIPT);
        String text = new String(bytes, StandardCharsets.UTF_8);
        assertThat(text).startsWith("\ufeff<#").endsWith("\r\n");
        assertThat(text.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(text.getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
        assertThat(Path.of(".gitattributes")).content().contains("*.ps1 text eol=crlf");
    }

    @Test
    void itHasNothingThatPowerShell51Lacks() throws IOException {
        assertThat(code())
                .doesNotContain("&&", "||", "??", "?.", " ? ", "-Parallel", "$IsWindows", "$PSStyle", "clean {");
    }

    @Test
    void itCallsWhatWindowsHasAndItself() throws IOException {
        Set<String> own = Pattern.compile("(?m)^function ([A-Za-z-]+)")
                .matcher(text())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
        Set<String> called = Pattern.compile("(?<![\\w$-])[A-Z][a-z]+-[A-Z][A-Za-z]+")
                .matcher(code())
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        called.removeAll(own);
        assertThat(CMDLETS).containsAll(called);
        assertThat(text()).contains("'OpenSSH\\ssh.exe'", "'OpenSSH\\scp.exe'", "'tar.exe'");
    }

    /// Windows PowerShell recodes what goes through a pipe or a redirection of its own.
    @Test
    void noProgramIsInAPipeAndEachIsStartedInOnePlace() throws IOException {
        assertThat(code().lines().filter(line -> line.strip().startsWith("& ")))
                .containsExactly("    & $Program $Arguments");
        assertThat(code().lines().filter(line -> line.matches(".*[^|]\\|[^|].*")))
                .allMatch(line -> line.matches(
                        ".*(Get-Command .* \\| Select-Object|New-Item .* \\| Out-Null|\\) \\| ForEach-Object).*"));
        assertThat(code()).doesNotContain("Invoke-Expression", "Start-Process", "-EncodedCommand", "> ", ">>", "2>");
    }

    /// Windows PowerShell passes a double quote or a backslash at its end on as it should not.
    @Test
    void whatTheServersShellRunsHasNoQuotesThatPowerShellWouldSpoil() throws IOException {
        assertThat(Pattern.compile("\\$(prepare|run) = (.*)")
                        .matcher(text())
                        .results()
                        .map(found -> found.group(2).strip()))
                .hasSize(2)
                .allMatch(line -> line.matches("\"[^\"'\\\\`]+\""));
    }
}
