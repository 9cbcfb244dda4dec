#!/bin/bash
# Process 1 of a test host until systemd takes its place. Called by boot.sh in the new namespaces. usage: init.sh ROOT STATE NAME
# Every mount is made below a tmpfs in this mount namespace, so all of it goes with the last process.
set -euo pipefail
root=$1 state=$2 name=$3
if [ -z "${LECTIO_TESTHOST_CGROUP:-}" ]; then
  read -r pid _ </proc/self/stat # still the machine's /proc, so this is the pid as seen from outside
  echo "$pid" >"$state/pid"
  echo 0 >"$(cat "$state/cgroup")/cgroup.procs" # 0: this process
  LECTIO_TESTHOST_CGROUP=entered exec unshare --cgroup bash "$0" "$@"
fi

mount --make-rprivate /
mount -t tmpfs -o size=4g,mode=755 tmpfs "$state"
host=$state/host
mkdir -p "$state/upper" "$state/work" "$host"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$state/upper,workdir=$state/work" "$host"

# The site, the logs, the state and the product lie on file systems of their own: renaming a folder of an overlay's lower
# layer fails with EXDEV, as it never does on a server.
for place in var/www:2g var/log:300m var/lib:300m opt:600m; do
  folder=${place%:*} copy=$state/${place//\//-}
  mkdir "$copy"
  mount -t tmpfs -o "size=${place#*:},mode=755" tmpfs "$copy"
  cp -a "$host/$folder/." "$copy/"
  mount --bind "$copy" "$host/$folder"
done

mount -t tmpfs -o mode=755 tmpfs "$host/run"
mount -t proc proc "$host/proc"
mount -t sysfs sysfs "$host/sys"
mount -t cgroup2 cgroup2 "$host/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$host/dev"
for device in null zero full random urandom tty; do
  touch "$host/dev/$device"
  mount --bind "/dev/$device" "$host/dev/$device"
done
mkdir "$host/dev/pts" "$host/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$host/dev/pts"
mount -t tmpfs tmpfs "$host/dev/shm"
ln -s pts/ptmx "$host/dev/ptmx"
ln -s /proc/self/fd "$host/dev/fd"

if [ -n "${LECTIO_TESTHOST_BIND:-}" ]; then
  shown=$host${LECTIO_TESTHOST_BIND#*:}
  mkdir -p "$shown"
  mount --bind "${LECTIO_TESTHOST_BIND%%:*}" "$shown"
  mount -o remount,bind,ro "$shown"
fi

echo "$name" >"$host/etc/hostname"
mkdir "$host/.machine"
cd "$host"
pivot_root . .machine
umount -l /.machine
rmdir /.machine
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
ip link set lo up
hostname "$name"
exec env -i container=testhost PATH="$PATH" LANG=C.UTF-8 /lib/systemd/systemd --log-target=journal
