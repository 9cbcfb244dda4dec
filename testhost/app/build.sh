#!/bin/bash
# build.sh TITLE OUT: builds the small application beside this script by npm and Vite, with its packages as
# package-lock.json pins them. They are fetched once and kept in the user's cache, a copy for each lock file.
# Exit 75: npm could not fetch them.
set -euo pipefail

title=$1
out=$(realpath -m "$2")
here=$(cd "$(dirname "$0")" && pwd)
pins=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/lectio-testhost/app-$pins

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [[ ! -e $cache/fetched ]]; then
  cp "$here/package.json" "$here/package-lock.json" "$cache/"
  (cd "$cache" && npm ci --no-audit --no-fund >&2) || exit 75
  touch "$cache/fetched"
fi
rm -rf "$cache/src" "$cache/public"
cp -r "$here/src" "$here/public" "$here/index.html" "$here/vite.config.js" "$cache/"
cd "$cache"
VITE_TITLE=$title npm run --silent build -- --outDir "$out" --emptyOutDir >&2
