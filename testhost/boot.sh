#!/bin/bash
# Boots ROOT's systemd as process 1 of its own pid, mount, uts, ipc, net and cgroup namespaces, and stays as its supervisor:
# prints "READY PID STATE" once the site answers, and ends host and traces when its stdin closes, at TERM, or with the host.
# So a host dies with the program that started it; killed itself, the host dies at once and the next boot sweeps the rest.
# usage: testhost/boot.sh ROOT NAME      testhost/boot.sh --sweep
#   LECTIO_TESTHOST_BIND=SRC:DEST        shows the machine's folder SRC in the host, read-only
#   LECTIO_TESTHOST_SECONDS=60           how long booting may take
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
states=/run/lectio-testhost
say() { echo "testhost: $*" >&2; }

# One at a time. The lock is on /run itself: a lock file would be a trace.
door() { exec 9</run; flock --wait 60 9 || { say "another boot holds the lock on /run"; exit 1; }; }

# A supervisor holds the lock of its state folder while it lives; the kernel drops it however it dies. (A pid file could name
# a stranger who got the pid.)
sweep() {
  local old
  for old in "$states"/*/; do
    [ -d "$old" ] && flock --nonblock "$old" true && clear_away "${old%/}"
  done
  rmdir "$states" 2>/dev/null || true
}

clear_away() { # STATE: its cgroup with all who are in it, then the folder
  local cgroup pid tries
  cgroup=$(cat "$1/cgroup" 2>/dev/null || true)
  for ((tries = 0; tries < 100; tries++)); do
    if [ ! -d "${cgroup:-/nowhere}" ]; then break; fi
    while read -r pid; do [ "$pid" = 0 ] || kill -KILL "$pid" 2>/dev/null || true; done \
      < <(find "$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null)
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.05
  done
  [ ! -d "${cgroup:-/nowhere}" ] || say "$cgroup cannot be removed"
  rm -rf --one-file-system "$1"
}

if [ "${1:-}" = --sweep ]; then door; sweep; exit; fi

root=$(readlink -e "${1:?a root file system}") name=${2:?a name}
state=$states/$name
deadline=$((SECONDS + ${LECTIO_TESTHOST_SECONDS:-60}))
for hierarchy in /sys/fs/cgroup/unified /sys/fs/cgroup; do [ -f "$hierarchy/cgroup.controllers" ] && break; done
[ -f "$hierarchy/cgroup.controllers" ] || { say "no cgroup version 2 hierarchy is mounted"; exit 1; }

exec 7<"$root"
flock --shared --wait 60 7 # make.sh leaves a root alone while it is in use
door
sweep
[ ! -e "$state" ] || { say "a host named $name is running"; exit 1; }
mkdir -p "$state"
exec 8<"$state"
flock 8
mkdir -p "$hierarchy/lectio-testhost-$name"
echo "$hierarchy/lectio-testhost-$name" >"$state/cgroup"
exec 9<&-

supervised=
finish() {
  trap - EXIT
  [ ! -s "$state/pid" ] || kill -KILL "$(cat "$state/pid")" 2>/dev/null || true
  if [ -n "$supervised" ]; then
    # unshare ends once it has reaped the host, all of it; killed first, it would leave that to the machine's process 1
    local tries=0
    while [ -s "$state/pid" ] && [ $((tries++)) -lt 200 ] && kill -0 "$supervised" 2>/dev/null; do sleep 0.02; done
    kill -KILL "$supervised" 2>/dev/null || true
    wait "$supervised" 2>/dev/null || true
  fi
  door
  clear_away "$state"
  rmdir "$states" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 0' TERM INT HUP

# pdeathsig: the kernel kills unshare when this shell dies, and --kill-child the host with unshare
setsid setpriv --pdeathsig KILL unshare --fork --kill-child --pid --mount --uts --ipc --net \
  bash "$here/init.sh" "$root" "$state" "$name" >"$state/log" 2>&1 </dev/null 7<&- 8<&- &
supervised=$!

fail() { say "$name did not boot: $1"; cat "$state/log" >&2; inside journalctl --boot --no-pager -n 40 >&2 || true; exit 1; }
inside() { [ -s "$state/pid" ] && timeout -k 1 10 nsenter -t "$(cat "$state/pid")" -a -- "$@" 7<&- 8<&-; }
await() { # WHAT COMMAND...: until it succeeds, the host is gone, or the time is up
  local what=$1; shift
  until "$@"; do
    kill -0 "$supervised" 2>/dev/null || fail "it ended while waiting for $what"
    [ "$SECONDS" -lt "$deadline" ] || fail "no $what in time"
    sleep 0.05
  done
}
started() { # systemd listens; before that, the process's root is still the machine's
  local pid
  pid=$(cat "$state/pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = systemd ] && [ -S "/proc/$pid/root/run/systemd/private" ]
}
booted() { answer=$(inside systemctl is-system-running 2>/dev/null || true); [[ $answer = running || $answer = degraded ]]; }
answers() { inside curl -fsS -m 5 -o /dev/null "http://localhost$1" 2>/dev/null; }
await systemd started
await "booted system" booted
await "page" answers /
await "API" answers /api/health/
echo "READY $(cat "$state/pid") $answer"

while kill -0 "$supervised" 2>/dev/null; do
  status=0
  read -r -t 1 || status=$?
  [ "$status" != 1 ] || exit 0 # end of file; a timeout is above 128
done
