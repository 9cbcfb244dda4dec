package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Finding.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NginxTestTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nginx: [emerg] unknown directive "x" in /etc/nginx/nginx.conf:3 | /etc/nginx/nginx.conf:3 | unknown directive "x"
            2026/11/25 01:02:03 [emerg] 26#26: unknown directive "x" in /etc/nginx/my & <i>site.conf:1 | /etc/nginx/my & <i>site.conf:1 | unknown directive "x"
            2026/11/25 01:02:03 [emerg] 7#7: open() "/var/log/a" failed (2: No such file) | '' | open() "/var/log/a" failed (2: No such file)
            """)
    void theFaultAndItsPlaceAreReadAsAnyBuildWritesThem(String said, String where, String error) {
        assertThat(NginxTest.error("2026/11/25 01:02:03 [warn] 7#7: conflicting server name\n" + said + "\n"))
                .isEqualTo(new Config(where, error));
    }

    @Test
    void whatHasNoKnownFormIsToldWhole() {
        assertThat(NginxTest.error("no such program\n")).isEqualTo(new Config("", "no such program"));
    }
}
