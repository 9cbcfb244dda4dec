package io.lectio.host.systemd;

import io.lectio.host.systemd.SystemdException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A service as systemd has loaded it, drop-ins and specifiers included. Variables in its command are not yet replaced:
/// that systemd does when it starts it. Source: org.freedesktop.systemd1(5).
///
/// @param user empty for root
/// @param group empty for the user's own
/// @param workingDirectory empty for the root, `~` for the user's home
/// @param program what is executed, which the command's first word need not be
/// @param command its words
/// @param replaces whether variables in its words are replaced
/// @param umask of the files that it makes
/// @param mainPid 0 where it does not run
public record ServiceDefinition(
        String user,
        String group,
        List<String> moreGroups,
        String workingDirectory,
        List<String> environment,
        List<EnvironmentFile> environmentFiles,
        List<String> passedEnvironment,
        String program,
        List<String> command,
        boolean replaces,
        int umask,
        int mainPid) {
    private static final Set<String> WANTED =
            Set.of(("LoadState User Group SupplementaryGroups WorkingDirectory Environment EnvironmentFiles"
                            + " PassEnvironment ExecStartEx UMask MainPID")
                    .split(" "));

    /// @param optional whether it may be missing
    public record EnvironmentFile(String path, boolean optional) {}

    public ServiceDefinition {
        moreGroups = List.copyOf(moreGroups);
        environment = List.copyOf(environment);
        environmentFiles = List.copyOf(environmentFiles);
        passedEnvironment = List.copyOf(passedEnvironment);
        command = List.copyOf(command);
    }

    /// What is executed, by its path, with its arguments.
    public List<String> executed() {
        List<String> words = new ArrayList<>(List.of(program));
        command.stream().skip(1).forEach(words::add);
        return words;
    }

    /// What `GetAll` answers.
    static ServiceDefinition of(Message answer, String name) throws SystemdException {
        if (!answer.signature().equals("a{sv}")) {
            throw SystemdException.malformed("GetAll of " + name + " answers " + answer.signature());
        }
        Map<String, Object> all = new Reader(answer.body(), true).properties(WANTED);
        if (!all.getOrDefault("LoadState", "").equals("loaded")) {
            throw new SystemdException(Kind.REFUSED, name + " is " + all.getOrDefault("LoadState", "not known"));
        }
        List<?> start = list(all, "ExecStartEx");
        List<?> first = start.size() == 1 ? list(start.getFirst()) : List.of();
        if (first.size() < 3) {
            throw new SystemdException(Kind.REFUSED, name + " starts " + start.size() + " commands, and not one");
        }
        return new ServiceDefinition(
                text(all, "User"),
                text(all, "Group"),
                texts(all, "SupplementaryGroups"),
                text(all, "WorkingDirectory").replaceFirst("^!", ""),
                texts(all, "Environment"),
                files(all, "EnvironmentFiles"),
                texts(all, "PassEnvironment"),
                String.valueOf(first.getFirst()),
                texts(first.get(1)),
                !texts(first.get(2)).contains("no-env-expand"),
                number(all, "UMask"),
                number(all, "MainPID"));
    }

    private static List<EnvironmentFile> files(Map<String, Object> all, String property) {
        List<EnvironmentFile> files = new ArrayList<>();
        for (Object each : list(all, property)) {
            List<?> file = list(each);
            files.add(new EnvironmentFile(String.valueOf(file.getFirst()), Boolean.TRUE.equals(file.get(1))));
        }
        return files;
    }

    private static List<String> texts(Map<String, Object> all, String property) {
        return texts(list(all, property));
    }

    private static List<String> texts(Object value) {
        return list(value).stream().map(String::valueOf).toList();
    }

    /// What a systemd does not have is empty.
    private static List<?> list(Map<String, Object> all, String property) {
        return list(all.getOrDefault(property, List.of()));
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static String text(Map<String, Object> all, String property) {
        return all.get(property) instanceof String text ? text : "";
    }

    private static int number(Map<String, Object> all, String property) {
        return all.get(property) instanceof Integer number ? number : 0;
    }
}
