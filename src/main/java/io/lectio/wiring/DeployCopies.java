package io.lectio.wiring;

import io.lectio.release.DjangoProject;
import io.lectio.release.Told;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The copies of the database that a deploy of code makes.
record DeployCopies(SiteCopies copies) implements DjangoProject.DatabaseCopies {
    @Override
    public boolean isRestoring() {
        return copies.isCutOff();
    }

    @Override
    public void copy(Path database, Path target) throws IOException, InterruptedException {
        boolean _ = alone(() -> {
            copies.copies().lay(target);
            return true;
        });
    }

    @Override
    public String keep() throws IOException, InterruptedException {
        Warnings warnings = new Warnings(new ArrayList<>());
        String id = alone(() -> copies.copies().make(false, warnings).id());
        return String.join(
                "; ", Stream.concat(Stream.of(id), warnings.all().stream()).toList());
    }

    private record Warnings(List<String> all) implements Told {
        @Override
        public void step(String what) {
            // a deploy tells its own steps
        }

        @Override
        public void warning(String what) {
            all.add(what);
        }
    }

    private <T> T alone(SiteCopies.Work<T> work) throws IOException, InterruptedException {
        return copies.alone(work)
                .orElseThrow(() -> new IOException("the database is just being copied or restored: try again later"));
    }
}
