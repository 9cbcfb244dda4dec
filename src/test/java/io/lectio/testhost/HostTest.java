package io.lectio.testhost;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A test that boots test hosts: on the shelf `host`, and disabled, with the reason, where hosts cannot run. Hosts
/// are apart from one another, so these tests run side by side.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("host")
@ExtendWith(HostCondition.class)
@Execution(ExecutionMode.CONCURRENT)
public @interface HostTest {}
