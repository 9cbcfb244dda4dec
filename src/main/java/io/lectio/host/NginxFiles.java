package io.lectio.host;

import io.lectio.core.health.Finding.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// nginx's whole configuration, as `nginx -T` tells it.
public final class NginxFiles {
    private static final Duration TO_TELL = Duration.ofSeconds(8);
    private static final int MOST_BYTES = 8 << 20;
    private static final Pattern FILE = Pattern.compile("(?m)^# configuration file (/.*):$");

    private NginxFiles() {}

    /// Its files, the main one first, each with its text.
    ///
    /// @throws IOException where nginx does not tell it, with its own reason and its place
    public static SequencedMap<String, String> read() throws IOException, InterruptedException {
        if (!Files.exists(Path.of(NginxTest.NGINX))) {
            throw new IOException("there is no nginx at " + NginxTest.NGINX);
        }
        Child.Result told = Child.run(Child.whole(List.of(NginxTest.NGINX, "-T", "-q"), TO_TELL), TO_TELL, MOST_BYTES);
        if (told.timedOut()) {
            throw new IOException("nginx -T did not end within " + TO_TELL.toSeconds() + " s");
        }
        if (told.exit().orElse(1) != 0) {
            Config error = NginxTest.error(told.text());
            throw new IOException(
                    "nginx -T: " + error.error() + (error.where().isEmpty() ? "" : " in " + error.where()));
        }
        return parted(told.text());
    }

    static SequencedMap<String, String> parted(String told) {
        SequencedMap<String, String> files = new LinkedHashMap<>();
        Matcher heads = FILE.matcher(told);
        Optional<String> name = Optional.empty();
        int from = 0;
        while (heads.find()) {
            int end = heads.start();
            int begin = from;
            name.ifPresent(file -> files.put(file, told.substring(begin, end)));
            name = Optional.of(heads.group(1));
            from = Math.min(told.length(), heads.end() + 1);
        }
        int begin = from;
        name.ifPresent(file -> files.put(file, told.substring(begin)));
        return files;
    }
}
