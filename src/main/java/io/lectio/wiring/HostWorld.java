package io.lectio.wiring;

import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.discovery.World;
import io.lectio.host.Listeners;
import io.lectio.host.Processes;
import io.lectio.host.SmallFile;
import io.lectio.host.WebUser;
import io.lectio.host.systemd.ServiceDefinition;
import io.lectio.host.systemd.Systemd;
import io.lectio.probe.ApiProbe;
import io.lectio.release.GunicornCommand;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// This host, as [World] asks for it. What cannot be seen is not there.
final class HostWorld implements World {
    private static final Duration TO_ANSWER = Duration.ofSeconds(3);
    private static final int MOST_OF_A_FILE = 256 << 10;
    private static final int WORST = 500;
    /// What nginx and Debian lay into the folder of their welcome page.
    private static final Set<String> WELCOME = Set.of("index.html", "index.nginx-debian.html", "50x.html");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

    private final Systemd systemd;

    HostWorld(Systemd systemd) {
        this.systemd = systemd;
    }

    @Override
    public Optional<Listener> listening(String address) {
        try {
            List<Listener> all = new ArrayList<>();
            for (int pid : Listeners.at(address)) {
                all.add(new Listener(Processes.named(pid), Processes.service(pid)));
            }
            // a socket unit's address is held by systemd, too
            return all.stream()
                    .filter(each -> each.unit().isPresent())
                    .findFirst()
                    .or(() -> all.stream().findFirst());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Service> service(String unit) {
        try {
            ServiceDefinition service = systemd.definition(unit);
            List<String> command = service.executed();
            Optional<GunicornCommand> gunicorn = GunicornCommand.of(command);
            Map<String, String> environment = new HashMap<>();
            for (String each : service.environment()) {
                String[] parts = each.split("=", 2);
                environment.put(parts[0], parts.length > 1 ? parts[1] : "");
            }
            for (ServiceDefinition.EnvironmentFile file : service.environmentFiles()) {
                environment.putAll(assigned(text(Path.of(file.path())).orElse("")));
            }
            String folder = service.workingDirectory();
            return Optional.of(new Service(
                    service.user(),
                    environment,
                    command,
                    gunicorn.isPresent(),
                    gunicorn.flatMap(GunicornCommand::target).orElse(""),
                    Path.of(folder.startsWith("/") ? folder : "/")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// What an `EnvironmentFile=` assigns, each in one line. Source: systemd.exec(5).
    static Map<String, String> assigned(String file) {
        Map<String, String> all = new HashMap<>();
        for (String line : file.split("\n")) {
            String[] parts = line.strip().split("=", 2);
            if (parts.length == 2 && NAME.matcher(parts[0]).matches()) {
                unquoted(parts[1]).ifPresent(value -> all.put(parts[0], value));
            }
        }
        return all;
    }

    /// Empty where its quotes are not a pair around it.
    private static Optional<String> unquoted(String value) {
        char first = value.isEmpty() ? ' ' : value.charAt(0);
        boolean quoted =
                value.length() > 1 && (first == '"' || first == '\'') && value.charAt(value.length() - 1) == first;
        if (!quoted) {
            return Optional.of(value).filter(plain -> !plain.contains("\"") && !plain.contains("'"));
        }
        String inner = value.substring(1, value.length() - 1);
        return Optional.of(first == '"' ? inner.replaceAll("\\\\(.)", "$1") : inner);
    }

    @Override
    public Optional<String> workers() {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(String.valueOf(process.getFileName()));
                Optional<WebUser> user =
                        Processes.named(pid).startsWith("nginx (") ? WebUser.of(pid) : Optional.empty();
                if (user.filter(each -> each.uid() != 0).isPresent()) {
                    return user.map(WebUser::name);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public Optional<String> text(Path file) {
        try {
            return Optional.of(SmallFile.start(file, MOST_OF_A_FILE));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean hasDefaultPageOnly(Path folder) {
        boolean welcome = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!WELCOME.contains(String.valueOf(file.getFileName()))) {
                    return false;
                }
                welcome |= text(file)
                        .filter(page -> page.contains("Welcome to nginx!"))
                        .isPresent();
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
        return welcome;
    }

    @Override
    public Health health(String server, URI page, URI api) {
        Outcome seen = new ApiProbe(server, api, page, TO_ANSWER, Path.of("/dev/null")).look(List.of());
        return switch (seen) {
            case Passed _ -> Health.WELL;
            case Failed(Answers answers) when answers.answers().stream().anyMatch(HostWorld::isOfAnother) -> Health.NOT;
            default -> Health.DOWN;
        };
    }

    private static boolean isOfAnother(Answer answer) {
        return answer.status().filter(status -> status < WORST).isPresent() && !answer.isSlow();
    }
}
