package io.lectio.release;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an answer of the API says of the release that it comes from, where the project has `health.py`.
///
/// @param tells whether it says anything
/// @param release empty where the answering worker was started without one
public record HealthAnswer(boolean tells, Optional<String> release) {
    /// Only an id of ours: a project may tell a `release` of its own.
    private static final Pattern RELEASE =
            Pattern.compile("\"release\"\\s*:\\s*(?:\"(\\d{8}-\\d{6}[\\w-]{0,40})\"|null)");

    public static HealthAnswer of(byte[] body) {
        Matcher matcher = RELEASE.matcher(new String(body, StandardCharsets.UTF_8));
        boolean tells = matcher.find();
        return new HealthAnswer(tells, tells ? Optional.ofNullable(matcher.group(1)) : Optional.empty());
    }

    /// Whether it comes from another release than this one.
    boolean isOfAnother(String wanted) {
        return tells && !release.equals(Optional.of(wanted));
    }
}
