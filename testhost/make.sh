#!/bin/bash
# Builds the test host's root file systems once: Debian with systemd, nginx, gunicorn, Django, cron, sshd and the plan's site.
# usage: testhost/make.sh [bookworm|trixie]...   prints each one's folder on stdout
#        testhost/make.sh --remove               deletes them all
# A folder's name ends in a key made of build.sh and the site's files, so an edit builds anew and the old one goes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${LECTIO_TESTHOST_CACHE:-/var/cache/lectio-testhost}
say() { echo "testhost: $*" >&2; }

# Removes a root file system unless a host runs from it (boot.sh holds a shared lock on the folder).
discard() { flock --exclusive --nonblock "$1" rm -rf --one-file-system "$1" || say "$1 is in use and stays"; }

need_debootstrap() {
  command -v debootstrap >/dev/null && return
  say "installing debootstrap"
  { apt-get update -qq && apt-get install -y -qq debootstrap; } >&2 \
    || { say "debootstrap is missing and apt-get cannot install it"; exit 1; }
}

build() { # RELEASE ROOT, under the cache's lock, so whatever is half built here was killed
  local release=$1 root=$2 half=$cache/.building
  need_debootstrap
  rm -rf --one-file-system "$half"
  say "building $release (a minute or two)"
  # Its own mounts and processes, which the kernel ends when this shell ends: a killed make leaves neither behind. They hold
  # the cache's lock too, so the next make waits until the last of them is gone.
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc "$here/build.sh" "$release" "$half" >&2 \
    || { say "building $release failed; see $half/debootstrap/debootstrap.log"; exit 1; }
  mv -T "$half" "$root"
  for old in "$cache/$release"-*; do [ "$old" = "$root" ] || discard "$old"; done
}

if [ "${1:-}" = --remove ]; then
  [ ! -d "$cache" ] || for root in "$cache"/*-* "$cache/.building"; do [ ! -d "$root" ] || discard "$root"; done
  [ ! -d "$cache" ] || rmdir --ignore-fail-on-non-empty "$cache"
  exit
fi

mkdir -p "$cache"
key=$(cd "$here" && find build.sh site -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-12)
for release in "${@:-bookworm}"; do
  case $release in bookworm | trixie) ;; *) say "unknown release: $release"; exit 2 ;; esac
  root=$cache/$release-$key
  if [ ! -d "$root" ]; then
    exec 9<"$cache"
    flock 9
    [ -d "$root" ] || build "$release" "$root"
    exec 9<&-
  fi
  echo "$root"
done
