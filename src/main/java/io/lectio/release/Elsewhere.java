package io.lectio.release;

import io.lectio.host.Child;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Another host, to which a copy goes by ssh with root's own key: what arrives there is compared by its hash before
/// it gets its name.
///
/// @param host as ssh takes it: `user@host`
/// @param folder there, of letters that no shell reads anything into
public record Elsewhere(String host, String folder) {
    private static final Duration DEADLINE = Duration.ofMinutes(30);
    private static final int MOST_BYTES = 4_096;

    /// @param to as `user@host:folder`
    public static Elsewhere of(String to) {
        String[] parts = to.split(":", 2);
        return new Elsewhere(parts[0], parts[1]);
    }

    /// @throws IOException with the reason why it has not arrived, which makes the copy here no worse
    public void send(Copies copies, Copy copy) throws IOException, InterruptedException {
        MessageDigest digest = Copies.digest();
        String said = copies.read(
                copy,
                true,
                (content, _) -> run(
                        "umask 077; mkdir -p %1$s && cat >%1$s/db-%3$s.new && sha256sum %1$s/db-%3$s.new",
                        copy, Optional.of(new DigestInputStream(content, digest))));
        if (!said.startsWith(HexFormat.of().formatHex(digest.digest()))) {
            throw new IOException(host + " has not got what was sent: sha256sum there says " + said);
        }
        String _ = run("mv %1$s/db-%3$s.new %1$s/%2$s", copy, Optional.empty());
    }

    private String run(String script, Copy copy, Optional<InputStream> in) throws IOException, InterruptedException {
        List<String> command = List.of(
                "ssh",
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=10",
                "-o",
                "ServerAliveInterval=15",
                "--",
                host,
                script.formatted(folder, copy.file(), copy.of()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Child.Result ended = Child.pipe(command, in, out, DEADLINE, MOST_BYTES);
        if (ended.exit().orElse(1) != 0) {
            throw new IOException("copy " + copy.id() + " has not reached " + host + ": "
                    + (ended.timedOut()
                            ? "not done within " + DEADLINE.toMinutes() + " min"
                            : ended.text().strip()));
        }
        return out.toString(StandardCharsets.UTF_8).strip();
    }
}
