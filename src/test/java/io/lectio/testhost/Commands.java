package io.lectio.testhost;

import io.lectio.testhost.TestHost.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Commands on the machine, with deadlines. Their output goes to files, so nothing that they leave running can block
/// us.
final class Commands {
    private Commands() {}

    static Result run(Duration deadline, List<String> argv) {
        try {
            Path out = Files.createTempFile("lectio-testhost", ".out");
            Path err = Files.createTempFile("lectio-testhost", ".err");
            try {
                Process process = builder(argv)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!ended(process, deadline)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(
                            String.join(" ", argv) + " did not end within " + deadline + "\n" + text(out) + text(err));
                }
                return new Result(process.exitValue(), text(out), text(err));
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The command's output; fails with all it said unless it exits with 0.
    static String demand(Duration deadline, List<String> argv) {
        Result result = run(deadline, argv);
        if (result.exit() != 0) {
            throw new IllegalStateException(
                    String.join(" ", argv) + "\nexit " + result.exit() + "\n" + result.out() + result.err());
        }
        return result.out();
    }

    /// With an environment that is the same wherever the tests run; what steers the test host's scripts is kept.
    static ProcessBuilder builder(List<String> argv) {
        ProcessBuilder builder = new ProcessBuilder(argv);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> !name.startsWith("LECTIO_TESTHOST_"));
        environment.putAll(Map.of(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG",
                "C.UTF-8",
                "HOME",
                "/root"));
        return builder;
    }

    static boolean ended(Process process, Duration deadline) {
        try {
            return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw interrupted(e);
        }
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
    }
}
