package io.lectio.testhost;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The ways in which a page stops being readable for its web server, each put into a host by one script inside it.
///
/// [#inject(TestHost)] proves that the break really happened in a way that a guard's quick repair cannot hide: what
/// is broken was readable before, every breaking command succeeded, and every broken inode's change time is not
/// before the instant (a repair only moves it on).
public enum Faults {
    /// `chmod 000` on the page itself.
    PAGE_CHMOD_000(Seen.PAGE, "broken=($B/index.html); now; chmod 000 $B/index.html"),
    /// The whole build as `scp` by root leaves it: root's, folders 0700, files 0600.
    BUILD_AS_ROOT_SCP(
            Seen.PAGE_AND_ASSET, "mapfile -t broken < <(find $B); now; chown -R root:root $B; chmod -R u=rwX,go= $B"),
    /// Only the build's folder is root's and 0700; what is in it stays.
    BUILD_ROOT_0700(Seen.PAGE_AND_ASSET, "broken=($B); now; chown root:root $B; chmod 700 $B"),
    /// `chmod 000` on the main script.
    ASSET_CHMOD_000(Seen.ASSET, "broken=($ASSET); now; chmod 000 $ASSET"),
    /// `chmod 000` on every file but the page.
    ALL_ASSETS_CHMOD_000(
            Seen.ASSET, "mapfile -t broken < <(find $B -type f ! -name index.html); now; chmod 000 \"${broken[@]}\""),
    /// `chmod 000` on a chunk that the page does not name.
    CHUNK_CHMOD_000(Seen.CHUNK, "broken=($B" + Seen.CHUNK_URL + "); now; chmod 000 \"${broken[@]}\""),
    /// The site's folder above the build is root's and 0700.
    PARENT_CLOSED(Seen.PAGE_AND_ASSET, "broken=($W); now; chown root:root $W; chmod 700 $W"),
    /// The main script is root's 0644, and an entry of its access list shuts the web server out.
    ASSET_ACL_DENIED(
            Seen.ASSET,
            "broken=($ASSET); now; chown root:root $ASSET; chmod 644 $ASSET; setfacl -m u:www-data:--- $ASSET"),
    /// A new build, root's, 0700 and 0600, is moved into the place of the old one by two renames.
    BUILD_SWAPPED(Seen.PAGE_AND_ASSET, """
            cp -a $B $W/frontend/build.new
            chown -R root:root $W/frontend/build.new; chmod -R u=rwX,go= $W/frontend/build.new
            new=$(stat -c %i $W/frontend/build.new)
            broken=($B)
            now; mv -T $B $W/frontend/build.old; mv -T $W/frontend/build.new $B
            [ "$(stat -c %i $B)" = "$new" ]
            """),
    /// Files arrive one by one in the live folder as root's, umask 077, in [#lasts()]; [#inject(TestHost)] returns
    /// after the last.
    SLOW_SCP(Seen.PAGE_AND_ASSET, """
            mapfile -t files < <(cd $B && find . -type f | sort)
            mapfile -t broken < <(find $B -type f)
            rm -rf /root/arriving; cp -a $B /root/arriving
            umask 077
            now
            start=$(date +%s%N) step=$((4000000000 / ${#files[@]})) i=0
            for f in "${files[@]}"; do
              rm -f "$B/$f"; cp "/root/arriving/$f" "$B/$f"
              i=$((i + 1)) ahead=$((start + i * step - $(date +%s%N)))
              [ $ahead -lt 1000000 ] || sleep 0.$(printf %09d $ahead)
            done
            rm -rf /root/arriving
            """);

    private static final String BEFORE = """
            set -euo pipefail
            W=/var/www/teaching_panel B=$W/frontend/build ASSET=$W/frontend/build%s
            rm -rf $W/frontend/build.old $W/frontend/build.new
            as_web() { setpriv --reuid www-data --regid www-data --init-groups "$@"; }
            now() {
              as_web test -r $B/index.html -a -r $ASSET || { echo 'the site is broken already' >&2; exit 1; }
              for f in "${broken[@]}"; do printf '%%s\\0' "$f"; done | as_web xargs -0 sh -c 'for f; do test -r "$f" || exit 1; done' sh \
                || { echo 'what is to be broken is unreadable already' >&2; exit 1; }
              at=$(date +%%s.%%N)
            }
            """.formatted(Seen.ASSET_URL);

    // the kernel's change times lag by up to a tick, so the least instant is 10 ms before the one taken
    private static final String AFTER = """

            [ ${#broken[@]} -gt 0 ]
            least=$(awk -v at="$at" 'BEGIN { split(at, p, "."); ns = p[2] - 10000000; s = p[1]; if (ns < 0) { s--; ns += 1000000000 } printf "%d.%09d", s, ns }')
            stale=$(find "${broken[@]}" -maxdepth 0 ! -newerct "@$least")
            [ -z "$stale" ] || { echo "not broken: $stale" >&2; exit 1; }
            echo "$at"
            """;

    private static final String MEND = """
            set -euo pipefail
            W=/var/www/teaching_panel
            rm -rf $W/frontend/build.old $W/frontend/build.new /root/arriving
            setfacl -R -b $W/frontend; chown -R www-data:www-data $W
            chmod 755 $W; find $W/frontend -type d -exec chmod 755 {} + -o -exec chmod 644 {} +
            for url in / %s %s; do curl -fsS -m 5 -o /dev/null http://localhost$url; done
            """.formatted(Seen.ASSET_URL, Seen.CHUNK_URL);

    private final String watched;
    private final String script;

    Faults(String watched, String script) {
        this.watched = watched;
        this.script = script;
    }

    /// Breaks the site; the host's time right before the first breaking call. Fails unless the break is proved.
    public Instant inject(TestHost host) {
        return instant(host.sh(BEFORE + script + AFTER).strip());
    }

    /// What a visitor asks for who meets this fault.
    public List<String> watched() {
        return List.of(watched.split(" ", -1));
    }

    /// How long the breaking itself goes on.
    public Duration lasts() {
        return this == SLOW_SCP ? Duration.ofSeconds(4) : Duration.ZERO;
    }

    /// Puts the site in order by hand after any of these, and checks that it answers.
    public static void mend(TestHost host) {
        host.sh(MEND);
    }

    static Instant instant(String seconds) {
        BigDecimal at = new BigDecimal(seconds);
        return Instant.ofEpochSecond(0, at.movePointRight(9).longValueExact());
    }

    /// Constants that the constants above may use.
    private static final class Seen {
        private static final String ASSET_URL = "/static/js/main.91c0.js";
        private static final String CHUNK_URL = "/static/js/57.chunk.js";
        private static final String PAGE = "/";
        private static final String ASSET = ASSET_URL;
        private static final String CHUNK = CHUNK_URL;
        private static final String PAGE_AND_ASSET = "/ " + ASSET_URL;
    }
}
