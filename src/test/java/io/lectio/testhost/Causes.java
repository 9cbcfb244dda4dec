package io.lectio.testhost;

import java.util.List;

/// Things that a server dies of, made for real: what the site rests on, and what keeps the application from starting.
/// They follow one another on one host, each mended before the next.
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
    READ_ONLY("read-only mount", "mount -o remount,ro $B", "mount -o remount,rw $B", ": $B"),
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
            """, "systemctl stop taker", "teaching_panel.service\n8000 by python3 (");

    private static final String BACKEND = "/var/www/teaching_panel/teaching_panel";

    private final String words;
    private final String making;
    private final String mending;
    private final String named;

    /// @param words what an English alert calls it
    /// @param making a script; `$B` is the application's folder, a file system of its own
    /// @param named what the alert names besides, line by line
    Causes(String words, String making, String mending, String named) {
        this.words = words;
        this.making = making;
        this.mending = mending;
        this.named = named;
    }

    public String words() {
        return words;
    }

    public List<String> named() {
        return named.replace("$B", BACKEND).lines().toList();
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
                for i in $(seq 100); do curl -fsS -m 2 -o /dev/null http://localhost/api/health/ 2>/dev/null && exit 0; sleep 0.1; done
                exit 1
                """.formatted(BACKEND));
    }

    public void make(TestHost host) {
        host.sh("B=" + BACKEND + "\n" + making);
    }

    public void mend(TestHost host) {
        host.sh("B=" + BACKEND + "\n" + mending);
    }
}
