"""Runs a program as the application's user where overlays lie over some folders, so that what it writes is nobody's.

Started by root in a transient unit, whose mount namespace is its own; told what to do by a file of words, each ended by a zero byte.
No folder is reached by a link: who owns one of them cannot lead a mount elsewhere.
"""
import ctypes
import os
import re
import signal
import socket
import stat
import sys

NOT_STARTED = 211  # as io.lectio.release.CodeView knows it
SOCKET = 3  # the descriptor of the socket that the program is to listen at
NO_NEW_PRIVILEGES = 38
BIND, RECURSIVE = 0x1000, 0x4000
COPIES = b"/tmp/lectio-database"  # where a link leads that lies in a database's place

libc = ctypes.CDLL(None, use_errno=True)


def read(file):
    """The words of each key: many for some, one for most."""
    plan = {}
    with open(file, "rb") as words:
        words = iter(words.read().split(b"\0")[:-1])
    for key in words:
        plan.setdefault(key.decode(), []).append(next(words))
    return plan


def hold(path):
    """A descriptor of a folder, reached by no link."""
    held = os.open("/", os.O_PATH | os.O_DIRECTORY)
    for name in path.split(b"/"):
        if name:
            inner = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held)
            os.close(held)
            held = inner
    return held


def at(held):
    return b"/proc/self/fd/%d" % held


def below(path):
    """The file systems that are mounted below a folder, by their names relative to it."""
    with open("/proc/self/mountinfo", "rb") as mounts:
        points = {re.sub(rb"\\(\d{3})", lambda code: bytes([int(code[1], 8)]), line.split()[4]) for line in mounts}
    inner = sorted(point for point in points if point.startswith(path + b"/"))
    return [point for point in inner if not any(point.startswith(other + b"/") for other in inner)]


class Cover:
    """An overlay that is to lie over a folder. What is below is held before anything is mounted, the target when it is its turn."""

    def __init__(self, words):
        self.path, own, *stages = words.split(b"\n")
        self.layers = [at(hold(each)) for each in stages + [self.path]]
        self.own = [at(hold(own + each)) for each in (b"/upper", b"/work")]
        self.below = [(at(hold(point)), point) for point in below(self.path) if os.path.isdir(point)]

    def mount(self):
        options = b"lowerdir=%s,upperdir=%s,workdir=%s" % (b":".join(self.layers), *self.own)
        mount(b"overlay", self.path, b"overlay", 0, options)
        for held, point in self.below:  # an overlay shows the folder that such a mount lies over, and not the mount
            mount(held, point, b"", BIND | RECURSIVE, b"")


def mount(source, path, kind, flags, options):
    if libc.mount(source, at(hold(path)), kind, ctypes.c_ulong(flags), options) != 0:
        raise failure(os.fsdecode(path))


def failure(what):
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), what)


def white_out(path):
    """Makes what has this name below be gone. Where the program has put something itself, that stays."""
    folder, name = os.path.split(path)
    try:
        held = hold(folder)
        os.mknod(name, stat.S_IFCHR, 0, dir_fd=held)
        os.close(held)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        pass


def listen(path):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(64)
    return server.detach()


def drop(plan):
    os.setgroups([int(each) for each in plan.get("group", [])])
    os.setresgid(*[int(plan["gid"][0])] * 3)
    os.setresuid(*[int(plan["uid"][0])] * 3)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise failure("no new privileges")
    os.umask(int(plan["umask"][0]))


def main():
    plan = read(sys.argv[1])
    try:
        for each in plan.get("whiteout", []):
            white_out(each)
        covers = [Cover(each) for each in plan["cover"]]
        copies = [at(hold(each)) for each in plan.get("copies", [])]
        for each in covers:
            each.mount()
        for each in copies:
            os.mkdir(COPIES)
            mount(each, COPIES, b"", BIND, b"")
        listening = listen(plan["socket"][0]) if "socket" in plan else None
        os.close(os.open(plan["started"][0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except (OSError, KeyError) as error:
        print("view: %s" % error, flush=True)
        sys.exit(NOT_STARTED)
    if listening is not None and listening != SOCKET:
        os.dup2(listening, SOCKET)
    drop(plan)
    for each in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and who is executed would go on so
        signal.signal(each, signal.SIG_DFL)
    os.chdir(plan["folder"][0])
    environment = dict(each.split(b"=", 1) for each in plan.get("environment", []))
    os.execvpe(plan["word"][0], plan["word"], environment)


main()
