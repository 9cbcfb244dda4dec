package io.lectio.testhost;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

final class HostCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return TestHost.missing()
                .map(reason -> ConditionEvaluationResult.disabled("no test host here: " + reason))
                .orElseGet(() -> ConditionEvaluationResult.enabled("test hosts run here"));
    }
}
