package io.lectio.release;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Small builds as Create React App and Vite make them, to be changed in one place.
final class SampleBuild {
    private static final String PNG = "\u0089PNG\r\n\u001a\n";

    private final TreeMap<String, byte[]> files = new TreeMap<>();

    static SampleBuild cra() {
        return new SampleBuild()
                .with(
                        "index.html",
                        "<!doctype html><html lang=\"ru\"><head><meta charset=\"utf-8\"/>"
                                + "<link rel=\"icon\" href=\"/favicon.ico\"/>"
                                + "<link rel=\"apple-touch-icon\" href=\"/logo192.png\"/>"
                                + "<link rel=\"manifest\" href=\"/manifest.json\"/><title>Занятия</title>"
                                + "<script defer=\"defer\" src=\"/static/js/main.0a1b2c3d.js\"></script>"
                                + "<link href=\"/static/css/main.e6c13ad2.css\" rel=\"stylesheet\">"
                                + "</head><body><noscript>Нужен JavaScript</noscript><div id=\"root\"></div></body></html>")
                .with("static/js/main.0a1b2c3d.js", """
                        /*! For license information please see main.0a1b2c3d.js.LICENSE.txt */
                        (()=>{"use strict";var e={};n.u=e=>"static/js/"+e+"."+{787:"c0ffee11"}[e]+".chunk.js",
                        n.p="/";const t=n.p+"static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg";
                        console.log("lodash-template.js","jquery-ui.css","./cypress-examples.js")})();
                        //# sourceMappingURL=main.0a1b2c3d.js.map""")
                .with("static/js/main.0a1b2c3d.js.LICENSE.txt", "/** @license React */")
                .with("static/js/main.0a1b2c3d.js.map", "{\"version\":3}")
                .with(
                        "static/js/787.c0ffee11.chunk.js",
                        "\"use strict\";(self.webpackChunkx=self.webpackChunkx||[]).push([[787],{}]);")
                .with("static/css/main.e6c13ad2.css", """
                        @namespace svg url(http://www.w3.org/2000/svg);
                        /* body{background:url(/gone-long-ago.png)} */
                        .a{background:url(/static/media/hero.1f2e3d4c5b6a79881234.png)}
                        @font-face{src:url(/static/media/f.aabbccdd00112233.woff2?v=1#iefix) format("woff2")}
                        .b{background:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' fill='url(%23a)'/%3E")}
                        .c{clip-path:url(#clip);background:url( '../media/Фон.77665544332211009988.png' )}
                        /*# sourceMappingURL=main.e6c13ad2.css.map*/""")
                .with("static/media/hero.1f2e3d4c5b6a79881234.png", PNG)
                .with("static/media/Фон.77665544332211009988.png", PNG)
                .with("static/media/f.aabbccdd00112233.woff2", "wOF2xxxx")
                .with(
                        "static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
                        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
                .with("asset-manifest.json", """
                        {
                          "files": {
                            "main.css": "/static/css/main.e6c13ad2.css",
                            "main.js": "/static/js/main.0a1b2c3d.js",
                            "static/js/787.c0ffee11.chunk.js": "/static/js/787.c0ffee11.chunk.js",
                            "static/media/logo.svg": "/static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg",
                            "index.html": "/index.html",
                            "main.0a1b2c3d.js.map": "/static/js/main.0a1b2c3d.js.map"
                          },
                          "entrypoints": [
                            "static/css/main.e6c13ad2.css",
                            "static/js/main.0a1b2c3d.js"
                          ]
                        }""")
                .with("service-worker.js", """
                        !function(){"use strict";const e=[{'revision':"1c2","url":"/index.html"},{revision:null,
                        url:"/static/js/main.0a1b2c3d.js"},{"url":"/static/css/main.e6c13ad2.css","revision":null}];
                        self.addEventListener("push",(t=>{self.registration.showNotification("Урок",{data:{url:"/lessons/42"}})}));
                        fetch({url:"/api/ping"})}();""")
                .with("manifest.json", "\ufeff{\"short_name\":\"Занятия\",\"icons\":[{\"src\":\"logo192.png\"}]}")
                .with("logo192.png", PNG)
                .with("favicon.ico", "\0\0\1\0xx")
                .with("robots.txt", "# https://www.robotstxt.org/robotstxt.html\nUser-agent: *\nDisallow:\n");
    }

    static SampleBuild vite() {
        return new SampleBuild()
                .with("index.html", """
                        <!doctype html>
                        <html><head><link rel="icon" type="image/svg+xml" href="/vite.svg" />
                        <script type="module" crossorigin src="/assets/index-B3xQ9a_z.js"></script>
                        <link rel="modulepreload" crossorigin href="/assets/vendor-DkA0b-9Z.js">
                        <link rel="stylesheet" crossorigin href="/assets/index-Cw4_lE2t.css">
                        </head><body><div id="root"></div></body></html>
                        """)
                .with("assets/index-B3xQ9a_z.js", """
                        const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/Board-q2W-7hYt.js",
                        "assets/vendor-DkA0b-9Z.js","assets/Board-Zx81_cVb.css"])))=>i.map(i=>d[i]);
                        import{r as e}from"./vendor-DkA0b-9Z.js";const t=()=>e(()=>import("./Board-q2W-7hYt.js"),
                        __vite__mapDeps([0,1,2]));const n="/assets/logo-BfGh12Kl.svg",w="regenerator-runtime.js",
                        v="some/package-settings.js",u=`https://cdn.example/x-AbCd1234.js`;""")
                .with("assets/vendor-DkA0b-9Z.js", "export{e as r};")
                .with("assets/Board-q2W-7hYt.js", "import{r}from\"./vendor-DkA0b-9Z.js\";export default r;")
                .with("assets/Board-Zx81_cVb.css", ".board{src:url(/assets/inter-D3f_4Gh5.woff)}")
                .with("assets/index-Cw4_lE2t.css", "@import\"x\";.a{background:url(./photo-Aa1Bb2Cc.jpg)}")
                .with("assets/photo-Aa1Bb2Cc.jpg", "RIFF\0\0\0\0WEBP") // as photos are renamed in real life
                .with("assets/inter-D3f_4Gh5.woff", "wOFF")
                .with("assets/logo-BfGh12Kl.svg", "<?xml version=\"1.0\"?><svg/>")
                .with("vite.svg", "<svg/>")
                .with(".vite/manifest.json", """
                        {
                          "index.html": {
                            "file": "assets/index-B3xQ9a_z.js",
                            "src": "index.html", "isEntry": true,
                            "imports": ["_vendor-DkA0b-9Z.js"],
                            "dynamicImports": ["src/Board.jsx"],
                            "css": [ "assets/index-Cw4_lE2t.css" ],
                            "assets": [ "assets/photo-Aa1Bb2Cc.jpg", "assets/logo-BfGh12Kl.svg" ]
                          },
                          "src/Board.jsx": { "file": "assets/Board-q2W-7hYt.js", "css": ["assets/Board-Zx81_cVb.css"] }
                        }""")
                .with(
                        "sw.js",
                        "precacheAndRoute([{url:\"assets/vendor-DkA0b-9Z.js\",revision:null},{url:\"index.html\",revision:\"9f\"}])");
    }

    /// Each character of a file that is no text stands for a byte.
    SampleBuild with(String path, String content) {
        boolean bytes = content.startsWith("\u0089") || content.startsWith("\u00ff");
        files.put(path, content.getBytes(bytes ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
        return this;
    }

    SampleBuild without(String path) {
        if (files.remove(path) == null) {
            throw new IllegalArgumentException("it has no " + path);
        }
        return this;
    }

    SampleBuild changed(String path, String from, String to) {
        String text = new String(files.get(path), StandardCharsets.UTF_8);
        if (!text.contains(from)) {
            throw new IllegalArgumentException(path + " has no " + from);
        }
        return with(path, text.replace(from, to));
    }

    Map<String, byte[]> files() {
        return files;
    }

    void write(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    Manifest manifest() throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            entries.add(new Manifest.Entry(
                    file.getKey(),
                    file.getValue().length,
                    Manifest.sha256(new ByteArrayInputStream(file.getValue())),
                    0));
        }
        return new Manifest(entries);
    }

    byte[] tar() {
        TarBytes tar = new TarBytes();
        files.forEach((path, content) -> tar.header(
                        path.getBytes(StandardCharsets.UTF_8), '0', 0644, "%011o\0".formatted(content.length))
                .content(content));
        return tar.end();
    }

    /// Takes each `src` and `href` of a page of ours, which has them in double quotes, for the address of a file.
    static final class PlainReader implements PageReader {
        private static final Pattern NAMED = Pattern.compile("(?:src|href)=\"([^\"]+)\"");
        private static final Pattern MARK = Pattern.compile("<div id=\"([^\"]+)\"");

        @Override
        public Page read(URI from, byte[] html) {
            String text = new String(html, StandardCharsets.UTF_8);
            List<URI> named = NAMED.matcher(text)
                    .results()
                    .map(found -> from.resolve(found.group(1)))
                    .filter(url -> from.getHost().equals(url.getHost()))
                    .toList();
            Set<String> marks = new HashSet<>();
            MARK.matcher(text).results().forEach(found -> marks.add(found.group(1)));
            return new Page(named, marks);
        }
    }
}
