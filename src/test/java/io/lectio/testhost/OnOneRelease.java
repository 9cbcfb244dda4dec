package io.lectio.testhost;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// A test of what both releases do alike: each run has it on one of them, by its name, and the full run on both.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@ArgumentsSource(OnOneRelease.Releases.class)
public @interface OnOneRelease {
    final class Releases implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            Release[] all = Release.values();
            boolean full = System.getenv("LECTIO_FULL") != null;
            int chosen = Math.floorMod(context.getRequiredTestMethod().getName().hashCode(), all.length);
            return full ? Stream.of(all).map(Arguments::of) : Stream.of(Arguments.of(all[chosen]));
        }
    }
}
