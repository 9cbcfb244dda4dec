package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `./lectio dist DIR` touches, from a clone whose JDK is a stand-in: only the scripts are tried here.
@Tag("slow")
class DistributionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String STANDS_IN = """
            mkdir -p clone/src/main/dist clone/.mvn clone/docs clone/target/lib jdk/bin
            cp "$REPO/lectio" clone/; cp -r "$REPO"/src/main/dist/* clone/src/main/dist/; touch clone/pom.xml clone/docs/lectio.schema.json
            echo 'JAVA_VERSION="25"' >jdk/release
            cat >jdk/bin/jlink <<'JLINK'
            #!/bin/sh
            [ ! -e "$SLOW" ] || { echo "$$" >"$SLOW"; exec sleep 60; }
            while [ "$1" != --output ]; do shift; done
            mkdir -p "$2/bin"
            printf '#!/bin/sh\\necho "home $LECTIO_HOME" >&2\\n' >"$2/bin/java"; chmod 755 "$2/bin/java"
            JLINK
            printf '#!/bin/sh\\ncase "$*" in *systemd.Train*) echo 1 2; exec sleep 60;; esac; echo "home $LECTIO_HOME"\\n' >jdk/bin/java
            printf '#!/bin/sh\\n' >jdk/bin/javac; cp jdk/bin/javac jdk/bin/keytool; cp jdk/bin/javac jdk/bin/mvn
            chmod 755 jdk/bin/*
            touch -d '1 minute' clone/target/lectio.jar; touch clone/target/lib/other.jar
            """;

    @TempDir
    private Path folder = Path.of("");

    private record Ended(int code, String said) {}

    @BeforeEach
    void layOut() throws Exception {
        assertThat(sh(STANDS_IN)).extracting(Ended::code).isEqualTo(0);
    }

    private static final List<String> LAID = List.of(
            "bin",
            "config.env.example",
            "deploy_safe.sh",
            "health_check.sh",
            "install_monitoring.sh",
            "lib",
            "runtime",
            "systemd");

    private Process start(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-euc", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        builder.environment()
                .putAll(Map.of(
                        "REPO",
                        Path.of("").toAbsolutePath().toString(),
                        "SLOW",
                        folder.resolve("slow").toString(),
                        "TMPDIR",
                        Files.createDirectories(folder.resolve("tmp")).toString(),
                        "JAVA_HOME",
                        folder.resolve("jdk").toString(),
                        "PATH",
                        folder.resolve("jdk/bin") + ":" + System.getenv("PATH")));
        builder.environment().remove("LECTIO_HOME");
        return builder.start();
    }

    private Ended sh(String script) throws Exception {
        Process process = start(script);
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), Files.readString(folder.resolve("said")));
        } finally {
            process.destroyForcibly();
        }
    }

    private void done(String script) throws Exception {
        Ended ended = sh(script);
        assertThat(ended.code()).as(ended.said()).isZero();
    }

    private List<String> names(String path) throws IOException {
        try (var files = Files.list(folder.resolve(path))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void layingAgainKeepsAllThatIsNotItsOwn() throws Exception {
        done("clone/lectio dist place/");
        assertThat(names("place")).containsAll(LAID);
        assertThat(names("tmp")).isEmpty();
        done("""
                cd place; echo TOKEN >config.env; mkdir logs ../place.old; echo log >logs/health.log; echo mine >../place.old/x
                echo mine >bin/other; echo old >lib/gone.jar
                """);
        done("clone/lectio dist place/");
        done("clone/lectio dist place");
        assertThat(names("place"))
                .containsAll(LAID)
                .contains("config.env", "logs")
                .noneMatch(name -> name.startsWith("."));
        assertThat(names("place/bin")).containsExactly("lectio", "other");
        assertThat(names("place/lib"))
                .containsExactly(".lectio-distribution", ".seconds", "lectio.jar", "other.jar", "setup.sh");
        assertThat(folder.resolve("place/config.env")).hasContent("TOKEN");
        assertThat(folder.resolve("place/logs/health.log")).hasContent("log");
        assertThat(folder.resolve("place.old/x")).hasContent("mine");
        assertThat(names("tmp")).isEmpty();
    }

    @Test
    void aFolderThatIsNoDistributionIsLeftAsItIs() throws Exception {
        done("mkdir -p taken/lib; echo mine >taken/lib/x");
        assertThat(sh("clone/lectio dist taken"))
                .returns(2, Ended::code)
                .extracting(Ended::said, org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("not a distribution", "nothing was touched");
        assertThat(names("taken/lib")).containsExactly("x");
        assertThat(names("taken")).containsExactly("lib");
    }

    @Test
    void aPathThatJavaCannotTakeIsRefused() throws Exception {
        assertThat(sh("clone/lectio dist a:b"))
                .returns(2, Ended::code)
                .extracting(Ended::said, org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .contains("a:b: Java takes no path with a ':'");
        assertThat(folder.resolve("a:b")).doesNotExist();
    }

    @Test
    void relativePathsAreMeantFromTheCallersFolder() throws Exception {
        done("mkdir -p else/where; cd else/where; \"$OLDPWD/clone/lectio\" dist rel");
        assertThat(folder.resolve("else/where/rel/bin/lectio")).isExecutable();
        assertThat(names("clone")).doesNotContain("rel");
        assertThat(sh("cd else; LECTIO_HOME=own ../clone/lectio status").said())
                .isEqualTo("home " + folder.toRealPath().resolve("else/own") + "\n");
    }

    @Test
    void interruptedItLeavesNothing() throws Exception {
        for (String signal : isIgnored(2) ? List.of("TERM") : List.of("INT", "TERM")) {
            Path slow = folder.resolve("slow");
            Files.deleteIfExists(slow);
            Files.createFile(slow);
            Process laying = start("trap - INT; exec clone/lectio dist place");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (Files.size(slow) == 0) {
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.onSpinWait();
            }
            new ProcessBuilder("kill", "-" + signal, String.valueOf(laying.pid()))
                    .start()
                    .waitFor();
            assertThat(laying.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(laying.exitValue()).isEqualTo(signal.equals("INT") ? 130 : 143);
            assertThat(folder.resolve("place")).doesNotExist();
            assertThat(names("tmp")).isEmpty();
            assertThat(ProcessHandle.of(Long.parseLong(Files.readString(slow).strip())))
                    .isEmpty();
        }
    }

    /// Of a signal that was ignored when this process began, as of what runs behind a terminal's back, no shell below
    /// it hears.
    private static boolean isIgnored(int signal) throws Exception {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return (Long.parseUnsignedLong(mask.substring("SigIgn:".length()).strip(), 16) >> (signal - 1) & 1) == 1;
    }
}
