package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SdNotifyTest {
    private static final String SYSTEMD = """
            import socket, sys
            name = sys.argv[1]
            heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            heard.bind("\\0" + name[1:] if name[0] == "@" else name)
            print("bound", flush=True)
            print(repr(heard.recv(4096)), flush=True)
            """;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"", "@"})
    void aRealSocketHearsWhatIsSaid(String kind) throws Exception {
        String socket = kind + folder.resolve("notify");
        Process systemd = new ProcessBuilder("python3", "-c", SYSTEMD, socket).start();
        try (BufferedReader said = systemd.inputReader()) {
            assertThat(said.readLine()).isEqualTo("bound");
            assertThat(SdNotify.send(socket, "READY=1\nSTATUS=школа")).isTrue();
            assertThat(said.readLine())
                    .isEqualTo("b'READY=1\\nSTATUS=\\xd1\\x88\\xd0\\xba\\xd0\\xbe\\xd0\\xbb\\xd0\\xb0'");
        } finally {
            systemd.destroyForcibly();
        }
    }

    @Test
    void whereNobodyListensItIsNotTaken() {
        assertThat(SdNotify.send(folder.resolve("none").toString(), "READY=1")).isFalse();
        assertThat(SdNotify.send("vsock:2:3", "READY=1")).isFalse();
        assertThat(SdNotify.send("/" + "x".repeat(107), "READY=1")).isFalse();
    }

    /// As in these tests, which no systemd has started.
    @Test
    void whereNobodyWantsItNothingIsSaid() {
        assertThat(System.getenv("NOTIFY_SOCKET")).isNull();
        assertThat(SdNotify.send("READY=1")).isTrue();
    }
}
