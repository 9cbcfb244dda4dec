package io.lectio.release;

import io.lectio.host.Child;
import io.lectio.host.SmallFile;
import io.lectio.host.WebUser;
import io.lectio.host.systemd.ServiceDefinition;
import io.lectio.host.systemd.Systemd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The application's systemd unit: as whom, where, with what environment and by what command it runs.
///
/// @param environment as systemd makes it of the unit, its files included; what it holds is secret
/// @param command its words, with the variables replaced, and the program as the first
public record AppUnit(
        String name,
        WebUser user,
        ServiceDefinition definition,
        Map<String, String> environment,
        List<String> command) {
    private static final Duration TO_TELL = Duration.ofSeconds(8);
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_OF_A_FILE = 64 << 10;
    private static final Pattern INTERPRETER = Pattern.compile("\\A#!\\s*(?:\\S*/env\\s+(?:-S\\s+)?)?(\\S+)");
    /// How pip names an interpreter whose path is longer than a kernel takes.
    private static final Pattern LONG = Pattern.compile("\\A#!/bin/sh\\n'{3}exec' \"?([^\"\\n]+?)\"? \"\\$0\"");

    private static final Pattern PRELOADS = Pattern.compile("(?m)^preload_app\\s*=\\s*True\\b");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\$|\\$\\{([A-Za-z_][A-Za-z0-9_]*)\\}");
    private static final Pattern WORDS = Pattern.compile("\\$([A-Za-z_][A-Za-z0-9_]*)");
    private static final AtomicLong NUMBER = new AtomicLong();

    public AppUnit {
        environment = Map.copyOf(environment);
        command = List.copyOf(command);
    }

    /// Asks systemd, and has it make the unit's environment, once, for a program that tells it.
    ///
    /// @throws IOException also where the unit is none that can be followed: root's, or of several commands
    public static AppUnit read(Systemd systemd, String name) throws IOException, InterruptedException {
        ServiceDefinition definition = systemd.definition(name);
        WebUser user = WebUser.ofService(
                definition.user().isEmpty() ? "root" : definition.user(), definition.group(), definition.moreGroups());
        if (user.uid() == 0) {
            throw new IOException(name + " runs as root, so its code is not run for a look: give it a User=");
        }
        Map<String, String> environment = environment(name, definition);
        List<String> command = new ArrayList<>(List.of(definition.program()));
        definition.command().stream()
                .skip(1)
                .flatMap(word -> definition.replaces() ? replaced(word, environment) : Stream.of(word))
                .forEach(command::add);
        return new AppUnit(name, user, definition, environment, command);
    }

    private static Map<String, String> environment(String name, ServiceDefinition definition)
            throws IOException, InterruptedException {
        String unit = "lectio-environment-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        List<String> asks =
                new ArrayList<>(List.of("systemd-run", "--quiet", "--collect", "--pipe", "--wait", "--unit=" + unit));
        asks.addAll(List.of("-p", "RuntimeMaxSec=" + TO_TELL.toSeconds()));
        asks.addAll(properties(definition));
        asks.addAll(List.of("/usr/bin/env", "-0"));
        Child.Result told = Child.run(asks, TO_TELL, MOST_BYTES);
        if (told.exit().orElse(1) != 0) {
            throw new IOException(
                    "the environment of " + name + ": " + told.text().strip().replace('\0', ' '));
        }
        Map<String, String> environment = new HashMap<>();
        for (String each : told.text().split("\0")) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                environment.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        for (String own :
                new String[] {"INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "MEMORY_PRESSURE_WATCH"}) {
            environment.remove(own); // of the unit that told it
        }
        return environment;
    }

    /// By which `systemd-run` gives a unit this one's user and environment.
    List<String> properties() {
        return properties(definition);
    }

    private static List<String> properties(ServiceDefinition definition) {
        List<String> properties = new ArrayList<>(List.of("-p", "User=" + definition.user()));
        properties.addAll(List.of("-p", "UMask=%04o".formatted(definition.umask())));
        if (!definition.group().isEmpty()) {
            properties.addAll(List.of("-p", "Group=" + definition.group()));
        }
        if (!definition.moreGroups().isEmpty()) {
            properties.addAll(List.of("-p", "SupplementaryGroups=" + String.join(" ", definition.moreGroups())));
        }
        if (!definition.passedEnvironment().isEmpty()) {
            properties.addAll(List.of("-p", "PassEnvironment=" + String.join(" ", definition.passedEnvironment())));
        }
        definition.environment().forEach(each -> properties.add("--setenv=" + each));
        definition
                .environmentFiles()
                .forEach(file -> properties.addAll(
                        List.of("-p", "EnvironmentFile=" + (file.optional() ? "-" : "") + file.path())));
        return properties;
    }

    /// As systemd does it: `$NAME` alone becomes as many words as its value has. Source: systemd.service(5).
    static Stream<String> replaced(String word, Map<String, String> environment) {
        Matcher words = WORDS.matcher(word);
        if (words.matches()) {
            String value = environment.getOrDefault(words.group(1), "").strip();
            return value.isEmpty() ? Stream.of() : Stream.of(value.split("\\s+"));
        }
        return Stream.of(VARIABLE.matcher(word)
                .replaceAll(each -> Matcher.quoteReplacement(
                        each.group(1) == null ? "$" : environment.getOrDefault(each.group(1), ""))));
    }

    /// Where it runs.
    public Path workingDirectory() {
        return Path.of(
                switch (definition.workingDirectory()) {
                    case "" -> "/";
                    case "~" -> environment.getOrDefault("HOME", "/");
                    default -> definition.workingDirectory();
                });
    }

    public int mainPid() {
        return definition.mainPid();
    }

    public boolean isGunicorn() {
        return gunicorn().isPresent();
    }

    private Optional<GunicornCommand> gunicorn() {
        return GunicornCommand.of(command);
    }

    /// What gunicorn serves, where the command tells it.
    public Optional<String> target() {
        return gunicorn().flatMap(GunicornCommand::target);
    }

    /// The Python that runs it, by the path by which it is called: a venv's is a link, which tells it the venv.
    ///
    /// @return empty where the command does not tell it
    public Optional<Path> python() throws IOException {
        Optional<Path> program = found(command.getFirst());
        if (program.isEmpty() || GunicornCommand.isPython(command.getFirst())) {
            return program;
        }
        String script = SmallFile.start(program.get(), MOST_OF_A_FILE);
        return Stream.of(LONG, INTERPRETER)
                .map(each -> each.matcher(script))
                .filter(Matcher::find)
                .findFirst()
                .flatMap(line -> found(line.group(1)))
                .filter(each -> GunicornCommand.isPython(each.toString()));
    }

    /// As execvp(3) finds it.
    private Optional<Path> found(String program) {
        if (program.contains("/")) {
            return Optional.of(workingDirectory().resolve(program));
        }
        return Stream.of(environment.getOrDefault("PATH", "/usr/bin").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Whether workers share the code that was loaded before they were started, so that a reload brings no new one.
    public boolean preloads() throws IOException {
        Optional<GunicornCommand> gunicorn = gunicorn();
        if (gunicorn.isEmpty()) {
            return false;
        }
        List<String> more = List.of(
                environment.getOrDefault("GUNICORN_CMD_ARGS", "").strip().split("\\s+"));
        GunicornCommand besides = new GunicornCommand(List.of(), more);
        if (gunicorn.get().preloads() || besides.preloads()) {
            return true;
        }
        String file = gunicorn.get()
                .configuration()
                .or(besides::configuration)
                .orElse("gunicorn.conf.py")
                .replaceFirst("^file:", "");
        Path path = workingDirectory().resolve(file);
        return Files.exists(path)
                && PRELOADS.matcher(SmallFile.start(path, MOST_OF_A_FILE)).find();
    }

    /// The command of one more gunicorn, with one worker, that listens where nobody but us asks.
    ///
    /// @param address as `--bind` takes it
    /// @throws IllegalStateException where it is not gunicorn
    public List<String> privateCommand(String address) {
        return gunicorn()
                .orElseThrow(() -> new IllegalStateException("not gunicorn"))
                .privately(address);
    }

    /// The environment for that.
    public Map<String, String> privateEnvironment() {
        Map<String, String> own = new HashMap<>(environment);
        own.computeIfPresent(
                "GUNICORN_CMD_ARGS",
                (_, arguments) -> String.join(
                        " ", GunicornCommand.stripped(List.of(arguments.strip().split("\\s+")))));
        return own;
    }

    /// Not the environment, whose values are secret.
    @Override
    public String toString() {
        return "AppUnit[" + name + "]";
    }
}
