package io.lectio.core.policy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedPathsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/var",
                "/home",
                "/srv",
                "/opt",
                "relative",
                "/srv/../etc",
                "/etc/nginx",
                "/root",
                "/root/site",
                "/usr/share",
                "/home/anna",
                "/opt/lectio-monitor",
                "/opt/lectio-monitor/logs",
                "/var/lib/lectio-monitor",
                "/var/log/lectio-monitor",
                "/var/log/nginx",
                "/var/lib",
                "/var/lib/mysql",
                "/var/lib/mysql/site",
                "/var/lib/postgresql/15/main",
                "/var/lib/docker",
                "/var/www",
                "/srv/a\\b",
                "/srv/a\nb"
            })
    void refuses(String folder) {
        assertThatThrownBy(() -> GuardedPaths.requireGuardable("web root", Path.of(folder)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("web root ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/var/www/teaching_panel",
                "/home/anna/site",
                "/srv/site",
                "/opt/site",
                "/opt/lectio-monitors",
                "/var/lib/site",
                "/var/www/мой сайт"
            })
    void takesASitesOwnFolder(String folder) {
        assertThatCode(() -> GuardedPaths.requireGuardable("web root", Path.of(folder)))
                .doesNotThrowAnyException();
    }
}
