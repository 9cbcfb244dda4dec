#!/usr/bin/env python3
"""Kills a guard by SIGKILL in the middle of its next repair: while the thread of the repair runs, and before its end is on disk.
usage: kill_guard.py UNIT SECONDS   (inside the test host)
Writes READY when it watches; fails unless the guard died in time. Seldom looks keep it from taking part in what is measured."""
import os, signal, subprocess, sys, time

STATE = "/var/lib/lectio-monitor/state.json"
unit, ends = sys.argv[1], time.monotonic() + float(sys.argv[2])
pid = int(subprocess.check_output(["systemctl", "show", "-p", "MainPID", "--value", unit]))


def says(phase):
    try:
        with open(STATE) as state:
            return f'"{phase}"' in state.read()
    except FileNotFoundError:
        return False


def saved():
    try:
        stat = os.stat(STATE)
        return stat.st_mtime_ns, stat.st_ino  # two in one tick have one time
    except FileNotFoundError:
        return None


def repairs():
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm") as comm:
                if comm.read().startswith("repair-"):
                    return True
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended meanwhile
    return False


def lives():
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


if pid == 0 or says("Repairing"):
    sys.exit("no guard is there, or it repairs already")
os.nice(-20)  # a repair of one file takes a few milliseconds
print("READY", flush=True)
known = saved()
while True:
    if time.monotonic() > ends:
        sys.exit("the guard has begun no repair")
    now = saved()
    if now == known:
        time.sleep(0.0005)
        continue
    known = now
    if says("Proving") or says("Resolved"):
        sys.exit("the repair had ended before its begin was seen")
    while says("Repairing"):
        if repairs():
            os.kill(pid, signal.SIGKILL)
            while lives():
                time.sleep(0.0005)
            sys.exit(0 if says("Repairing") else "the repair had ended before the guard was killed")
