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
# a short guard's life: a page with one file closed, healed, proved, and told to a Bot API by TLS
train=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; rm -rf "$train"' EXIT
mkdir -p "$train/site/build" "$train/home"
echo '<html></html>' >"$train/site/build/index.html"
chmod 755 "$train"
"$jdk/bin/keytool" -genkeypair -alias it -keyalg EC -dname CN=localhost -ext san=dns:localhost -storetype PKCS12 \
    -keystore "$train/keys" -storepass training >/dev/null 2>&1
"$jdk/bin/keytool" -exportcert -alias it -keystore "$train/keys" -storepass training 2>/dev/null |
    "$jdk/bin/keytool" -importcert -noprompt -alias it -keystore "$train/trust" -storepass training -storetype JKS >/dev/null 2>&1
mkfifo "$train/ports"
"$jdk/bin/java" src/main/dist/Train.java "$train/keys" training >"$train/ports" &
server=$!
read -r page api <"$train/ports"
printf '%s\n' "LECTIO_SITE_ROOT=$train/site" LECTIO_WEB_USER=nobody "LECTIO_WEB_ROOT=$train/site/build" \
    "LECTIO_SITE_URL=http://localhost:$page/" TELEGRAM_BOT_TOKEN=123456789:AAtrainingTRAININGtrainingTRAINING0 \
    TELEGRAM_CHAT_ID=42 "TELEGRAM_API_URL=https://localhost:$api" >"$train/home/config.env"
chmod 600 "$train/home/config.env"
(sleep 2; chmod 000 "$train/site/build/index.html") &
LECTIO_AOT_TRAIN=-Djavax.net.ssl.trustStore=$train/trust LECTIO_HOME=$train/home timeout -s TERM 6 "$dir/bin/lectio" run \
    >"$train/log" 2>&1 || true
grep -q 'alert' "$train/home/logs/health.log" && { echo "lectio: the training's alert did not arrive" >&2; cat "$train/home/logs/health.log" >&2; }
[ -s "$dir/lib/lectio.aot" ] || { echo "lectio: the AOT cache was not made; starting takes longer without it" >&2; }
du -sh "$dir" | sed 's/^/lectio: laid out /' >&2
