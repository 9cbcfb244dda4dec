package io.lectio.testhost;

import java.time.Duration;
import java.util.List;

/// Things that a server dies of, made for real: what the site rests on, what keeps a service from working, what a
/// person did, and what is wrong with the files that are served. They follow one another on one host, each mended
/// before the next.
public enum Causes {
    DATABASE_LOCKED("database locked", """
            cat >/run/lock.py <<'END'
            import sqlite3, time
            db = sqlite3.connect("/var/www/teaching_panel/teaching_panel/db.sqlite3")
            db.execute("begin exclusive")
            time.sleep(600)
            END
            systemd-run -q --unit locker -p User=www-data python3 /run/lock.py
            """, "systemctl stop locker", "db.sqlite3\nheld by python3 ("),
    DISK_FULL(
            "disk full",
            "head -c 100M /dev/zero >$B/filler || true",
            "rm $B/filler",
            ": $B (used 100 %, free 0 B\n$B/filler"),
    DATABASE_MISSING("database missing", "mv $B/db.sqlite3 /run/", "mv /run/db.sqlite3 $B/", "db.sqlite3"),
    IMPORT_ERROR(
            "import error",
            "cp -p $B/panel/wsgi.py /run; echo 'import lost_module' >>$B/panel/wsgi.py; pkill -KILL gunicorn",
            "cp -p /run/wsgi.py $B/panel/",
            "teaching_panel.service\nModuleNotFoundError: No module named 'lost_module'"),
    INODES_OUT(
            "inodes out",
            "mkdir $B/many; (cd $B/many; seq 5000 | xargs touch 2>/dev/null) || true",
            "rm -r $B/many",
            ": $B (used 100 %\n$B/many"),
    DATABASE_OWNER(
            "database of the wrong owner",
            "chown root:root $B/db.sqlite3; chmod 600 $B/db.sqlite3",
            "chown www-data:www-data $B/db.sqlite3; chmod 644 $B/db.sqlite3",
            "root:root 0600\nsudo chown -h www-data"),
    ENVIRONMENT_MISSING(
            "missing environment",
            "cp -p $B/panel/settings.py /run; printf 'import os\\nKEY = os.environ[\"PANEL_KEY\"]\\n' >>$B/panel/settings.py; pkill -KILL gunicorn",
            "cp -p /run/settings.py $B/panel/",
            "teaching_panel.service\nKeyError: 'PANEL_KEY'"),
    READ_ONLY("read-only mount", """
            for i in $(seq 200); do # refused while a request has the database open
              ! mount -o remount,ro $B 2>/run/remount.log || exit 0
              sleep 0.05
            done
            cat /run/remount.log
            exit 1
            """, "mount -o remount,rw $B", ": $B"),
    DATABASE_CORRUPT(
            "database corrupt",
            "cp $B/db.sqlite3 /run/; printf broken | dd of=$B/db.sqlite3 conv=notrunc status=none",
            "cat /run/db.sqlite3 >$B/db.sqlite3",
            "db.sqlite3\nno SQLite header"),
    PORT_TAKEN("port taken", """
            cat >/run/taker.py <<'END'
            import socket, time
            taker = socket.socket()
            taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            while True:
                try:
                    taker.bind(("127.0.0.1", 8000))
                    break
                except OSError:
                    time.sleep(0.001)
            taker.listen()
            time.sleep(600)
            END
            systemd-run -q --unit taker python3 /run/taker.py
            sleep 1
            pkill -KILL gunicorn
            """, "systemctl stop taker", "teaching_panel.service\n8000 by python3 ("),
    STOPPED_BY_HAND(
            "stopped by hand",
            Outcome.LEFT,
            "systemctl stop teaching_panel",
            "systemctl start teaching_panel",
            "teaching_panel.service\nsudo systemctl start teaching_panel.service"),
    UNIT_MASKED(
            "unit masked",
            Outcome.LEFT,
            "systemctl mask --now nginx 2>/dev/null",
            "systemctl unmask nginx; systemctl start nginx",
            "nginx.service\nsudo systemctl unmask nginx.service"),
    START_LIMIT(
            "start limit hit",
            Outcome.MENDED,
            """
            mkdir -p /run/systemd/system/teaching_panel.service.d
            printf '[Unit]\\nStartLimitIntervalSec=600\\nStartLimitBurst=1\\n[Service]\\nRestartSec=1ms\\n' \\
              >/run/systemd/system/teaching_panel.service.d/limit.conf
            systemctl daemon-reload
            systemctl kill -s STOP lectio-monitor # whose own restart sets the count back
            for i in 1 2 3 4 5; do # one release counts the start before the reload, the other does not
              pkill -KILL gunicorn
              sleep 0.3
              ! systemctl is-failed -q teaching_panel || break
            done
            given_up=$(systemctl is-failed teaching_panel)
            systemctl kill -s CONT lectio-monitor
            [ "$given_up" = failed ] || exit 1
            """,
            "rm /run/systemd/system/teaching_panel.service.d/limit.conf; systemctl daemon-reload",
            "teaching_panel.service"),
    BOOT_LOOP(
            "workers in a boot loop",
            """
            cp -p $B/panel/wsgi.py /run
            printf 'import os, signal\\nos.kill(os.getpid(), signal.SIGKILL)\\n' >>$B/panel/wsgi.py
            pkill -HUP -o gunicorn
            """,
            "cp -p /run/wsgi.py $B/panel/; systemctl restart teaching_panel",
            "teaching_panel.service"),
    ALL_WORKERS_BUSY(
            "all workers busy",
            Outcome.LEFT,
            """
            cp -p $B/panel/wsgi.py /run
            cat >>$B/panel/wsgi.py <<'END'
            quick = application
            def application(environ, start_response):
                import time
                end = time.monotonic() + 20
                while time.monotonic() < end:
                    pass
                return quick(environ, start_response)
            END
            pkill -HUP -o gunicorn
            """,
            "cp -p /run/wsgi.py $B/panel/; systemctl restart teaching_panel",
            "teaching_panel.service"),
    BAD_CONFIGURATION(
            "bad nginx configuration",
            "echo 'bogus on;' >/etc/nginx/conf.d/bad.conf",
            "rm /etc/nginx/conf.d/bad.conf",
            "/etc/nginx/conf.d/bad.conf:1\nunknown directive \"bogus\"\nIt still runs with the old one"),
    BAD_CONFIGURATION_AND_DEAD(
            "bad nginx configuration",
            "echo 'bogus on;' >/etc/nginx/conf.d/bad.conf; pkill -KILL nginx",
            "rm /etc/nginx/conf.d/bad.conf",
            "/etc/nginx/conf.d/bad.conf:1\nunknown directive \"bogus\"\nIt does not start with it"),
    DESCRIPTORS_OUT(
            "descriptors out",
            Outcome.MENDED,
            """
            echo 'worker_rlimit_nofile 16;' >/etc/nginx/modules-enabled/99-few.conf
            nginx -s reload
            sleep 1
            cat >/run/holder.py <<'END'
            import socket, time
            held = [socket.create_connection(("127.0.0.1", 80)) for _ in range(100)]
            time.sleep(600)
            END
            systemd-run -q --unit holder python3 /run/holder.py
            """,
            "systemctl stop holder; rm /etc/nginx/modules-enabled/99-few.conf; nginx -s reload",
            "nginx.service hangs\nnginx (\n of 16"),
    PARENT_FOLDER(
            "parent folder",
            Outcome.MENDED,
            "chown root:root $W; chmod 700 $W",
            "chown www-data:www-data $W; chmod 755 $W",
            "/var/www/teaching_panel/frontend (0700, root"),
    GROUP(
            "open to its group only",
            Outcome.MENDED,
            "chown root:games $W/build/index.html; chmod 640 $W/build/index.html",
            ":",
            "/build/index.html (0640, root:games"),
    ACL(
            "closed by its ACL",
            Outcome.MENDED,
            "chown root:root $W/build/index.html; setfacl -m u:www-data:--- $W/build/index.html",
            "setfacl -b $W/build/index.html",
            "/build/index.html (0644, root"),
    IMMUTABLE_FLAG(
            "immutable flag",
            "immutable $W/build/index.html",
            "mutable $W/build/index.html; chown www-data:www-data $W/build/index.html; chmod 644 $W/build/index.html",
            "/build/index.html (0600, root\nsudo chattr -ia"),
    PAGE_REPLACED(
            "page replaced",
            "cp -p $W/build/index.html /run; echo '<h1>Welcome</h1>' >$W/build/index.html",
            "cat /run/index.html >$W/build/index.html",
            "names none of"),
    PAGE_EMPTIED(
            "page emptied",
            "cp -p $W/build/index.html /run; : >$W/build/index.html",
            "cat /run/index.html >$W/build/index.html",
            "$W/build/index.html"),
    PAGE_REMOVED("page removed", "mv $W/build/index.html /run", "mv /run/index.html $W/build/", "$W/build/index.html"),
    CHUNK_MISSING(
            "chunk missing",
            "mv $W/build" + FaultScript.ASSET_URL + " /run/chunk.js",
            "mv /run/chunk.js $W/build" + FaultScript.ASSET_URL,
            "$W/build" + FaultScript.ASSET_URL),
    CERTIFICATE_EXPIRED(
            "certificate expired",
            "certificate school.example 20250101000000Z 20250401000000Z",
            "certificate school.example",
            "school.example (valid until 2025-04-01\nsudo certbot renew"),
    CERTIFICATE_NAME(
            "certificate of the wrong name",
            "certificate another.example",
            "certificate school.example",
            "school.example (it names another.example"),
    DNS_BROKEN(
            "DNS broken",
            "sed -i '/school.example/d' /etc/hosts",
            "echo '127.0.0.1 school.example' >>/etc/hosts",
            "school.example\ngetent hosts school.example"),
    OWN_NETWORK_DOWN(
            "own network down",
            "ip link set world down",
            "ip link set world up; ip route add default via 192.0.2.1",
            "no default route"),
    SLOW_UPSTREAM(
            "slow upstream",
            Outcome.LEFT,
            """
            cp -p $B/panel/wsgi.py /run
            cat >>$B/panel/wsgi.py <<'END'
            quick = application
            def application(environ, start_response):
                import time
                time.sleep(5.5)
                return quick(environ, start_response)
            END
            pkill -HUP -o gunicorn
            """,
            "cp -p /run/wsgi.py $B/panel/; systemctl restart teaching_panel",
            "the API answered after 5"),
    CLOCK_WRONG(
            "clock wrong",
            Outcome.LEFT,
            "systemctl restart lectio-monitor",
            ":",
            "behind by 9 min\nsudo timedatectl set-ntp true") {
        @Override
        public void make(GuardedHost guarded) {
            guarded.bot().skew(Duration.ofMinutes(10));
            super.make(guarded);
        }

        @Override
        public void mend(GuardedHost guarded) {
            guarded.bot().skew(Duration.ZERO);
        }
    },
    DANGLING_SYMLINK(
            "dangling symlink",
            "mv $W/build/index.html /run; ln -s ../release/index.html $W/build/index.html",
            "rm $W/build/index.html; mv /run/index.html $W/build/",
            "$W/build/index.html → ../release/index.html");

    /// What the guard does about one.
    public enum Outcome {
        /// It tells that a person is needed.
        TOLD,
        /// It tells, and leaves it to a person or to time.
        LEFT,
        /// It repairs it.
        MENDED
    }

    private static final String BACKEND = "/var/www/teaching_panel/teaching_panel";
    private static final String FRONTEND = "/var/www/teaching_panel/frontend";
    private static final String FOLDERS = "B=" + BACKEND + " W=" + FRONTEND + "\n";

    /// `immutable FILE` closes it and sets the flag at once, as `chattr` does it, which not every host has; `mutable
    /// FILE`.
    private static final String IMMUTABLE = """
            flag() {
              python3 -c 'import array, fcntl, os, sys
            file = open(sys.argv[2], "rb"); flags = array.array("l", [0]); fcntl.ioctl(file, 0x80086601, flags)
            if sys.argv[1] == "+": os.fchown(file.fileno(), 0, 0); os.fchmod(file.fileno(), 0o600)
            flags[0] = flags[0] | 16 if sys.argv[1] == "+" else flags[0] & ~16
            fcntl.ioctl(file, 0x40086602, flags)' "$@"
            }
            immutable() { flag + "$1"; }
            mutable() { flag - "$1"; }
            """;

    /// `certificate NAME [FROM UNTIL]`: nginx shows one of an authority that the machine trusts.
    private static final String CERTIFICATE = """
            certificate() {
              mkdir -p /run/tls; cd /run/tls
              if [ ! -e ca.crt ]; then
                openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=School CA' -keyout ca.key -out ca.crt 2>/dev/null
                cp ca.crt /usr/local/share/ca-certificates/school.crt
                update-ca-certificates >/dev/null 2>&1
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=site -keyout site.key -out site.csr 2>/dev/null
                printf '[ca]\\ndefault_ca=c\\n[c]\\ndatabase=index\\nnew_certs_dir=.\\nserial=serial\\ndefault_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >ca.conf
              fi
              : >index; date +%s >serial; printf "subjectAltName=DNS:$1\\n" >names
              openssl ca -batch -config ca.conf -cert ca.crt -keyfile ca.key -in site.csr -out site.crt -notext -extfile names \\
                -startdate ${2:-$(date -u -d yesterday +%Y%m%d000000Z)} -enddate ${3:-$(date -u -d '+80 days' +%Y%m%d000000Z)} 2>/run/tls/log
              if systemctl is-active -q nginx && [ -z "${PREPARING:-}" ]; then nginx -s reload; fi
              cd /
            }
            """;

    private final String words;
    private final Outcome outcome;
    private final String making;
    private final String mending;
    private final String named;

    /// @param words what an English alert calls it
    Causes(String words, String making, String mending, String named) {
        this(words, Outcome.TOLD, making, mending, named);
    }

    /// @param making a script; `$B` is the application's folder, a file system of its own, `$W` the page's
    /// @param named what the alert names besides, line by line
    Causes(String words, Outcome outcome, String making, String mending, String named) {
        this.words = words;
        this.outcome = outcome;
        this.making = making;
        this.mending = mending;
        this.named = named;
    }

    public String words() {
        return words;
    }

    public Outcome outcome() {
        return outcome;
    }

    public List<String> named() {
        return named.replace("$B", BACKEND).replace("$W", FRONTEND).lines().toList();
    }

    /// Whether the application is started anew for it, because it was killed to bring it about.
    public boolean kills() {
        return making.contains("pkill");
    }

    /// Puts the application into a small file system of its own, and returns when it answers from there.
    public static void prepare(TestHost host) {
        host.sh("""
                B=%s
                cp -a $B /run/backend
                mount -t tmpfs -o size=24m,nr_inodes=500,mode=755 tmpfs $B
                chown www-data:www-data $B
                cp -a /run/backend/. $B/
                systemctl restart teaching_panel
                PREPARING=1
                %s
                certificate school.example
                sed -i '0,/listen 80/s//listen 443 ssl default_server; ssl_certificate \\/run\\/tls\\/site.crt; ssl_certificate_key \\/run\\/tls\\/site.key; listen 80/' \\
                  $(readlink -f /etc/nginx/sites-enabled/default)
                systemctl restart nginx
                echo '127.0.0.1 school.example' >>/etc/hosts
                ip link add world type veth peer name far; ip link set far up; ip addr add 192.0.2.2/24 dev world; ip link set world up; ip route add default via 192.0.2.1
                for i in $(seq 100); do curl -fsS -m 2 -o /dev/null http://localhost/api/health/ 2>/dev/null && exit 0; sleep 0.1; done
                exit 1
                """.formatted(BACKEND, CERTIFICATE));
    }

    public void make(GuardedHost guarded) {
        guarded.host().sh(FOLDERS + CERTIFICATE + IMMUTABLE + making);
    }

    public void mend(GuardedHost guarded) {
        guarded.host().sh(FOLDERS + CERTIFICATE + IMMUTABLE + mending);
    }
}
