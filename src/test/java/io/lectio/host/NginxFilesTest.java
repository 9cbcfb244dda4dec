package io.lectio.host;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NginxFilesTest {
    @Test
    void eachFileHasItsTextInTheOrderInWhichNginxTellsThem() {
        String told = """
                nginx: [warn] something
                # configuration file /etc/nginx/nginx.conf:
                user www-data;
                # configuration file of mine:

                # configuration file /etc/nginx/sites-enabled/a b:
                server { }
                """;
        assertThat(NginxFiles.parted(told))
                .containsExactly(
                        entry("/etc/nginx/nginx.conf", "user www-data;\n# configuration file of mine:\n\n"),
                        entry("/etc/nginx/sites-enabled/a b", "server { }\n"));
        assertThat(NginxFiles.parted("nothing of this kind")).isEmpty();
        assertThat(NginxFiles.parted("# configuration file /x:")).containsExactly(entry("/x", ""));
    }
}
