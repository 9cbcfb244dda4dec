package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GunicornCommandTest {
    private static List<String> words(String command) {
        return command.isEmpty() ? List.of() : List.of(command.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            --bind 0.0.0.0:8000 a.wsgi                | a.wsgi
            --bind=unix:/run/a.sock a.wsgi            | a.wsgi
            -b :8000 -b [::]:8001 a.wsgi              | a.wsgi
            -b:8000 a.wsgi                            | a.wsgi
            --bin :8000 --bi=:1 a.wsgi                | a.wsgi
            --backlog 20 --bind :1 a.wsgi             | --backlog 20 a.wsgi
            a.wsgi --pid /run/a.pid -p/run/b -p /c    | a.wsgi
            --pid=/run/a.pid --preload a.wsgi         | --preload a.wsgi
            -D --daemon a.wsgi --workers 3            | a.wsgi --workers 3
            -DR a.wsgi                                | -R a.wsgi
            --certfile /c.pem --keyfile=/k.pem a.wsgi | a.wsgi
            -w 3 -t 30 --print-config a.wsgi -b       | -w 3 -t 30 --print-config a.wsgi
            """)
    void whatWouldMakeItListenOrLeaveIsStripped(String arguments, String left) {
        assertThat(GunicornCommand.stripped(words(arguments))).isEqualTo(words(left));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /venv/bin/gunicorn a.wsgi:app               | 1 | a.wsgi:app
            gunicorn3 -w 3 --preload a.wsgi --timeout 5 | 1 | a.wsgi
            /venv/bin/python -m gunicorn -R a.wsgi      | 3 | a.wsgi
            python3.11 -I -m gunicorn --bind=:1 a.wsgi  | 4 | a.wsgi
            /usr/bin/python3 /venv/bin/gunicorn a.wsgi  | 2 | a.wsgi
            """)
    void gunicornIsKnownByItsNameOrItsModule(String command, int before, String target) {
        GunicornCommand gunicorn = GunicornCommand.of(words(command)).orElseThrow();
        assertThat(gunicorn.before()).hasSize(before);
        assertThat(gunicorn.target()).contains(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usr/bin/uwsgi --ini gunicorn",
                "/bin/sh -c gunicorn",
                "/usr/bin/env gunicorn",
                "python manage.py runserver",
                "/venv/bin/daphne a.asgi gunicorn"
            })
    void anotherProgramIsNone(String command) {
        assertThat(GunicornCommand.of(words(command))).isEmpty();
    }

    @Test
    void aPrivateOneListensWhereItIsTold() {
        assertThat(GunicornCommand.of(words("/venv/bin/gunicorn --workers 3 -b :8000 a.wsgi"))
                        .orElseThrow()
                        .privately("unix:/s"))
                .isEqualTo(words("/venv/bin/gunicorn --workers 3 a.wsgi --bind unix:/s --workers 1"
                        + " --pid /tmp/gunicorn.pid --access-logfile /dev/null --error-logfile -"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            -c /etc/a.py a.wsgi      | /etc/a.py
            -cpython:a.conf a.wsgi   | python:a.conf
            --config=a.py a.wsgi     | a.py
            a.wsgi --config a.py     | a.py
            a.wsgi                   | none
            """)
    void itsConfigurationIsFound(String arguments, String file) {
        assertThat(new GunicornCommand(List.of(), words(arguments)).configuration())
                .isEqualTo(Optional.ofNullable(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            $MORE          | --workers 3
            ${MORE}        | "[--workers 3]"
            x-${ONE}-$ONE  | x-1-$ONE
            $$ONE          | $ONE
            $NONE          | ""
            a${NONE}b      | ab
            """)
    void variablesAreReplacedAsSystemdDoesIt(String word, String words) {
        Map<String, String> environment = Map.of("MORE", " --workers  3 ", "ONE", "1");
        List<String> wanted = words.startsWith("[") ? List.of(" --workers  3 ") : words(words);
        assertThat(AppUnit.replaced(word, environment).toList()).isEqualTo(wanted);
    }
}
