package io.lectio.testhost;

import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Whether test hosts run here, and how many tests have theirs at once.
final class HostCondition implements ExecutionCondition, BeforeEachCallback, AfterEachCallback {
    private static final Semaphore PLACES = new Semaphore(4);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return TestHost.missing()
                .map(reason -> ConditionEvaluationResult.disabled("no test host here: " + reason))
                .orElseGet(() -> ConditionEvaluationResult.enabled("test hosts run here"));
    }

    @Override
    public void beforeEach(ExtensionContext test) throws InterruptedException {
        PLACES.acquire();
        test.getStore(ExtensionContext.Namespace.create(HostCondition.class)).put(PLACES, true);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        if (test.getStore(ExtensionContext.Namespace.create(HostCondition.class))
                        .remove(PLACES)
                != null) {
            PLACES.release();
        }
    }
}
