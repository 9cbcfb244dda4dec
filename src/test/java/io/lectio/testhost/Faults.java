package io.lectio.testhost;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The ways in which a page stops being readable for its web server.
public enum Faults implements Fault {
    /// `chmod 000` on the page itself.
    PAGE_CHMOD_000(Seen.PAGE, "broken+=($B/index.html)", "chmod 000 $B/index.html"),
    /// The whole build as `scp` by root leaves it: root's, folders 0700, files 0600.
    BUILD_AS_ROOT_SCP(
            Seen.PAGE_AND_ASSET,
            "mapfile -t -O ${#broken[@]} broken < <(find $B)",
            "chown -R root:root $B; chmod -R u=rwX,go= $B"),
    /// Only the build's folder is root's and 0700; what is in it stays.
    BUILD_ROOT_0700(Seen.PAGE_AND_ASSET, "broken+=($B)", "chown root:root $B; chmod 700 $B"),
    /// `chmod 000` on the main script.
    ASSET_CHMOD_000(Seen.ASSET, "broken+=($ASSET)", "chmod 000 $ASSET"),
    /// `chmod 000` on every file but the page.
    ALL_ASSETS_CHMOD_000(
            Seen.ASSET,
            "mapfile -t assets < <(find $B -type f ! -name index.html); broken+=(\"${assets[@]}\")",
            "chmod 000 \"${assets[@]}\""),
    /// `chmod 000` on a chunk that the page does not name.
    CHUNK_CHMOD_000(Seen.CHUNK, "broken+=($B" + Seen.CHUNK_URL + ")", "chmod 000 $B" + Seen.CHUNK_URL),
    /// The site's folder above the build is root's and 0700.
    PARENT_CLOSED(Seen.PAGE_AND_ASSET, "broken+=($W)", "chown root:root $W; chmod 700 $W"),
    /// The main script is root's 0644, and an entry of its access list shuts the web server out.
    ASSET_ACL_DENIED(
            Seen.ASSET,
            "broken+=($ASSET)",
            "chown root:root $ASSET; chmod 644 $ASSET; setfacl -m u:www-data:--- $ASSET"),
    /// A new build, root's, 0700 and 0600, is moved into the place of the old one by two renames.
    BUILD_SWAPPED(Seen.PAGE_AND_ASSET, """
            cp -a $B $W/frontend/build.new
            chown -R root:root $W/frontend/build.new; chmod -R u=rwX,go= $W/frontend/build.new
            new=$(stat -c %i $W/frontend/build.new)
            broken+=($B)
            """, """
            mv -T $B $W/frontend/build.old; mv -T $W/frontend/build.new $B
            [ "$(stat -c %i $B)" = "$new" ]
            """),
    /// Files arrive one by one in the live folder as root's, umask 077, in [#lasts()]; [#inject(TestHost)] returns
    /// after the last.
    SLOW_SCP(Seen.PAGE_AND_ASSET, """
            mapfile -t files < <(cd $B && find . -type f | sort)
            mapfile -t -O ${#broken[@]} broken < <(find $B -type f)
            rm -rf /srv/arriving; cp -a $B /srv/arriving
            umask 077
            """, """
            printf '%s\\n' "${files[@]}" >/srv/arriving.list
            python3 -c '
            import os, shutil, sys, time
            build, names = sys.argv[1], open("/srv/arriving.list").read().split("\\n")[:-1]
            start = time.monotonic()
            for i, name in enumerate(names):
                os.unlink(os.path.join(build, name))
                shutil.copyfile(os.path.join("/srv/arriving", name), os.path.join(build, name))
                time.sleep(max(0, start + 4 * (i + 1) / len(names) - time.monotonic()))
            ' $B
            rm -rf /srv/arriving
            """);

    static final String FILES_IN_ORDER = """
            set -euo pipefail
            W=/var/www/teaching_panel
            rm -rf $W/frontend/build.old $W/frontend/build.new /srv/arriving
            setfacl -R -b $W/frontend; chown -R www-data:www-data $W
            chmod 755 $W; find $W/frontend -type d -exec chmod 755 {} + -o -exec chmod 644 {} +
            """;

    private static final String MEND = FILES_IN_ORDER + """
            for url in / %s %s; do curl -fsS -m 5 -o /dev/null http://localhost$url; done
            """.formatted(FaultScript.ASSET_URL, Seen.CHUNK_URL);

    private final String watched;
    private final String before;
    private final String breaking;

    Faults(String watched, String before, String breaking) {
        this.watched = watched;
        this.before = before;
        this.breaking = breaking;
    }

    @Override
    public FaultScript script() {
        return new FaultScript(before, breaking, "");
    }

    @Override
    public List<String> watched() {
        return List.of(watched.split(" ", -1));
    }

    @Override
    public Duration lasts() {
        return this == SLOW_SCP ? Duration.ofSeconds(4) : Duration.ZERO;
    }

    /// Puts the site in order by hand after any of these faults, and checks that it answers.
    public static void mend(TestHost host) {
        host.sh(MEND);
    }

    static Instant instant(String seconds) {
        BigDecimal at = new BigDecimal(seconds);
        return Instant.ofEpochSecond(0, at.movePointRight(9).longValueExact());
    }

    /// Constants that the constants above may use.
    private static final class Seen {
        private static final String CHUNK_URL = "/static/js/57.chunk.js";
        private static final String PAGE = "/";
        private static final String ASSET = FaultScript.ASSET_URL;
        private static final String CHUNK = CHUNK_URL;
        private static final String PAGE_AND_ASSET = "/ " + FaultScript.ASSET_URL;
    }
}
