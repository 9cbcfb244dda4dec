#!/usr/bin/env python3
"""Has the loop of a guard hang, and nothing else of it, until that thread is ended.
usage: hang_guard.py PID   (inside the test host)
By ptrace(2): who is traced and interrupted does not move. Its tracer must see its end, or the process would stay as a zombie."""
import ctypes, os, sys

SEIZE, INTERRUPT, ALL = 0x4206, 0x4207, 0x40000000
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
for thread in os.listdir(f"/proc/{pid}/task"):
    with open(f"/proc/{pid}/task/{thread}/comm") as comm:
        if comm.read().startswith("guard"):
            for request in (SEIZE, INTERRUPT):
                if libc.ptrace(request, int(thread), None, None) != 0:
                    sys.exit(os.strerror(ctypes.get_errno()))
            print("HANGS", flush=True)
            while True:
                _, status = os.waitpid(int(thread), ALL)
                if os.WIFSIGNALED(status) or os.WIFEXITED(status):
                    sys.exit(0)
sys.exit("there is no loop")
