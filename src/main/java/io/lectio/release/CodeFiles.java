package io.lectio.release;

import io.lectio.core.policy.PrivatePatterns;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which files of an application's folder are its code. All else is the site's own, and no release's: the database,
/// what visitors have handed in, secrets, what the code was installed with.
public final class CodeFiles {
    /// By which a folder is known as a Django project.
    public static final String MANAGE = "manage.py";

    private static final String OF_AN_ENVIRONMENT = "/pyvenv.cfg";
    private static final Set<String> FOLDERS = Set.of("__pycache__", "node_modules", "venv", "virtualenv");
    /// Unless it is a package of the project's.
    private static final Set<String> AT_THE_TOP =
            Set.of("media", "uploads", "logs", "backups", "staticfiles", "static_root", "tmp");

    private static final List<String> ENDINGS = List.of(
            ".pyc",
            ".pyo",
            ".log",
            ".pid",
            ".sock",
            ".sqlite3",
            ".sqlite",
            ".db",
            ".bak",
            ".dump",
            ".gz",
            ".tar",
            ".zip");
    /// What a restore of the database leaves beside it, and celery's clock.
    private static final Pattern BY_OTHERS = Pattern.compile(".*\\.(before|undone|restored)-.*|celerybeat-schedule.*");

    /// What SQLite lays beside a file.
    private static final List<String> BESIDE = List.of("-wal", "-shm", "-journal");

    private final PrivatePatterns privates;
    private final Set<String> others;

    /// @param folder of the code
    /// @param others paths in it that are known to be none of its: the database, the pages
    public CodeFiles(Path folder, PrivatePatterns privates, Collection<Path> others) {
        this.privates = privates;
        this.others = others.stream()
                .filter(path -> path.startsWith(folder) && !path.equals(folder))
                .map(path -> folder.relativize(path).toString())
                .collect(Collectors.toSet());
    }

    /// Those of these paths that are code.
    public List<String> among(Collection<String> paths) {
        Set<String> environments = paths.stream()
                .filter(path -> path.endsWith(OF_AN_ENVIRONMENT))
                .map(path -> path.substring(0, path.length() - OF_AN_ENVIRONMENT.length()))
                .collect(Collectors.toSet());
        Set<String> all = new HashSet<>(paths);
        return paths.stream()
                .filter(path -> !(isOther(path) || isOtherAtTheTop(path, all))
                        && environments.stream().noneMatch(each -> isIn(path, each)))
                .toList();
    }

    private boolean isOther(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        String of = BESIDE.stream()
                .filter(name::endsWith)
                .findFirst()
                .map(end -> name.substring(0, name.length() - end.length()))
                .orElse(name);
        return path.equals(Places.ID_FILE)
                || ENDINGS.stream().anyMatch(of::endsWith)
                || BY_OTHERS.matcher(name).matches()
                || Stream.of(path.split("/")).anyMatch(each -> FOLDERS.contains(each) || privates.covers(each))
                || others.stream().anyMatch(each -> isIn(path, each) || BESIDE.contains(rest(path, each)));
    }

    private static boolean isOtherAtTheTop(String path, Set<String> all) {
        int slash = path.indexOf('/');
        String top = slash < 0 ? "" : path.substring(0, slash);
        return AT_THE_TOP.contains(top) && !all.contains(top + "/__init__.py");
    }

    private static boolean isIn(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    private static String rest(String path, String begin) {
        return Optional.of(path)
                .filter(each -> each.startsWith(begin))
                .map(each -> each.substring(begin.length()))
                .orElse("");
    }
}
