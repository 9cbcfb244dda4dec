package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ArchiveFuzzTest {
    private static final int ROUNDS = 4_000;
    private static final long SEED = 25;
    private static final Duration FUZZING =
            Duration.ofSeconds(Long.getLong("lectio.fuzz.seconds", 120)); // longer by hand

    @TempDir
    private Path temporary = Path.of("");

    @Test
    void noMutantIsMoreThanUnpackedOrRefused() throws IOException {
        Path parent = Files.createDirectory(temporary.toRealPath().resolve("parent"));
        List<byte[]> seeds = Mutant.seeds();
        Random random = new Random(SEED);
        int unpacked = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutant = mutate(seeds.get(round % seeds.size()), random);
            byte[] archive = round % 3 == 0 && random.nextInt(4) > 0 ? Mutant.withChecksums(mutant) : mutant;
            unpacked += Mutant.judge(archive, parent) ? 1 : 0;
        }
        // else only headers would be tried
        assertThat(unpacked).isBetween(ROUNDS / 50, ROUNDS / 2);
    }

    /// What Jazzer calls with bytes of its own choice, the nearer to what was never run before, the rather.
    static final class Target {
        private static final Path PARENT = Path.of(System.getProperty("lectio.fuzz"));

        private Target() {}

        public static void fuzzerTestOneInput(byte[] archive) {
            Mutant.judge(archive, PARENT);
            // an archive is read no further than to its first wrong checksum, which no fuzzer guesses
            Mutant.judge(Mutant.withChecksums(archive), PARENT);
        }
    }

    @Test
    @Tag("full")
    void noneThatIsGuidedByCoverageIsMoreThanUnpackedOrRefused() throws Exception {
        Path parent = Files.createDirectory(temporary.toRealPath().resolve("parent"));
        Path corpus = Files.createDirectory(temporary.resolve("corpus"));
        List<byte[]> seeds = Mutant.seeds();
        for (int seed = 0; seed < seeds.size(); seed++) {
            Files.write(corpus.resolve("seed-" + seed), seeds.get(seed));
        }
        Path log = temporary.resolve("log");
        Process jazzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+EnableDynamicAgentLoading",
                        "-Dlectio.fuzz=" + parent,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + Target.class.getName(),
                        "--instrumentation_includes=io.lectio.release.**",
                        "--custom_hook_includes=io.lectio.release.**",
                        "--reproducer_path=" + temporary,
                        "-artifact_prefix=" + temporary + "/",
                        "-max_len=8192",
                        "-seed=" + SEED,
                        "-max_total_time=" + FUZZING.toSeconds(),
                        corpus.toString())
                .directory(temporary.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(jazzer.waitFor(FUZZING.multipliedBy(4))).isTrue();
        } finally {
            jazzer.destroyForcibly();
        }
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        System.out.println(
                said.lines().skip(Math.max(0, said.lines().count() - 3)).toList());
        assertThat(jazzer.exitValue()).as(said).isZero();
        try (Stream<Path> found = Files.list(corpus)) {
            assertThat(found.count()).isGreaterThan(50);
        }
    }

    private static byte[] mutate(byte[] seed, Random random) {
        byte[] mutant = seed.clone();
        for (int change = random.nextInt(1, 5); change > 0; change--) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(6)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt(256);
                case 2 -> mutant[at] = (byte) "/.\\0172xgLKS\0\u00ff".charAt(random.nextInt(14));
                case 3 -> mutant = Arrays.copyOf(mutant, random.nextInt(at + 1, mutant.length + 600));
                case 4 -> {
                    int from = random.nextInt(mutant.length);
                    int length = random.nextInt(Math.min(600, mutant.length - Math.max(at, from)) + 1);
                    System.arraycopy(mutant, from, mutant, at, length);
                }
                default -> {
                    int from = at / 512 * 512; // a tar's blocks change places
                    int to = random.nextInt(mutant.length) / 512 * 512;
                    System.arraycopy(
                            seed,
                            Math.min(from, Math.max(0, seed.length - 512)),
                            mutant,
                            to,
                            Math.min(512, Math.min(mutant.length - to, seed.length)));
                }
            }
        }
        return mutant;
    }
}
