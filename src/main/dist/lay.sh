#!/bin/sh
# Lays out DIR: a runtime image, the jars, an AOT cache trained on both, and bin/lectio. Called by ./lectio dist DIR.
set -eu
dir=${1:?usage: ./lectio dist DIR}
jdk=${JAVA_HOME:?called by ./lectio}
if [ -e "$dir" ] && [ ! -f "$dir/bin/lectio" ] && [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then
    echo "lectio: $dir is not empty and not a distribution of lectio; nothing was touched" >&2
    exit 2
fi
mkdir -p "$(dirname "$dir")"
new=$(mktemp -d "$(dirname "$dir")/.lectio-dist.XXXXXX")
trap 'rm -rf "$new"' EXIT
chmod 755 "$new"

# java.base, unix credentials and sockets, and TLS with elliptic curves; nothing else is used
"$jdk/bin/jlink" --add-modules java.base,jdk.net,jdk.crypto.ec --strip-debug --no-header-files --no-man-pages \
    --compress zip-0 --output "$new/runtime"
mkdir -p "$new/lib" "$new/bin"
cp target/lectio.jar target/lib/*.jar "$new/lib/"
jars=
for jar in "$new"/lib/*.jar; do jars="$jars\$dir/lib/$(basename "$jar"):"; done
sed "s#@JARS@#${jars%:}#" src/main/dist/lectio.sh >"$new/bin/lectio"
chmod 755 "$new/bin/lectio"

rm -rf "${dir:?}.old"
[ ! -e "$dir" ] || mv "$dir" "$dir.old"
mv "$new" "$dir"
trap - EXIT
rm -rf "$dir.old"

echo "lectio: training the AOT cache" >&2
# a short guard's life on a site of its own, where nothing answers and one file is closed
train=$(mktemp -d)
mkdir -p "$train/site/build" "$train/home"
echo '<html></html>' >"$train/site/build/index.html"
chmod 755 "$train"
chmod 000 "$train/site/build/index.html"
printf 'LECTIO_SITE_ROOT=%s\nLECTIO_WEB_USER=nobody\nLECTIO_WEB_ROOT=%s\nLECTIO_SITE_URL=http://localhost:9/\n' \
    "$train/site" "$train/site/build" >"$train/home/config.env"
LECTIO_AOT_TRAIN=1 LECTIO_HOME=$train/home timeout -s TERM 4 "$dir/bin/lectio" run >"$train/log" 2>&1 || true
rm -rf "$train"
[ -s "$dir/lib/lectio.aot" ] || { echo "lectio: the AOT cache was not made; starting takes longer without it" >&2; }
du -sh "$dir" | sed 's/^/lectio: laid out /' >&2
