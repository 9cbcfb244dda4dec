package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BuildTest {
    private static final URI PAGE = URI.create("https://lectio.example/");
    private static final String SCRIPT = "assets/index-B3xQ9a_z.js";

    @TempDir
    private Path folder = Path.of("");

    private List<String> faults(SampleBuild sample, URI... elsewhere) throws IOException {
        return read(sample, sample.manifest()).faults(Set.of(elsewhere));
    }

    private Build read(SampleBuild sample, Manifest manifest) throws IOException {
        sample.write(folder);
        return new Build(folder, manifest, PAGE, new SampleBuild.PlainReader());
    }

    private static SampleBuild cra() {
        return SampleBuild.cra();
    }

    private static SampleBuild vite() {
        return SampleBuild.vite();
    }

    static Stream<Arguments> whole() {
        return Stream.of(
                argumentSet("Create React App's", cra()),
                argumentSet("Vite's", vite()),
                argumentSet("without source maps", cra().without("static/js/main.0a1b2c3d.js.map")),
                argumentSet(
                        "without lists", cra().without("asset-manifest.json").without("service-worker.js")),
                argumentSet("a page without files", new SampleBuild().with("index.html", "<p>")),
                argumentSet(
                        "an empty file that nobody names",
                        cra().with("empty.css", "").with("a.json", "")),
                argumentSet("a favicon that is a PNG", cra().with("favicon.ico", "\u0089PNG")),
                argumentSet("a PNG that is a JPEG", cra().with("logo192.png", "\u00ff\u00d8\u00ff\u00e0")),
                argumentSet(
                        "files without ending",
                        cra().with("json", "x").with("png", "x").with(".well-known/css", "<")),
                argumentSet("a JSON with a mark and blanks", cra().with("a.json", "\ufeff \n[1]")),
                argumentSet(
                        "a link to another host",
                        cra().changed("index.html", "/logo192.png", "https://a.example/b.js")),
                argumentSet("a link to a folder", cra().changed("index.html", "/logo192.png", "/")),
                argumentSet(
                        "another case and a port in the host",
                        cra().changed("index.html", "/logo192.png", "https://lectio.example:443/logo192.png")),
                argumentSet(
                        "an address with letters escaped",
                        cra().with("Обложка 1.png", "\u0089PNG")
                                .changed(
                                        "index.html",
                                        "/logo192.png",
                                        "/%D0%9E%D0%B1%D0%BB%D0%BE%D0%B6%D0%BA%D0%B0%201.png")),
                argumentSet("a query", vite().changed("index.html", "/vite.svg", "/vite.svg?v=3")),
                argumentSet(
                        "Vite with a base of its own for scripts",
                        vite().changed(SCRIPT, "\"assets/Board", "\"/assets/Board")),
                argumentSet(
                        "styles with what is no file",
                        vite().with(
                                        "assets/x.css",
                                        "a{b:url();c:url(var(--x));d:url(about:blank);e:url(//x.example/y.png);f:url(blob:x)}")),
                argumentSet(
                        "a worker that imports",
                        cra().with("sw.js", "importScripts('https://x/y.js');const c={url:'/a.js'}")));
    }

    @ParameterizedTest
    @MethodSource("whole")
    void passes(SampleBuild sample) throws IOException {
        assertThat(faults(sample)).isEmpty();
    }

    static Stream<Arguments> faulty() {
        return Stream.of(
                argumentSet("no page", cra().without("index.html"), "index.html is empty"),
                argumentSet("an empty page", cra().with("index.html", ""), "index.html is empty"),
                argumentSet(
                        "its script is gone",
                        cra().without("static/js/main.0a1b2c3d.js"),
                        "index.html names static/js/main.0a1b2c3d.js, which is not in the build"),
                argumentSet(
                        "its style is gone",
                        vite().without("assets/index-Cw4_lE2t.css"),
                        "index.html names assets/index-Cw4_lE2t.css, which is not in the build"),
                argumentSet(
                        "its icon is gone",
                        cra().without("favicon.ico"),
                        "index.html names favicon.ico, which is not in the build"),
                argumentSet(
                        "its manifest is gone",
                        cra().without("manifest.json"),
                        "index.html names manifest.json, which is not in the build"),
                argumentSet(
                        "its script is empty",
                        cra().with("static/js/main.0a1b2c3d.js", ""),
                        "static/js/main.0a1b2c3d.js is empty, and index.html names it"),
                argumentSet(
                        "an image of its style is gone",
                        cra().without("static/media/hero.1f2e3d4c5b6a79881234.png"),
                        "static/css/main.e6c13ad2.css names static/media/hero.1f2e3d4c5b6a79881234.png, which is not in the build"),
                argumentSet(
                        "an image with other letters is gone",
                        cra().without("static/media/Фон.77665544332211009988.png"),
                        "static/css/main.e6c13ad2.css names static/media/Фон.77665544332211009988.png, which is not in the build"),
                argumentSet(
                        "a font is gone",
                        vite().without("assets/inter-D3f_4Gh5.woff"),
                        "assets/Board-Zx81_cVb.css names assets/inter-D3f_4Gh5.woff, which is not in the build"),
                argumentSet(
                        "a chunk of its list is gone",
                        cra().without("static/js/787.c0ffee11.chunk.js"),
                        "asset-manifest.json names static/js/787.c0ffee11.chunk.js, which is not in the build"),
                argumentSet(
                        "its worker stores what is gone",
                        cra().changed("service-worker.js", "\"/index.html\"", "\"/about.html\""),
                        "service-worker.js names about.html, which is not in the build"),
                argumentSet(
                        "Vite's worker stores what is gone",
                        vite().changed("sw.js", "url:\"index.html\"", "url:\"old.html\""),
                        "sw.js names old.html, which is not in the build"),
                argumentSet(
                        "a part that Vite imports is gone",
                        vite().without("assets/Board-q2W-7hYt.js"),
                        SCRIPT + " names assets/Board-q2W-7hYt.js, which is not in the build"),
                argumentSet(
                        "a part that Vite imports is empty",
                        vite().with("assets/Board-q2W-7hYt.js", ""),
                        "assets/Board-q2W-7hYt.js is empty, and " + SCRIPT + " names it"),
                argumentSet(
                        "a style of a part is gone, without a list",
                        vite().without(".vite/manifest.json").without("assets/Board-Zx81_cVb.css"),
                        SCRIPT + " names assets/Board-Zx81_cVb.css, which is not in the build"),
                argumentSet(
                        "an image of Vite's list is gone",
                        vite().without("assets/logo-BfGh12Kl.svg"),
                        ".vite/manifest.json names assets/logo-BfGh12Kl.svg, which is not in the build"),
                argumentSet(
                        "a page as a script",
                        vite().with(SCRIPT, "\n<!doctype html>"),
                        SCRIPT + " is no .js file by its content"),
                argumentSet("a page as a style", cra().with("a.css", "<html>"), "a.css is no .css file by its content"),
                argumentSet(
                        "a page as an image",
                        cra().with("logo192.png", "<html>"),
                        "logo192.png is no .png file by its content"),
                argumentSet(
                        "a page as a drawing",
                        vite().with("vite.svg", "<!DOCTYPE HTML>"),
                        "vite.svg is no .svg file by its content"),
                argumentSet(
                        "a pointer to a font",
                        vite().with("assets/inter-D3f_4Gh5.woff", "version https://git-lfs.github.com/spec/v1"),
                        "assets/inter-D3f_4Gh5.woff is no .woff file by its content"),
                argumentSet(
                        "a page as JSON",
                        cra().with("manifest.json", "<!doctype html>"),
                        "manifest.json is no .json file by its content"));
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void tellsTheFault(SampleBuild sample, String fault) throws IOException {
        assertThat(faults(sample)).contains(fault);
    }

    @Test
    void anAddressThatTheLivePageNamesTooMayBeElsewhere() throws IOException {
        SampleBuild sample = cra().changed("index.html", "/logo192.png", "/media/logo.png");
        assertThat(faults(sample)).containsExactly("index.html names media/logo.png, which is not in the build");
        assertThat(faults(sample, PAGE.resolve("/media/logo.png"))).isEmpty();
    }

    @Test
    void aChunkThatWasCarriedInIsNotOfTheBuild() throws IOException {
        SampleBuild sample = cra();
        Manifest carried = new Manifest(sample.manifest().entries().stream()
                .map(entry -> entry.path().startsWith("static/js/787")
                        ? new Manifest.Entry(entry.path(), entry.size(), entry.sha256(), 1)
                        : entry)
                .toList());
        Build build = read(sample, carried);
        assertThat(build.count()).isEqualTo(sample.files().size() - 1);
        assertThat(build.faults(Set.of()))
                .containsExactly(
                        "asset-manifest.json names static/js/787.c0ffee11.chunk.js, which is not in the build");
    }

    @Test
    void onlyTheFirstFewFaultsAreTold() throws IOException {
        SampleBuild sample = cra();
        for (int i = 0; i < 20; i++) {
            sample.with("broken" + i + ".json", "<html>");
        }
        assertThat(faults(sample)).hasSize(5);
    }
}
