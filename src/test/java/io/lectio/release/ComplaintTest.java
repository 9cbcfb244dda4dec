package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ComplaintTest {
    private static final Path LIVE = Path.of("/srv/app");

    @Test
    void anExceptionIsToldWithTheInnermostPlaceInTheProject() {
        assertThat(Complaint.in("""
                        Watching for file changes
                        Traceback (most recent call last):
                          File "/srv/app/manage.py", line 4, in <module>
                            main()
                          File "/usr/lib/python3/dist-packages/django/urls/conf.py", line 38, in include
                            urlconf_module = import_module(urlconf_module)
                          File "/srv/app/panel/urls.py", line 7, in <module>
                            from .gone import view
                          File "/srv/app/venv/lib/python3.11/site-packages/x.py", line 9, in <module>
                        ModuleNotFoundError: No module named 'panel.gone'
                        [2026-01-01 00:00:00 +0000] [7] [ERROR] Worker (pid:9) exited with code 3
                        """, LIVE))
                .isEqualTo("ModuleNotFoundError: No module named 'panel.gone' (panel/urls.py:7)");
    }

    @Test
    void ofChecksTheErrorsAreTold() {
        assertThat(Complaint.in("""
                        SystemCheckError: System check identified some issues:

                        ERRORS:
                        lessons.Lesson.a: (fields.E304) Reverse accessor clashes.
                        \tHINT: Add a related_name.

                        WARNINGS:
                        ?: (security.W004) You have not set a value for SECURE_HSTS_SECONDS.
                        """, LIVE))
                .isEqualTo("lessons.Lesson.a: (fields.E304) Reverse accessor clashes. / HINT: Add a related_name.");
    }

    @Test
    void withoutAnExceptionTheLastLinesAreTold() {
        assertThat(Complaint.in("one\ntwo\n\nthree\nfour\n", LIVE)).isEqualTo("two / three / four");
        assertThat(Complaint.in("", LIVE)).isEqualTo("it says nothing");
    }

    @Test
    void noOutputIsTooStrangeForIt() {
        assertThat(Complaint.in("a.".repeat(40_000) + "\n" + "  File \"/srv/app/\0\", line 1\n", LIVE))
                .isNotEmpty();
        assertThat(Complaint.in("ERRORS:\n" + "a\n".repeat(30_000), LIVE)).isEqualTo("a / a / a");
    }
}
