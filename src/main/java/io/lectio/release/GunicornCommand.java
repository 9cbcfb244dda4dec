package io.lectio.release;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A command line of gunicorn. Source: docs.gunicorn.org, "Settings"; Python's argparse, by which a long option may be
/// cut short.
///
/// @param before what starts it: its own name, or an interpreter, `-m` and its name
/// @param arguments what it is told
public record GunicornCommand(List<String> before, List<String> arguments) {
    private static final int SHORTEST = 4;
    /// What a private one has of its own, with the word after it.
    private static final List<String> VALUED = List.of("--bind", "--pid", "--certfile", "--keyfile");
    private static final Set<String> FLAGS = Set.of(
            "--preload",
            "--reload",
            "--capture-output",
            "--no-sendfile",
            "--reuse-port",
            "--initgroups",
            "--enable-stdio-inheritance",
            "-R",
            "--log-syslog",
            "--proxy-protocol",
            "--spew");

    public GunicornCommand {
        before = List.copyOf(before);
        arguments = List.copyOf(arguments);
    }

    /// @return empty where it is another program's
    public static Optional<GunicornCommand> of(List<String> command) {
        for (int at = 0; at < Math.min(command.size(), 5); at++) {
            String name = name(command.get(at));
            boolean module = at > 1 && command.get(at - 1).equals("-m");
            if (name.matches("gunicorn3?") && (at == 0 || isPython(command.getFirst())) && (at < 2 || module)) {
                return Optional.of(
                        new GunicornCommand(command.subList(0, at + 1), command.subList(at + 1, command.size())));
            }
        }
        return Optional.empty();
    }

    static String name(String program) {
        return program.substring(program.lastIndexOf('/') + 1);
    }

    static boolean isPython(String program) {
        return name(program).matches("(python|pypy)[0-9.]*");
    }

    /// What it is to serve.
    public Optional<String> target() {
        String last = "";
        boolean value = false;
        for (String each : arguments) {
            if (!value && !each.startsWith("-")) {
                last = each;
            }
            value = each.startsWith("--") ? !each.contains("=") && !FLAGS.contains(each) : each.matches("-[^DR]");
        }
        return Optional.of(last).filter(target -> !target.isEmpty());
    }

    /// Its configuration file, as it is named.
    Optional<String> configuration() {
        for (int at = 0; at < arguments.size(); at++) {
            String each = arguments.get(at);
            if ((each.equals("-c") || each.equals("--config")) && at + 1 < arguments.size()) {
                return Optional.of(arguments.get(at + 1));
            }
            if (each.startsWith("--config=")) {
                return Optional.of(each.substring("--config=".length()));
            }
            if (each.startsWith("-c") && each.length() > 2) {
                return Optional.of(each.substring(2));
            }
        }
        return Optional.empty();
    }

    boolean preloads() {
        return arguments.stream().anyMatch(each -> each.length() >= SHORTEST && "--preload".startsWith(each));
    }

    /// Without what would have it listen where the live one does, write its pid file, or leave its unit.
    static List<String> stripped(List<String> arguments) {
        List<String> kept = new ArrayList<>();
        for (int at = 0; at < arguments.size(); at++) {
            String each = arguments.get(at);
            while (each.startsWith("-D") && each.length() > 2) { // of several letters in one word
                each = "-" + each.substring(2);
            }
            int equals = each.indexOf('=');
            String option = equals < 0 ? each : each.substring(0, equals);
            if (option.length() >= SHORTEST && VALUED.stream().anyMatch(own -> own.startsWith(option))) {
                at += equals < 0 ? 1 : 0;
            } else if (each.matches("-[bp].*")) {
                at += each.length() == 2 ? 1 : 0;
            } else if (!each.equals("-D") && !(option.length() >= SHORTEST && "--daemon".startsWith(option))) {
                kept.add(each);
            }
        }
        return kept;
    }

    /// One more, with one worker, for nobody but us.
    ///
    /// @param address as `--bind` takes it
    List<String> privately(String address) {
        List<String> command = new ArrayList<>(before);
        command.addAll(stripped(arguments));
        command.addAll(List.of(
                "--bind",
                address,
                "--workers",
                "1",
                "--pid",
                "/tmp/gunicorn.pid", // where its configuration names a file that is the live one's
                "--access-logfile",
                "/dev/null",
                "--error-logfile",
                "-"));
        return command;
    }
}
