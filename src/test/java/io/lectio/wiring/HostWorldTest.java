package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HostWorldTest {
    @Test
    void aLongSecretIsNoTrouble() {
        String credentials = "{\\\"key\\\": \\\"x\\\"}, ".repeat(10_000);
        assertThat(HostWorld.assigned("KEY=\"" + credentials + "\"\nLAST=1"))
                .containsEntry("LAST", "1")
                .hasSize(2);
    }

    @Test
    void anEnvironmentFileIsReadAsSystemdReadsIt() {
        assertThat(HostWorld.assigned("""
                        # A=comment
                        ; B=comment
                        PLAIN=a b=c#d
                          INDENTED=1
                        DOUBLE="say \\"x\\" \\\\ y"\s
                        SINGLE='it is "so"'
                        EMPTY=
                        OPEN="without an end
                        export EXPORTED=1
                        not an assignment
                        LAST=1
                        LAST=2"""))
                .isEqualTo(Map.of(
                        "PLAIN", "a b=c#d",
                        "INDENTED", "1",
                        "DOUBLE", "say \"x\" \\ y",
                        "SINGLE", "it is \"so\"",
                        "EMPTY", "",
                        "LAST", "2"));
    }
}
