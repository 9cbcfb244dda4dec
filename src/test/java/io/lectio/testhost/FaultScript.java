package io.lectio.testhost;

/// What a fault runs inside the host, in bash, in three parts, so that two faults can break at one moment: `before`
/// notes in `broken`, `dying` and `stopping` what will be hit, `breaking` hits it, `after` proves what those lists do
/// not.
///
/// No script names the application server in one word: `pkill -f` would find the shell that runs the script.
record FaultScript(String before, String breaking, String after) {
    static final String BUILD = "/var/www/teaching_panel/frontend/build";
    static final String ASSET_URL = "/static/js/main.91c0.js";

    private static final String TERMS = """
            set -euo pipefail
            W=/var/www/teaching_panel B=%s ASSET=%s
            broken=() dying=() stopping=()
            rm -rf $W/frontend/build.old $W/frontend/build.new
            fail() { echo "$*" >&2; exit 1; }
            as_web() { setpriv --reuid www-data --regid www-data --init-groups "$@"; }
            stat_of() { # PID: its state and its start time, which tells it from a later process with the same pid
              local line
              { line=$(<"/proc/$1/stat"); } 2>/dev/null || { echo gone; return; }
              set -- ${line##*) }
              echo "$1 ${20}"
            }
            noted() { # PID...: each with its start time
              local p s
              for p; do s=$(stat_of "$p"); [ "$s" = gone ] || echo "$p ${s#* }"; done
            }
            await() { # TENTHS WHAT COMMAND...
              local tenths=$1 what=$2; shift 2
              until "$@"; do [ $((tenths--)) -gt 0 ] || fail "not injected: $what"; sleep 0.1; done
            }
            is_gone() { # PID START
              local s
              s=$(stat_of "$1"); [ "$s" = gone ] || [ "${s#* }" != "$2" ] || [[ $s = [ZX]* ]]
            }
            is_stopped_or_gone() { [[ $(stat_of "$1") = [Tt]* ]] || is_gone "$@"; }
            served() { # by both services
              [[ $(curl -fsS -m 2 http://localhost/ 2>/dev/null) = *'id="root"'* ]] && curl -fsS -m 2 -o /dev/null http://localhost/api/health/ 2>/dev/null
            }
            app() { pgrep -u www-data -f '[g]unicorn'; }
            app_workers() { # the master's children that are no helpers of the unit
              local master p
              master=$(systemctl show -p MainPID --value teaching_panel)
              for p in $(pgrep -P "$master"); do [ "$(readlink "/proc/$p/exe")" != "$(readlink "/proc/$master/exe")" ] || echo "$p"; done
            }
            cgroup() { cat "/sys/fs/cgroup$(systemctl show -p ControlGroup --value "$1")/cgroup.procs"; }
            as_web test -r $B/index.html -a -r $ASSET || fail 'the site is broken already'
            """.formatted(BUILD, BUILD + ASSET_URL);

    private static final String BROKEN_IS_WHOLE = """
            [ ${#broken[@]} = 0 ] || for f in "${broken[@]}"; do printf '%s\\0' "$f"; done | as_web xargs -0 sh -c 'for f; do test -r "$f" || exit 1; done' sh \\
              || fail 'what is to be broken is unreadable already'
            """;

    // the kernel's change times lag by up to a tick, so the least instant is 10 ms before the one taken
    private static final String PROOF = """
            if [ ${#broken[@]} -gt 0 ]; then
              least=$(awk -v at="$at" 'BEGIN { split(at, p, "."); ns = p[2] - 10000000; s = p[1]; if (ns < 0) { s--; ns += 1000000000 } printf "%d.%09d", s, ns }')
              stale=$(find "${broken[@]}" -maxdepth 0 ! -newerct "@$least")
              [ -z "$stale" ] || fail "not broken: $stale"
            fi
            for v in "${dying[@]}"; do await 50 "$v lives" is_gone $v; done
            for v in "${stopping[@]}"; do await 10 "$v runs" is_stopped_or_gone $v; done
            echo "$at"
            """;

    String whole() {
        return String.join("\n", TERMS, before, BROKEN_IS_WHOLE, "at=$(date +%s.%N)", breaking, after, PROOF);
    }

    FaultScript and(FaultScript other) {
        return new FaultScript(
                before + "\n" + other.before, breaking + "\n" + other.breaking, after + "\n" + other.after);
    }
}
