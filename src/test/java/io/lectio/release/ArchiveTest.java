package io.lectio.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArchiveTest {
    private static final Bounds SMALL = new Bounds(20, 4_000, 100_000, 200);

    @TempDir
    private Path temporary = Path.of("");

    private Path folder = Path.of("");

    @BeforeEach
    void makeTheFolder() throws IOException {
        folder = temporary.toRealPath().resolve("new");
        newFolder();
    }

    private void newFolder() throws IOException {
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private List<String> unpack(byte[] archive) throws BadArchive, IOException {
        Unpacked unpacked = Archive.unpack(new ByteArrayInputStream(archive), folder, Bounds.USUAL);
        return unpacked.entries().stream().map(Unpacked.Entry::path).toList();
    }

    private static byte[] small() {
        return new TarBytes()
                .folder("./")
                .folder("./build/")
                .file("./build/index.html", "<html></html>")
                .file("./build/static/main.js", "let it = 1")
                .folder("build/static/")
                .end();
    }

    private void isThere() throws IOException {
        assertThat(folder.resolve("build/index.html")).hasContent("<html></html>");
        assertThat(folder.resolve("build/static/main.js")).hasContent("let it = 1");
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all.map(each -> folder.relativize(each).toString()))
                    .containsExactlyInAnyOrder("", "build", "build/index.html", "build/static", "build/static/main.js");
        }
    }

    @Test
    void aTarIsUnpackedAndToldWithSizesAndSums() throws Exception {
        Unpacked unpacked = Archive.unpack(new ByteArrayInputStream(small()), folder, SMALL);
        isThere();
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest("let it = 1".getBytes(UTF_8)));
        assertThat(unpacked.entries()).hasSize(2).contains(new Unpacked.Entry("build/static/main.js", 10, sum));
        assertThat(mode("build")).isEqualTo("rwx------");
        assertThat(mode("build/index.html")).isEqualTo("rw-------");
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(path)));
    }

    @Test
    void aTarGzIsUnpacked() throws Exception {
        assertThat(unpack(TarBytes.gzip(small()))).hasSize(2);
        isThere();
    }

    @Test
    void aZipIsUnpackedAlsoWhereItWasStreamed() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setComment("of commit 7b6b932");
            for (String name : List.of("build/", "build/index.html", "build/static/", "build/static/main.js")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write((name.endsWith("l") ? "<html></html>" : name.endsWith("s") ? "let it = 1" : "")
                        .getBytes(UTF_8));
            }
        }
        assertThat(unpack(bytes.toByteArray())).hasSize(2);
        isThere();
    }

    @Test
    void whatWindowsArchiverSeparatesByBackslashesIsUnpacked() throws Exception {
        byte[] zip = new ZipBytes()
                .add(ZipBytes.Entry.of("build\\index.html", "<html></html>").madeOn(ZipBytes.WINDOWS))
                .add(ZipBytes.Entry.of("build\\static\\", "")
                        .madeOn(ZipBytes.WINDOWS)
                        .dos(0x10))
                .add(ZipBytes.Entry.of("build\\static\\main.js", "let it = 1")
                        .madeOn(10)
                        .dos(0x20)
                        .method(0))
                .end();
        assertThat(unpack(zip)).containsExactly("build/index.html", "build/static/main.js");
        isThere();
    }

    @Test
    void longNamesAreThoseOfPaxAndOfGnu() throws Exception {
        String pax = "ж".repeat(100) + "/" + "p".repeat(200);
        String gnu = "g".repeat(150) + "/" + "n".repeat(200);
        byte[] tar = new TarBytes()
                .pax('g', "comment=7b6b932")
                .pax('x', "path=" + pax, "mtime=1.5", "SCHILY.xattr.user.any=\0\n")
                .file("cut", "1")
                .entry("././@LongLink", 'L', 0, gnu + "\0")
                .file("cut", "2")
                .pax('x', "size=3")
                .header("by pax".getBytes(UTF_8), '0', 0644, "00000000000\0")
                .content("333".getBytes(UTF_8))
                .end();
        assertThat(unpack(tar)).containsExactly(pax, gnu, "by pax");
        assertThat(folder.resolve("by pax")).hasContent("333");
    }

    @ParameterizedTest
    @MethodSource
    void isUnpackedAsTheHostsOwnToolsMakeIt(List<String> command) throws Exception {
        Path site = Files.createDirectory(temporary.resolve("site"));
        Files.createDirectories(site.resolve("build/static"));
        Files.writeString(site.resolve("build/index.html"), "<html></html>");
        Files.writeString(site.resolve("build/static/main.js"), "let it = 1");
        Process process = new ProcessBuilder(command)
                .directory(site.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] archive = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        assertThat(unpack(archive)).hasSize(2);
        isThere();
    }

    static Stream<List<String>> isUnpackedAsTheHostsOwnToolsMakeIt() {
        return Stream.of(
                        List.of("tar", "-c", "."),
                        List.of("tar", "-cz", "build"),
                        List.of("tar", "-c", "--format=posix", "."),
                        List.of("tar", "-c", "--format=ustar", "."),
                        List.of("tar", "-c", "--format=v7", "--format=gnu", "-b", "2048", "."),
                        List.of("bsdtar", "-cf", "-", "."),
                        List.of("bsdtar", "-cf", "-", "--format=ustar", "build"),
                        List.of("zip", "-qr", "-", "."),
                        List.of(
                                "python3",
                                "-c",
                                "import shutil, sys; shutil.make_archive('../made', 'zip', '.');"
                                        + " sys.stdout.buffer.write(open('../made.zip', 'rb').read())"))
                .filter(command -> Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(each -> Files.isExecutable(Path.of(each, command.getFirst()))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isRefused(String why, byte[] archive) throws IOException {
        assertThatThrownBy(() -> Archive.unpack(new ByteArrayInputStream(archive), folder, SMALL))
                .isInstanceOf(BadArchive.class)
                .hasMessageContaining(why.split(" \\(")[0]);
        try (Stream<Path> all = Files.list(temporary)) {
            assertThat(all).containsExactly(temporary.resolve("new"));
        }
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all).allMatch(each -> !Files.isSymbolicLink(each));
        }
    }

    private static Arguments tar(String why, TarBytes tar) {
        return Arguments.of(why, tar.end());
    }

    private static Arguments zip(String why, ZipBytes zip) {
        return Arguments.of(why, zip.end());
    }

    private static Arguments zip(String why, ZipBytes.Entry entry) {
        return Arguments.of(why, new ZipBytes().add(entry).end());
    }

    private static TarBytes files(String... names) {
        TarBytes tar = new TarBytes();
        for (String name : names) {
            tar.file(name, "x");
        }
        return tar;
    }

    static Stream<Arguments> isRefused() {
        byte[] latin = "caf\u00e9".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        return Stream.of(
                        Stream.of(
                                tar("an absolute name", files("/etc/passwd")),
                                tar("an absolute name (Windows)", files("C:/boot.ini")),
                                tar("leads by “..”", files("../x")),
                                tar("leads by “..” (inside)", files("a/../../x")),
                                tar("leads by “..” (last)", new TarBytes().folder("a/..")),
                                tar("leads by “.”", files("a/./x")),
                                tar("leads by “.” (twice)", files("././x")),
                                tar("leads by “”", files("a//x")),
                                tar("leads by “” (after a dot)", files(".//etc/passwd")),
                                tar("empty or longer", files("")),
                                tar("without a name", files(".")),
                                tar("backslash", files("a\\x")),
                                tar("control character", files("a\nx")),
                                tar("control character (C1)", files("a\u009bx")),
                                tar(
                                        "control character (NUL)",
                                        new TarBytes().pax('x', "path=a\0b").file("x", "")),
                                tar("not UTF-8", new TarBytes().header(latin, '0', 0644, "00000000000\0")),
                                tar(
                                        "not UTF-8 (said so)",
                                        new TarBytes()
                                                .pax('x', "hdrcharset=BINARY")
                                                .file("x", "")),
                                tar(
                                        "longer than 255 bytes",
                                        new TarBytes()
                                                .pax('x', "path=" + "ж".repeat(128))
                                                .file("x", "")),
                                tar(
                                        "longer than 4000 bytes",
                                        new TarBytes()
                                                .pax('x', "path=" + "a/".repeat(2_001) + "x")
                                                .file("x", "")),
                                tar(
                                        "deeper than 64",
                                        new TarBytes()
                                                .pax('x', "path=" + "a/".repeat(64) + "x")
                                                .file("x", "")),
                                tar("a link", new TarBytes().entry("x", '2', 0777, "")),
                                tar("a link (GNU, long)", new TarBytes().entry("x", 'K', 0777, "a")),
                                tar("a hard link", new TarBytes().entry("x", '1', 0644, "")),
                                tar("a device", new TarBytes().entry("x", '3', 0644, "")),
                                tar("a device (block)", new TarBytes().entry("x", '4', 0644, "")),
                                tar("a FIFO", new TarBytes().entry("x", '6', 0644, "")),
                                tar("a sparse file", new TarBytes().entry("x", 'S', 0644, "")),
                                tar(
                                        "a sparse file (pax)",
                                        new TarBytes()
                                                .pax('x', "GNU.sparse.major=1")
                                                .file("x", "")),
                                tar("unknown kind", new TarBytes().entry("x", 'M', 0644, "")),
                                tar("set-id", new TarBytes().entry("x", '0', 04755, "")),
                                tar("set-id (folder)", new TarBytes().entry("x", '5', 02755, "")),
                                tar("twice", files("x", "./x")),
                                tar("twice (folder)", new TarBytes().folder("x").folder("x/")),
                                tar("a file and a folder", files("x", "x/y")),
                                tar("a file and a folder (after)", files("x/y", "x")),
                                tar(
                                        "a file and a folder (empty)",
                                        new TarBytes().folder("x").file("x", "")),
                                tar("other letters", files("Main.js", "main.js")),
                                tar("other letters (folder)", files("Static/a", "static/b")),
                                tar("other letters (accents)", files("caf\u00e9", "cafe\u0301")),
                                tar("other letters (sharp s)", files("stra\u00dfe", "STRASSE")),
                                tar("more than 20 entries", files("abcdefghijklmnopqrstu".split(""))),
                                tar(
                                        "more than 20 files and folders",
                                        files("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u")),
                                tar("larger than 100000 bytes", files("a").file("x", "x".repeat(100_000))),
                                tar(
                                        "larger than 8 GiB",
                                        new TarBytes()
                                                .header(new byte[] {'x'}, '0', 0644, "\u0080\0\0\0\0\0\0\0\0\0\0\1")),
                                tar(
                                        "larger than 100000 bytes (said)",
                                        new TarBytes().header(new byte[] {'x'}, '0', 0644, "77777777777\0")),
                                tar("a folder with content", new TarBytes().entry("x", '5', 0755, "content")),
                                tar("a folder with content (by its slash)", files("x/")),
                                tar("damaged", new TarBytes().header(new byte[] {'x'}, '0', 0644, "00000000009\0")),
                                tar(
                                        "damaged (pax size)",
                                        new TarBytes().pax('x', "size=-1").file("x", "")),
                                tar(
                                        "damaged (pax length)",
                                        new TarBytes()
                                                .entry("pax", 'x', 0, "99 path=y\n")
                                                .file("x", "")),
                                tar(
                                        "damaged (pax record)",
                                        new TarBytes()
                                                .entry("pax", 'x', 0, "7 paths")
                                                .file("x", "")),
                                tar(
                                        "two headers",
                                        new TarBytes()
                                                .pax('x', "a=b")
                                                .pax('x', "a=b")
                                                .file("x", "")),
                                tar(
                                        "damaged (a record twice)",
                                        new TarBytes()
                                                .pax('x', "path=a", "path=b")
                                                .file("x", "")),
                                tar(
                                        "one name for all",
                                        new TarBytes().pax('g', "path=a").file("x", "")),
                                tar(
                                        "attributes are too long",
                                        new TarBytes()
                                                .pax('x', "any.a=" + "x".repeat(70_000))
                                                .file("x", "")),
                                tar(
                                        "goes on after its end (a header for nothing)",
                                        files("x").pax('x', "path=y")),
                                Arguments.of(
                                        "goes on after its end",
                                        new TarBytes()
                                                .raw(files("x").end())
                                                .raw(new byte[] {1})
                                                .withoutEnd()),
                                Arguments.of(
                                        "goes on after its end (one zero block)",
                                        files("x")
                                                .raw(new byte[512])
                                                .file("y", "")
                                                .end()),
                                Arguments.of("cut off (no end)", files("x").withoutEnd()),
                                Arguments.of(
                                        "goes on after its end (padding)",
                                        files("x").raw(new byte[2 << 20]).end()),
                                Arguments.of("something follows", join(TarBytes.gzip(small()), new byte[] {1})),
                                Arguments.of(
                                        "something follows (a member)",
                                        join(TarBytes.gzip(small()), TarBytes.gzip(small()))),
                                Arguments.of(
                                        "goes on after its end (a bomb)",
                                        TarBytes.gzip(files("x")
                                                .raw(new byte[11 << 20])
                                                .end())),
                                Arguments.of("no archive that can be unpacked here", new byte[1_024]),
                                Arguments.of("it is empty", new byte[0]),
                                Arguments.of(
                                        "no archive that can be unpacked here: xz",
                                        new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0})),
                        Stream.of(
                                zip("an absolute name", ZipBytes.Entry.of("/x", "")),
                                zip("leads by “..”", ZipBytes.Entry.of("../x", "")),
                                zip(
                                        "leads by “..” (Windows)",
                                        ZipBytes.Entry.of("a\\..\\..\\x", "").madeOn(ZipBytes.WINDOWS)),
                                zip(
                                        "an absolute name (Windows)",
                                        ZipBytes.Entry.of("\\x", "").madeOn(ZipBytes.WINDOWS)),
                                zip(
                                        "an absolute name (drive)",
                                        ZipBytes.Entry.of("C:\\x", "").madeOn(ZipBytes.WINDOWS)),
                                zip("backslash", ZipBytes.Entry.of("a\\x", "")),
                                zip("not UTF-8", ZipBytes.Entry.of("x", "").name(latin)),
                                zip("empty or longer", ZipBytes.Entry.of("", "")),
                                zip(
                                        "a link",
                                        ZipBytes.Entry.of("x", "/etc/passwd").mode(0120777)),
                                zip(
                                        "a link (to a folder)",
                                        ZipBytes.Entry.of("x/", "").mode(0120777)),
                                zip(
                                        "a link (Windows)",
                                        ZipBytes.Entry.of("x", "")
                                                .madeOn(ZipBytes.WINDOWS)
                                                .dos(0x400)),
                                zip(
                                        "neither a file nor a folder",
                                        ZipBytes.Entry.of("x", "").mode(010644)),
                                zip(
                                        "neither a file nor a folder (both)",
                                        ZipBytes.Entry.of("x", "").mode(040755)),
                                zip(
                                        "neither a file nor a folder (slash)",
                                        ZipBytes.Entry.of("x/", "").mode(0100644)),
                                zip("set-id", ZipBytes.Entry.of("x", "").mode(0104755)),
                                zip("encrypted", ZipBytes.Entry.of("x", "").flags(1)),
                                zip("unusual method", ZipBytes.Entry.of("x", "").method(12)),
                                zip(
                                        "unusual method (patch)",
                                        ZipBytes.Entry.of("x", "").flags(0x20)),
                                zip(
                                        "two things (name)",
                                        ZipBytes.Entry.of("x", "").localName("y")),
                                zip(
                                        "two things (stored)",
                                        ZipBytes.Entry.of("x", "long").method(0).size(3)),
                                zip(
                                        "damaged (longer)",
                                        ZipBytes.Entry.of("x", "long").size(3)),
                                zip(
                                        "cut off (shorter)",
                                        ZipBytes.Entry.of("x", "long").size(5)),
                                zip("a folder with content", ZipBytes.Entry.of("x/", "content")),
                                zip("twice", new ZipBytes().file("x", "1").file("x", "2")),
                                zip(
                                        "other letters",
                                        new ZipBytes().file("x", "1").file("X", "2")),
                                zip("larger than 100000 bytes", ZipBytes.Entry.of("x", "x".repeat(100_001))),
                                zip(
                                        "two things (a gap)",
                                        new ZipBytes()
                                                .file("x", "")
                                                .raw(new byte[9])
                                                .file("y", "")),
                                zip("more in it", new ZipBytes().file("x", "").raw(new byte[] {1})),
                                zip(
                                        "times as large",
                                        ZipBytes.Entry.of("x", "x").size(11 << 20)),
                                Arguments.of(
                                        "cut off (bytes after its end)",
                                        join(new ZipBytes().file("x", "").end(), new byte[] {1}))))
                .flatMap(each -> each);
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    void aRefusalNamesTheEntryAndTheMendAndNoLetterOfItMovesATerminal() {
        assertThatThrownBy(() -> unpack(files("a\u001b[2Jx").end()))
                .hasMessage("refused: a\\x1b[2Jx: the name has a control character; rename the file");
    }

    @Test
    void theFolderIsEmptyAndNobodyElseWritesInIt() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(() -> unpack(small()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("others may write");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.createFile(folder.resolve("here"));
        assertThatThrownBy(() -> unpack(small()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not empty");
        Path link = Files.createSymbolicLink(folder.resolveSibling("link"), folder);
        assertThatThrownBy(() -> Archive.unpack(new ByteArrayInputStream(small()), link, SMALL))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource
    @Tag("slow")
    void whatIsCutOffAnywhereIsRefused(byte[] archive) throws IOException {
        for (int length = 0; length < archive.length; length++) {
            byte[] cut = Arrays.copyOf(archive, length);
            assertThatThrownBy(() -> unpack(cut)).as("%d bytes", length).isInstanceOf(BadArchive.class);
            Scratch.remove(folder);
            newFolder();
        }
    }

    static Stream<byte[]> whatIsCutOffAnywhereIsRefused() {
        return Stream.of(
                files("a").folder("b").end(),
                TarBytes.gzip(small()),
                new ZipBytes()
                        .file("a", "content")
                        .add(ZipBytes.Entry.of("b/c", "content").flags(8))
                        .end());
    }
}
