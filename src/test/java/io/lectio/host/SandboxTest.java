package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SandboxTest {
    /// What the kernel shows of a process with all rights, and of one with the unit's.
    @Test
    void isAroundWhoMayNotBecomeAnotherUser() {
        assertThat(Sandbox.isAround("CapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\n"))
                .isFalse();
        assertThat(Sandbox.isAround("CapPrm:\t000001ffffffffff\nCapEff:\t000000000008001f\n"))
                .isTrue();
    }

    @Test
    void aProgramOutsideGetsItsWordsAsTheyAre() {
        List<String> command =
                Sandbox.outside(List.of("psql", "-c", "select '$1'", "--x"), Duration.ofMillis(2_500), "User=33");
        assertThat(command)
                .startsWith("systemd-run")
                .contains("--property=RuntimeMaxSec=3", "--property=User=33")
                .endsWith("--", "psql", "-c", "select '$$1'", "--x");
    }
}
