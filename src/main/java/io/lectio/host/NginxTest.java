package io.lectio.host;

import io.lectio.core.health.Finding.Config;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `nginx -t`, in a child process.
public final class NginxTest {
    static final String NGINX = System.getProperty("lectio.nginx", "/usr/sbin/nginx"); // another to train the archive
    private static final Duration DEADLINE = Duration.ofSeconds(8);
    private static final int MOST_BYTES = 16_384;
    /// Debian's nginx writes to standard error as to its log: a time instead of its name, then its process.
    private static final Pattern ERROR = Pattern.compile(
            "(?:nginx: |\\S+ \\S+ )\\[(?:emerg|alert|crit|error)] (?:\\d+#\\d+: )?(.*?)(?: in (/.*:\\d+))?");

    private NginxTest() {}

    /// @throws IOException where the test cannot be made: no nginx, no answer in time, or not allowed to
    public static Config run() throws IOException, InterruptedException {
        List<String> command = List.of(NGINX, "-t", "-q");
        Child.Result ended = Child.run(Child.whole(command, DEADLINE), DEADLINE, MOST_BYTES);
        if (ended.timedOut()) {
            throw new IOException("nginx -t did not end within " + DEADLINE.toSeconds() + " s");
        }
        if (ended.exit().getAsInt() == 0) {
            return new Config("", "");
        }
        Config config = error(ended.text());
        if (config.error().contains("(13: Permission denied)") && !Accounts.isRoot()) {
            throw new IOException("nginx -t needs root");
        }
        return config;
    }

    static Config error(String said) {
        return said.lines()
                .map(ERROR::matcher)
                .filter(Matcher::matches)
                .map(line -> new Config(line.group(2) == null ? "" : line.group(2), line.group(1)))
                .findFirst()
                .orElseGet(() -> new Config("", said.strip()));
    }
}
