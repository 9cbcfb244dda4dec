package io.lectio.cli;

import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Which program this is.
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Tells the version, with the commit that it was built from, and the Java that it runs on.",
        footer = {"", "Example: lectio version --json"})
final class VersionCommand implements Callable<Integer> {
    @Option(names = "--json", description = "As one JSON object, for programs.")
    private boolean json;

    private record Program(String version, String java) {}

    @Override
    public Integer call() throws IOException {
        String java = Runtime.version().toString();
        System.out.println(
                json ? JsonCodec.writeLine(new Program(ours(), java)) : "lectio " + ours() + ", Java " + java);
        return LectioCommand.OK;
    }

    /// As `0.1.0+d35ba1f`: a plus and the commit, where that was known to the build.
    static String ours() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return Optional.ofNullable(version).orElse("(from sources)");
    }
}
