package io.lectio.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Who may read and write `config.env`: it may have secrets, and it decides what root does.
///
/// @param asRoot whether it is read by root
record Rights(String owner, Set<PosixFilePermission> permissions, boolean asRoot) {
    Rights {
        permissions = Set.copyOf(permissions);
    }

    static Rights of(Path file) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        return new Rights(
                attributes.owner().getName(), attributes.permissions(), "root".equals(System.getProperty("user.name")));
    }

    /// What is to be told of it, each with what mends it.
    List<String> problems(Path file, boolean hasSecret) {
        List<String> problems = new ArrayList<>();
        if (asRoot && !owner.equals("root")) {
            problems.add("belongs to " + owner + ", who so decides what root does: chown root " + file);
        }
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            problems.add("others can write it, and so decide what root does: chmod 600 " + file);
        } else if (hasSecret
                && (permissions.contains(PosixFilePermission.GROUP_READ)
                        || permissions.contains(PosixFilePermission.OTHERS_READ))) {
            problems.add("others can read what is secret in it: chmod 600 " + file);
        }
        return problems;
    }
}
