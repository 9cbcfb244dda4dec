package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebUserTest {
    @Test
    void aUserThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> WebUser.lookUp("nobody-here"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nobody-here");
    }

    @Test
    void withoutNginxTheAccountFilesTell() throws IOException {
        assertThat(WebUser.lookUp("root"))
                .satisfies(root -> assertThat(root.uid()).isZero())
                .satisfies(root -> assertThat(root.groups()).contains(0));
    }

    @Test
    void aRunningWorkersGroupsCount(@TempDir Path folder) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: a process is run as another user");
        assertThat(WebUser.lookUp("games").groups()).doesNotContain(4_711);
        Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Path nginx = Files.copy(Path.of("/usr/bin/sleep"), folder.resolve("nginx"));
        Process worker = new ProcessBuilder(
                        "setpriv", "--reuid=games", "--regid=games", "--groups=4711", nginx.toString(), "60")
                .start();
        try {
            Path comm = Path.of("/proc/" + worker.pid() + "/comm");
            while (!Files.readString(comm).strip().equals("nginx")) {
                Thread.onSpinWait();
            }
            assertThat(WebUser.lookUp("games").groups()).contains(4_711);
        } finally {
            worker.destroyForcibly().waitFor();
        }
    }

    /// A name of Russian letters is cut in the middle of one by the kernel's 15 bytes.
    @Test
    void aProcessWhoseNameIsNoTextBlindsNobody() throws Exception {
        Process odd =
                new ProcessBuilder("bash", "-c", "printf '\\320\\277\\320' >/proc/$$/comm; echo; read -r _").start();
        try {
            assertThat(odd.getInputStream().read()).isEqualTo('\n');
            assertThat(Files.readAllBytes(Path.of("/proc/" + odd.pid() + "/comm")))
                    .hasSize(4);
            assertThat(WebUser.lookUp("root").uid()).isZero();
        } finally {
            odd.destroyForcibly().waitFor();
        }
    }

    @Test
    void aPersonsNameInAnyEncodingLeavesTheAccountsReadable(@TempDir Path folder) throws IOException {
        Path passwd = folder.resolve("passwd");
        Path group = Files.writeString(folder.resolve("group"), "staff:x:50:andre\n");
        Files.write(passwd, "andre:x:1000:1000:Andr\u00e9:/home:/bin/sh\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Accounts.read(passwd, group).find("andre"))
                .hasValueSatisfying(user -> assertThat(user.groups()).containsExactlyInAnyOrder(50, 1000));
    }
}
