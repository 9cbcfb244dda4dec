package io.lectio.discovery;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A host that has what a test puts there.
final class FakeWorld implements World {
    final Map<String, Listener> listeners = new HashMap<>();
    final Map<String, Service> services = new HashMap<>();
    final Map<Path, String> files = new HashMap<>();
    final Set<Path> welcomes = new HashSet<>();
    final Map<String, Health> health = new HashMap<>();
    Health otherwise = Health.NOT;

    /// The plan's host.
    static FakeWorld ofThePlan() {
        FakeWorld world = new FakeWorld();
        world.listeners.put("127.0.0.1:80", new Listener("nginx (1)", Optional.of("nginx.service")));
        world.gunicorn("127.0.0.1:8000", "teaching_panel.service", "/var/www/teaching_panel/teaching_panel");
        world.health.put("http://localhost/api/health/", Health.WELL);
        return world;
    }

    /// A gunicorn of a Django project as its template makes it.
    FakeWorld gunicorn(String address, String unit, String folder) {
        listeners.put(address, new Listener("gunicorn (2)", Optional.of(unit)));
        services.put(
                unit,
                new Service(
                        "www-data",
                        Map.of(),
                        List.of("/usr/bin/gunicorn", "panel.wsgi:application"),
                        true,
                        "panel.wsgi:application",
                        Path.of(folder)));
        files.put(Path.of(folder, "manage.py"), "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'panel.settings')");
        files.put(
                Path.of(folder, "panel/wsgi.py"),
                "os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"panel.settings\")");
        files.put(Path.of(folder, "panel/settings.py"), """
                BASE_DIR = Path(__file__).resolve().parent.parent
                DATABASES = {
                    'default': {
                        'ENGINE': 'django.db.backends.sqlite3',
                        'NAME': BASE_DIR / 'db.sqlite3',
                    }
                }
                """);
        return this;
    }

    @Override
    public Optional<Listener> listening(String address) {
        return Optional.ofNullable(listeners.get(address));
    }

    @Override
    public Optional<Service> service(String unit) {
        return Optional.ofNullable(services.get(unit));
    }

    @Override
    public Optional<String> workers() {
        return Optional.of("nobody");
    }

    @Override
    public boolean exists(Path path) {
        return files.containsKey(path);
    }

    @Override
    public Optional<String> text(Path file) {
        return Optional.ofNullable(files.get(file));
    }

    @Override
    public boolean hasDefaultPageOnly(Path folder) {
        return welcomes.contains(folder);
    }

    @Override
    public Health health(String server, URI page, URI api) {
        return health.getOrDefault(api.toString(), otherwise);
    }
}
