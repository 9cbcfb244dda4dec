package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessRuleTest {
    private static final WebUser WEB = new WebUser("www-data", 33, 33, Set.of(33, 50));
    private static final int FOLDER = 0x4000;
    private static final int FILE = 0x8000;
    private static final byte[] NO_ACL = {};

    @ParameterizedTest(name = "mode {0} of {1}:{2}, wanting {3}: {4}")
    @CsvSource({
        "0400, 33,  0, 4, true",
        "0044, 33, 33, 4, false", // the owner's class decides, though others may
        "0040,  0, 33, 4, true",
        "0404,  0, 33, 4, false", // the group's class decides, though others may
        "0040,  0, 50, 4, true", // a supplementary group
        "0040,  0, 51, 4, false",
        "0004,  0,  0, 4, true",
        "0440,  0,  0, 4, false",
        "0711,  0,  0, 1, true",
        "0766,  0,  0, 1, false",
        "0000,  0,  0, 4, false",
    })
    void theFirstClassThatMatchesDecides(String mode, int uid, int gid, int wanted, boolean allowed) {
        assertThat(AccessRule.allows(stat(FILE, mode, uid, gid), NO_ACL, WEB, wanted))
                .isEqualTo(allowed);
    }

    @ParameterizedTest(name = "mode {0} of {1}:{2} with {3}: {4}")
    @CsvSource({
        "0640,  0,  0, u:33:4 m::4 g::4 o::0, true",
        "0640,  0,  0, u:34:4 m::4 g::4 o::0, false",
        "0610,  0,  0, u:33:4 m::1 g::4 o::0, false", // masked
        "0644,  0,  0, u:33:0 m::4 g::4 o::4, false", // the named user decides, though others may
        "0640,  0,  0, g:50:4 m::4 g::0 o::0, true",
        "0644,  0,  0, g:50:0 m::4 g::0 o::4, false", // a group matched, and none of them grants
        "0644,  0, 33, g:50:4 m::4 g::0 o::0, true", // one of several groups grants
        "0400, 33,  0, u:33:0 m::0 g::0 o::0, true", // the owner never meets the list
        "0604,  0,  0, u:33:0 m::0 g::0 o::4, true", // no bits for the group: the kernel does not look at the list
    })
    void anAccessListDecidesAsTheKernelDoes(String mode, int uid, int gid, String list, boolean allowed) {
        assertThat(AccessRule.allows(stat(FILE, mode, uid, gid), acl(list), WEB, WebUser.READ))
                .isEqualTo(allowed);
    }

    @Test
    void rootMayAlways() {
        WebUser root = new WebUser("root", 0, 0, Set.of(0));
        assertThat(AccessRule.allows(stat(FOLDER, "0000", 33, 33), NO_ACL, root, WebUser.SEARCH))
                .isTrue();
    }

    /// The kernel itself is asked: the web user tries to open what the rule has judged.
    @Test
    void judgesAsTheKernelDoes(@TempDir Path folder) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: owners are changed");
        boolean lists = Files.exists(Path.of("/usr/bin/setfacl"));
        Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Random random = new Random(7);
        StringBuilder script = new StringBuilder("cd " + folder + "\n");
        String[] owners = {"root", "www-data", "games"};
        for (int i = 0; i < 300; i++) {
            String name = (i % 3 == 0 ? "d" : "f") + i;
            script.append(i % 3 == 0 ? "mkdir " : "touch ").append(name).append('\n');
            script.append("chown %s:%s %s\n".formatted(owners[random.nextInt(3)], owners[random.nextInt(3)], name));
            script.append("chmod %o %s\n".formatted(random.nextInt(01000), name));
            if (lists && random.nextBoolean()) {
                script.append("setfacl -m u:%s:%s,g:%s:%s,m::%s %s\n"
                        .formatted(
                                owners[random.nextInt(3)],
                                rwx(random),
                                owners[random.nextInt(3)],
                                rwx(random),
                                rwx(random),
                                name));
            }
        }
        run("bash", "-euc", script.toString());
        WebUser user = Accounts.read().find("www-data").orElseThrow();

        List<String> judged = new ArrayList<>();
        try (Kernel kernel = new Kernel()) {
            int descriptor = kernel.openRoot();
            for (Path part : folder.toRealPath()) {
                int inner = kernel.openFolder(descriptor, part.toString().getBytes(StandardCharsets.UTF_8), 0);
                kernel.close(descriptor);
                descriptor = inner;
            }
            for (byte[] name : kernel.nextNames(descriptor)) {
                Stat stat = kernel.stat(descriptor, name);
                byte[] acl = AccessRule.asksAcl(stat, user) ? kernel.acl(descriptor, name) : NO_ACL;
                if (AccessRule.allows(stat, acl, user, stat.isFolder() ? WebUser.SEARCH : WebUser.READ)) {
                    judged.add(Names.show(name));
                }
            }
            kernel.close(descriptor);
        }

        String reached = run(
                "setpriv",
                "--reuid=www-data",
                "--regid=www-data",
                "--init-groups",
                "perl",
                "-e",
                "chdir shift; for (glob '*') { if (/^d/) { if (chdir $_) { print \"$_\\n\"; chdir '..' or die } }"
                        + " elsif (open my $f, '<', $_) { print \"$_\\n\" } }",
                folder.toString());
        assertThat(judged).containsExactlyInAnyOrder(reached.strip().split("\n"));
        assertThat(judged).hasSizeBetween(50, 250);
    }

    private static String rwx(Random random) {
        int bits = random.nextInt(8);
        return ((bits & 4) != 0 ? "r" : "-") + ((bits & 2) != 0 ? "w" : "-") + ((bits & 1) != 0 ? "x" : "-");
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static Stat stat(int type, String mode, int uid, int gid) {
        return new Stat(type, Integer.parseInt(mode, 8), uid, gid, 1, 1, 1, 0, Instant.EPOCH, Instant.EPOCH, false, 1);
    }

    /// An access list as the kernel stores it, from entries `tag:id:bits`.
    private static byte[] acl(String entries) {
        String[] all = ("U::6 " + entries).split(" ");
        ByteBuffer list = ByteBuffer.allocate(4 + 8 * all.length).order(ByteOrder.LITTLE_ENDIAN);
        list.putInt(2);
        for (String entry : all) {
            String[] parts = entry.split(":");
            boolean named = !parts[1].isEmpty();
            int tag = switch (parts[0]) {
                case "U" -> 0x01;
                case "u" -> 0x02;
                case "g" -> named ? 0x08 : 0x04;
                case "m" -> 0x10;
                default -> 0x20;
            };
            list.putShort((short) tag).putShort(Short.parseShort(parts[2]));
            list.putInt(named ? Integer.parseInt(parts[1]) : -1);
        }
        return list.array();
    }
}
