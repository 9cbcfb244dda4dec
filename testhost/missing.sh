#!/bin/bash
# Says why test hosts cannot run on this machine, and fails; says nothing where they can. usage: testhost/missing.sh
set -euo pipefail
missing() { echo "$*"; exit 1; }

[ "$(uname -s)" = Linux ] || missing "this is not Linux"
[ "$(id -u)" = 0 ] || missing "not root"
for tool in unshare nsenter setpriv setsid flock timeout ip; do
  command -v "$tool" >/dev/null || missing "the command $tool is not installed"
done
command -v debootstrap >/dev/null || command -v apt-get >/dev/null || missing "neither debootstrap nor apt-get is installed"
grep -q ' - cgroup2 ' /proc/self/mountinfo || missing "no cgroup version 2 hierarchy is mounted"
# shellcheck disable=SC2016 # expanded by the inner shell
unshare --fork --pid --mount --uts --ipc --net --cgroup bash -euc '
  mount --make-rprivate /
  mount -t tmpfs tmpfs /tmp
  mkdir /tmp/{lower,upper,work,merged}
  mount -t overlay overlay -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work /tmp/merged
  mount -t cgroup2 cgroup2 /tmp/lower' 2>/dev/null \
  || missing "may not make namespaces and mounts (a container without privileges?)"
