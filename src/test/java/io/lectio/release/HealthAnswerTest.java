package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthAnswerTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"status": "ok", "release": "20261129-164108"}   | false
            {"release":"20261129-164108-2"}                  | true
            {"release":"20261129-164100"}                    | true
            {"release": null}                                | true
            {"release": "v1.4.2"}                            | false
            {"status": "ok"}                                 | false
            <html>                                           | false
            """)
    void onlyAnIdOfOursOrNoneAtAllIsAnotherRelease(String body, boolean another) {
        HealthAnswer answer = HealthAnswer.of(body.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.isOfAnother("20261129-164108")).isEqualTo(another);
    }
}
