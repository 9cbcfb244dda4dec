package io.lectio.repair;

import io.lectio.core.incident.RepairResult.Changed;
import io.lectio.core.policy.Remedy;
import java.nio.file.Path;

/// One repair in a process of its own, so that its system calls can be traced.
final class RepairOnce {
    private RepairOnce() {}

    public static void main(String[] args) throws Exception {
        SiteTree tree = existing(Path.of(args[0]));
        var result = new PathRepairer(tree.journals()).run(new Remedy.OpenPaths(tree.site()), "traced");
        if (!(result instanceof Changed)) {
            throw new IllegalStateException(result.toString());
        }
    }

    private static SiteTree existing(Path base) {
        return new SiteTree(
                base,
                base.resolve("site"),
                base.resolve("site/frontend/build"),
                base.resolve("outside"),
                base.resolve("journals"));
    }
}
