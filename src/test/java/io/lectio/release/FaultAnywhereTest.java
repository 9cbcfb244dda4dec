package io.lectio.release;

import java.io.IOException;
import org.junit.jupiter.api.Tag;

/// The same where a single effect fails, as on a bad disk, and what follows it passes: the work cleans up after itself.
@Tag("full")
class FaultAnywhereTest extends CutOffAnywhereTest {
    @Override
    CutOff.Ran failing(int at, CutOff.Work work) throws IOException {
        return CutOff.fault(at, work);
    }
}
