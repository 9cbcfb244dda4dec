package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.Bounds;
import io.lectio.host.FileSystems;
import io.lectio.host.FileSystems.Room;
import io.lectio.testhost.HostTest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real file systems: this machine's, and small ones that are mounted for the test where it is root's.
class DiskProbeTest {
    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-01-22T03:12:00Z");

    private List<Ailment> look(DiskProbe probe) throws InterruptedException {
        now = now.plusSeconds(60);
        return switch (probe.look(List.of())) {
            case Observation.Passed(Ailments(var ailing, var _)) -> ailing;
            case Observation.Failed(Ailments(var ailing, var _)) -> ailing;
            case Observation.Outcome other -> throw new AssertionError(other);
        };
    }

    private DiskProbe probe(Bounds bounds) {
        return new DiskProbe(Set.of(folder), List.of(), bounds, () -> now);
    }

    @Test
    void thisMachinesAreSeenOnceEachWhateverLiesOnThem() throws IOException {
        List<Room> rooms = FileSystems.read().of(List.of(folder, folder.resolve("not/there"), Path.of("/proc/self")));
        assertThat(rooms).extracting(Room::mount).doesNotHaveDuplicates().contains(Path.of("/proc"));
        assertThat(rooms)
                .filteredOn(room -> !room.mount().equals(Path.of("/proc")))
                .singleElement()
                .satisfies(room -> {
                    assertThat(folder.toRealPath()).startsWith(room.mount());
                    assertThat(room.total())
                            .isGreaterThan(room.free())
                            .isEqualTo(Files.getFileStore(folder).getTotalSpace());
                    assertThat(room.usedPercent()).isBetween(1, 100);
                });
    }

    @Nested
    @HostTest
    class OnASmallOne {
        private static final Bounds HALF = new Bounds(50, 90, 10);
        private static final int MEGABYTE = 1 << 20;

        private void mounted(String options, Steps steps) throws Exception {
            run("mount", "-t", "tmpfs", "-o", options, "lectio-test", folder.toString());
            try {
                steps.take(probe(HALF));
            } finally {
                run("umount", folder.toString());
            }
        }

        private interface Steps {
            void take(DiskProbe probe) throws Exception;
        }

        private static void run(String... command) throws Exception {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                    .isZero();
        }

        private Path file(String name, int megabytes) throws IOException {
            return Files.write(folder.resolve(name), new byte[megabytes * MEGABYTE]);
        }

        private void ails(DiskProbe probe, Kind kind, String... facts) throws InterruptedException {
            assertThat(look(probe)).singleElement().satisfies(ill -> {
                assertThat(ill.kind()).isEqualTo(kind);
                assertThat(ill.what()).isEqualTo(folder.toString());
                assertThat(ill.inWords()).contains(facts);
            });
        }

        @Test
        void itFillsEndsIsFullAndIsWellOnlyWhenItIsBetter() throws Exception {
            mounted("size=100m", probe -> {
                assertThat(look(probe)).isEmpty();
                for (int i = 0; i < 5; i++) {
                    file("a" + i, 10);
                    now = now.plus(Duration.ofMinutes(4));
                    if (i < 4) {
                        assertThat(look(probe)).isEmpty();
                    }
                }
                ails(probe, Kind.DISK_FILLS, "used 50 %", "free 50.0 MiB", "full in 2", "grows " + folder + "/a");
                Files.delete(folder.resolve("a0"));
                file("b", 9);
                ails(probe, Kind.DISK_FILLS, "used 49 %");
                file("big", 42);
                ails(probe, Kind.DISK_ENDS, "used 91 %", "grows " + folder + "/big 42.0 MiB");
                file("c", 8);
                ails(probe, Kind.DISK_FULL, "used 99 %");
                Files.delete(folder.resolve("big"));
                Files.delete(folder.resolve("a1"));
                assertThat(look(probe)).isEmpty();
            });
        }

        @Test
        void whatIsDeletedAndStillOpenIsNamedWithItsHolder() throws Exception {
            mounted("size=20m", probe -> {
                Path log = file("old.log", 12);
                try (FileChannel open = FileChannel.open(log, StandardOpenOption.READ)) {
                    Files.delete(log);
                    assertThat(open.isOpen()).isTrue();
                    ails(
                            probe,
                            Kind.DISK_FILLS,
                            "deleted but open " + log + " by ",
                            "(" + ProcessHandle.current().pid() + ") 12.0 MiB");
                }
            });
        }

        @Test
        void inodesThatRunOutAreNoRoomAndTheFolderIsNamed() throws Exception {
            mounted("size=20m,nr_inodes=200", probe -> {
                Path many = Files.createDirectory(folder.resolve("many"));
                for (int i = 0; i < 110; i++) {
                    Files.createFile(many.resolve("f" + i));
                }
                ails(probe, Kind.INODES_FILL, "grows " + many + " (110)");
                for (int i = 110; i < 190; i++) {
                    Files.createFile(many.resolve("f" + i));
                }
                ails(probe, Kind.INODES_OUT, "grows " + many + " (190)");
            });
        }

        @Test
        void aMountThatCanOnlyBeReadIsOneWhateverRoomItHas() throws Exception {
            mounted("size=20m", probe -> {
                run("mount", "-o", "remount,ro", folder.toString());
                ails(probe, Kind.READ_ONLY, "read-only mount");
                run("mount", "-o", "remount,rw", folder.toString());
                assertThat(look(probe)).isEmpty();
            });
        }
    }
}
