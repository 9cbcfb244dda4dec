package io.lectio.core.policy;

/// How many observations in a row turn a check's health, each way.
public record Threshold(int failures, int successes) {
    public Threshold {
        if (failures < 1 || successes < 1) {
            throw new IllegalArgumentException("a threshold is at least 1 observation");
        }
    }
}
