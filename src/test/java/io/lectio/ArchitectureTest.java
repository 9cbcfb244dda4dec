package io.lectio;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The import rules of ARCHITECTURE.md, and that its names are those of the code.
class ArchitectureTest {
    private static final int LEAST_CLASSES = 80;
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.lectio");

    private void onlyImports(String user, String... used) {
        String[] allowed = Stream.concat(
                        Stream.of("io.lectio." + user + "..", "java..", "javax.net..", "org.jspecify.."),
                        Stream.of(used))
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage("io.lectio." + user + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(ALL);
    }

    @Test
    void seesTheWholeProgram() {
        assertThat(ALL.size()).isGreaterThan(LEAST_CLASSES);
    }

    @Test
    void thePackagesOfTheCoreImportOnlyDownwards() {
        onlyImports("core.policy");
        onlyImports("core.health", "io.lectio.core.policy");
        onlyImports("core.diagnosis", "io.lectio.core.policy", "io.lectio.core.health");
        onlyImports("core.deploy", "io.lectio.core.policy", "io.lectio.core.health", "io.lectio.core.diagnosis");
        onlyImports(
                "core.incident",
                "io.lectio.core.policy",
                "io.lectio.core.health",
                "io.lectio.core.diagnosis",
                "io.lectio.core.deploy");
        onlyImports("core");
    }

    @Test
    void theCoreTouchesNothingOfTheWorld() {
        noClasses()
                .that()
                .resideInAPackage("io.lectio.core..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.(io|net\\.(Socket|http)|nio\\.file\\.Files|nio\\.channels|util\\.Random|util\\.concurrent|lang\\.(Thread|Process|System)$|time\\.Clock|time\\.InstantSource).*")
                .check(ALL);
    }

    @Test
    void adaptersNeverImportOneAnother() {
        String[] shared = {"io.lectio.engine..", "io.lectio.core..", "io.lectio.host.."};
        onlyImports("engine", "io.lectio.core..");
        onlyImports("host", "io.lectio.core..");
        onlyImports("probe", add(shared, "org.jsoup.."));
        onlyImports("repair", shared);
        onlyImports("release", shared);
        onlyImports("alert", add(add(add(shared, "com.fasterxml.jackson.core.."), "jakarta.."), "org.eclipse.angus.."));
        onlyImports("json", "com.fasterxml.jackson.core..");
        onlyImports("store", add(add(shared, "io.lectio.json.."), "com.fasterxml.jackson.core.."));
        onlyImports("control", add(add(shared, "io.lectio.json.."), "jdk.net.."));
        onlyImports("config", "io.lectio.core..", "com.fasterxml.jackson.core..", "org.snakeyaml.engine..");
        onlyImports("doctor");
        onlyImports("discovery", "io.lectio.host..", "io.lectio.core..");
        onlyImports("demo", "io.lectio.host..", "io.lectio.core..");
        onlyImports("drill", "io.lectio.host..", "io.lectio.core..", "io.lectio.store..");
    }

    private static String[] add(String[] to, String one) {
        return Stream.concat(Stream.of(to), Stream.of(one)).toArray(String[]::new);
    }

    @Test
    void onlyHostCallsTheKernel() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.lectio.host..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(ALL);
    }

    @Test
    void onlyAChildIsStarted() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.lectio.host.Child")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.ProcessBuilder(\\$.*)?")
                .check(ALL);
    }

    @Test
    void theCoreAndTheWholeStaySmall() throws IOException {
        assertThat(lines(Path.of("src/main/java/io/lectio/core"))).isLessThan(6_900);
        assertThat(lines(Path.of("src/main/java"))).isLessThan(45_500);
    }

    private static long lines(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long sum = 0;
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sum += Files.readAllLines(file).size();
            }
            return sum;
        }
    }

    @Test
    void theNamesInTheArchitectureDocumentAreThoseOfTheCode() throws IOException {
        Matcher named = Pattern.compile("`([A-Z][A-Za-z]+)`").matcher(Files.readString(Path.of("ARCHITECTURE.md")));
        List<String> known = ALL.stream().map(each -> each.getSimpleName()).toList();
        assertThat(named.results().map(result -> result.group(1)).distinct().toList())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(known).contains(name));
    }
}
