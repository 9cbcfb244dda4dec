"""Says whether this worker and its database answer, and which release it runs. For Django 3.2 to 5; needs nothing else.

Put it beside settings.py, and into urls.py:

    from .health import health
    urlpatterns = [path("api/health/", health), ...]

200 {"status": "ok", "release": ...}, or 503 {"status": "error", "release": ..., "database": one of WORDS below}. Who asks as root
on this machine, and not by way of a proxy, is told besides: the worker's pid and start, unapplied migrations, the error's text.
"""
import os
import socket
import struct
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.http import require_safe

DEADLINE = 2.0  # seconds for the database's answer
MIGRATIONS_FOR = 60.0  # seconds for which the list of unapplied migrations is kept
WORDS = ("missing", "locked", "no schema", "no answer", "error")  # nothing else is told to strangers


def _release():
    """What this worker was started from: a later release's file, or none, does not change it."""
    base = Path(getattr(settings, "BASE_DIR", None) or Path(__file__).resolve().parent.parent)
    try:
        with open(base / "lectio-release.txt", encoding="utf-8", errors="replace") as file:
            return file.readline(100).strip() or None
    except OSError:
        return os.environ.get("LECTIO_RELEASE") or None


RELEASE = _release()


class _Question(threading.Thread):
    """Asks the database on a connection of its own, so that no visitor waits longer than DEADLINE and no transaction is disturbed."""

    def __init__(self):
        super().__init__(name="health", daemon=True)
        self.word = "no answer"
        self.detail = None

    def run(self):
        connection = connections["default"]
        try:
            self._ask(connection)
        except Exception as error:  # whatever the driver raises is an answer here
            text = str(error)
            self.detail = "%s: %s" % (type(error).__name__, text)
            if "locked" in text:
                self.word = "locked"
            elif "no such table" in text or _code(error) in ("42P01", 1146):
                self.word = "no schema"
            else:
                self.word = "error"
        finally:
            connection.close()

    def _ask(self, connection):
        if connection.vendor == "sqlite" and _is_missing(str(connection.settings_dict["NAME"])):
            self.word = "missing"  # to open it would make an empty one
            return
        if connection.vendor == "postgresql":
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                # LOCAL: a pooler may give this session to another afterwards
                cursor.execute("SET LOCAL statement_timeout = %d" % (DEADLINE * 1000))
                _read(cursor)
        else:
            with connection.cursor() as cursor:
                if connection.vendor == "sqlite":
                    cursor.execute("PRAGMA busy_timeout = %d" % (DEADLINE * 500))  # ends before the deadline, to say why
                _read(cursor)
        self.word = "ok"
        _migrations.look(connection)


def _code(error):
    """Of a missing table 42P01 in PostgreSQL, by psycopg 3 and 2, and 1146 in MySQL: their texts are in the server's language."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or next(iter(error.args), None)


def _read(cursor):
    cursor.execute("SELECT 1 FROM django_migrations WHERE id = 0")  # a SELECT 1 alone does not touch a SQLite file
    cursor.fetchall()


class _Migrations:
    """The unapplied ones, looked up once a minute: to find them, all migrations are read from the disk."""

    def __init__(self):
        self.unapplied = None
        self.looked = None
        self.wanted = False

    def look(self, connection):
        now = time.monotonic()
        if not self.wanted or (self.looked is not None and now - self.looked < MIGRATIONS_FOR):
            return
        self.looked = now
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            self.unapplied = ["%s.%s" % (migration.app_label, migration.name) for migration, _ in plan]
        except Exception:  # a broken migration is not the database's fault, and deploying meets it by itself
            self.unapplied = None


_migrations = _Migrations()
_lock = threading.Lock()
_asked = None


def _answer():
    """Of the question that is being asked, or else of a new one: a database that hangs holds one thread, not one a request."""
    global _asked
    with _lock:
        if _asked is None or not _asked.is_alive():
            _asked = _Question()
            _asked.start()
        question = _asked
    question.join(DEADLINE)
    return question


def _is_missing(name):
    if ":memory:" in name or "mode=memory" in name:
        return False
    if name.startswith("file:"):
        name = name[len("file:"):].partition("?")[0]
    return not os.path.exists(name)


def _asks_as_root(request):
    """By the connection itself: a proxy on this machine makes every visitor a local one, and need not say for whom it asks."""
    meta = request.META
    if any(meta.get(name) for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")):
        return False
    try:
        address = meta.get("REMOTE_ADDR") or ""
        if not address:  # a unix socket, whose peer only gunicorn lets us ask for
            peer = meta["gunicorn.socket"].getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return struct.unpack("3i", peer)[1] == 0
        if not (address == "::1" or address.rpartition(":")[2].startswith("127.")):
            return False
        return _holder(meta) == 0
    except (AttributeError, KeyError, OSError, ValueError, struct.error):
        return False


def _holder(meta):
    """The user who holds the other end of the connection, within this machine; None where that cannot be told."""
    try:
        here = meta["gunicorn.socket"]
        return _asked_of_kernel(here.getpeername(), here.getsockname())
    except (AttributeError, KeyError, OSError):  # another server, or a unit that may not use netlink
        owners = _owners(":%04X" % int(meta["REMOTE_PORT"]), ":%04X" % int(meta["SERVER_PORT"]))
        return owners.pop() if len(owners) == 1 else None


ESTABLISHED = 1  # a connection in another state may have lost its owner, and counts as root's: tcp_states.h


def _asked_of_kernel(near, far):
    """The user of the socket that leads from one address and port to the other: sock_diag(7).

    The table in /proc has it too, and takes 9 ms to read on a machine of 24 GB, however few connections there are."""
    addresses = [end[0].replace("::ffff:", "") for end in (near, far)]
    family = socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET
    question = struct.pack("=BBxxI", family, socket.IPPROTO_TCP, 1 << ESTABLISHED) + struct.pack("!HH", near[1], far[1])
    question += b"".join(socket.inet_pton(family, each).ljust(16, b"\0") for each in addresses)
    question += struct.pack("=Iq", 0, -1)  # any interface, no cookie
    by_family, request = 20, 1  # SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4) as kernel:  # NETLINK_SOCK_DIAG
        kernel.sendto(struct.pack("=IHHII", 16 + len(question), by_family, request, 0, 0) + question, (0, 0))
        answer = kernel.recv(4096, socket.MSG_DONTWAIT)  # which is there when it has been asked
    if struct.unpack_from("=H", answer, 4)[0] != by_family:
        raise OSError("the kernel tells of no such socket")
    state, user = struct.unpack_from("=B", answer, 16 + 1)[0], struct.unpack_from("=I", answer, 16 + 64)[0]
    return user if state == ESTABLISHED else None


def _owners(local, remote):
    """The users whose sockets lead from one port to the other: proc_net_tcp(5)."""
    owners = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table, encoding="ascii") as lines:
                next(lines)
                fields = (line.split() for line in lines)
                owners.update(
                    int(each[7])
                    for each in fields
                    if each[1].endswith(local) and each[2].endswith(remote) and int(each[3], 16) == ESTABLISHED
                )
        except FileNotFoundError:
            pass
    return owners


def _started():
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        with open("/proc/uptime", encoding="ascii") as file:
            uptime = float(file.read().split()[0])
        return round(time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK"), 2)
    except OSError:
        return None


@transaction.non_atomic_requests  # else Django itself asks the database first, without a deadline
@require_safe
def health(request):
    to_root = _asks_as_root(request)
    _migrations.wanted = _migrations.wanted or to_root
    question = _answer()
    well = question.word == "ok"
    answer = {"status": "ok" if well else "error", "release": RELEASE}
    if not well:
        answer["database"] = question.word
    if to_root:
        answer["worker"] = {"pid": os.getpid(), "started": _started()}
        answer["unapplied_migrations"] = _migrations.unapplied if well else None
        if question.detail:
            answer["detail"] = question.detail
    response = JsonResponse(answer, status=200 if well else 503)
    response["Cache-Control"] = "no-store"
    return response


health.login_required = False  # of Django 5.1's LoginRequiredMiddleware
