#!/usr/bin/env python3
"""Watches all processes of a unit for SECONDS and says what they weigh and what processor time they use.
usage: weigh.py UNIT SECONDS   (inside the test host)
Writes: median_rss_kB median_pss_kB peak_rss_kB peak_pss_kB cpu_microseconds   (the peak is that of a script which comes and goes)"""
import statistics, sys, time

cgroup = f"/sys/fs/cgroup/system.slice/{sys.argv[1]}.service"
ends = time.monotonic() + float(sys.argv[2])


def processor_time():
    with open(cgroup + "/cpu.stat") as stat:
        return int(stat.readline().split()[1])


def weight():
    rss = pss = 0
    with open(cgroup + "/cgroup.procs") as procs:
        pids = procs.read().split()
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in rollup if line.endswith("kB\n")}
            rss += kilobytes["Rss"]
            pss += kilobytes["Pss"]
        except (OSError, KeyError):
            pass  # it has ended meanwhile
    return rss, pss


before = processor_time()
seen = []
while time.monotonic() < ends:
    seen.append(weight())
    time.sleep(0.05)
used = processor_time() - before
rss, pss = zip(*seen)
print(int(statistics.median(rss)), int(statistics.median(pss)), max(rss), max(pss), used)
