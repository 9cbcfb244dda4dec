package io.lectio.host.systemd;

import io.lectio.host.Supervisor;
import io.lectio.host.SupervisorContract;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import org.junit.jupiter.api.AfterEach;

@HostTest
class SystemdContractTest extends SupervisorContract {
    private final TestHost host = TestHost.boot(Release.TRIXIE);
    private final Systemd systemd = new Systemd(host.systemdSocket());

    @Override
    protected Supervisor supervisor() {
        return systemd;
    }

    @Override
    protected String unit() {
        return "teaching_panel.service";
    }

    @AfterEach
    void end() throws Exception {
        systemd.close();
        host.close();
    }
}
