#!/bin/sh
# Lays out DIR: a runtime image, the jars, an archive of the classes it needs, and bin/lectio. Called by ./lectio dist DIR.
# Of DIR only bin/lectio, the scripts, config.env.example, lib, runtime, sudoers.d and systemd are its own; all else there, such as config.env, stays.
set -eu
umask 022
dir=${1:?usage: ./lectio dist DIR}
jdk=${JAVA_HOME:?called by ./lectio}

refuse() {
    echo "lectio: $*; nothing was touched" >&2
    exit 2
}

dir=$(readlink -m -- "$dir") # also without slashes at its end, and as bin/lectio will see itself
[ "$dir" != / ] || refuse "/ is no place for a distribution"
case $dir in *:*) refuse "$dir: Java takes no path with a ':' in it; choose another" ;; esac
[ ! -e "$dir" ] || [ -d "$dir" ] || refuse "$dir is not a folder"
marker=lib/.lectio-distribution
is_ours() { [ -f "$dir/$marker" ] || { [ -f "$dir/bin/lectio" ] && [ -x "$dir/runtime/bin/java" ]; }; }
[ -z "$(ls -A -- "$dir" 2>/dev/null)" ] || is_ours || refuse "$dir is not empty and not a distribution of lectio"
[ ! -e "$dir/lib" ] || [ -f "$dir/lib/lectio.jar" ] || refuse "$dir/lib is not of lectio"
[ ! -e "$dir/runtime" ] || [ -x "$dir/runtime/bin/java" ] || refuse "$dir/runtime is not of lectio"

new='' train='' site='' child='' server='' side='' made=''
# shellcheck disable=SC2329 # called by the traps
clean() {
    code=$?
    trap '' INT TERM HUP
    for pid in $child $server $side; do kill "$pid" 2>/dev/null || true; done
    wait
    for part in lib runtime systemd; do # interrupted between its two renames
        if [ -n "$new" ] && [ -e "$new/old-$part" ] && [ ! -e "$dir/$part" ]; then mv "$new/old-$part" "$dir/$part"; fi
    done
    if [ -n "$new" ]; then rm -rf "$new"; fi
    if [ -n "$train" ]; then
        rm -rf "$train"
        # the training guard's lock on its site
        rm -f "/run/lectio-monitor/$(printf %s "$site" | sha256sum | cut -c 1-16).lock"
        [ "$code" = 0 ] || rm -f "$dir"/lib/lectio.jsa
    fi
    if [ -n "$made" ]; then rmdir "$dir" 2>/dev/null || true; fi # only where nothing was laid in it
    exit "$code"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# beside the shell, which otherwise would hear of a signal only at the command's end
run() {
    "$@" &
    child=$!
    ended=0
    wait "$child" || ended=$?
    child=
    return "$ended"
}

[ -d "$dir" ] || { mkdir -p "$dir" && made=1; }
new=$(mktemp -d "$dir/.lectio-new.XXXXXX")

# java.base, unix credentials and sockets, TLS with elliptic curves, what mail wants, and SIGHUP; nothing else is used
run "$jdk/bin/jlink" --add-modules java.base,java.logging,jdk.net,jdk.crypto.ec,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --compress zip-0 --output "$new/runtime"
mkdir -p "$new/lib" "$dir/bin"
cp target/lectio.jar target/lib/*.jar src/main/dist/setup.sh "$new/lib/"
cp -RL src/main/dist/systemd src/main/dist/sudoers.d "$new/"
echo "laid by ./lectio dist, which replaces this folder" >"$new/$marker"
jars=
for jar in "$new"/lib/*.jar; do jars="$jars\$dir/lib/$(basename "$jar"):"; done
sed "s#@JARS@#${jars%:}#" src/main/dist/lectio.sh >"$new/lectio"
chmod 755 "$new/lectio"
# the archive is good only for jars of the very second in which it saw them, so a package has them all in one
touch -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" "$new"/lib/*
date -r "$new/lib/lectio.jar" +%s >"$new/lib/.seconds"

for part in runtime lib systemd sudoers.d; do
    [ ! -e "$dir/$part" ] || mv "$dir/$part" "$new/old-$part"
    mv "$new/$part" "$dir/$part"
done
mv "$new/lectio" "$dir/bin/lectio"
for script in src/main/dist/*_*.sh; do
    cp "$script" "$new/script"
    chmod 755 "$new/script"
    mv "$new/script" "$dir/${script##*/}"
done
cp src/main/dist/config.env.example "$new/example"
mv "$new/example" "$dir/config.env.example"
rm -rf "$new"

echo "lectio: training the class archive" >&2
# short lives of the commands, whose classes are written down: a guard of a page, an API and two units, one file closed, healed,
# proved, and told to a Bot API by TLS
train=$(mktemp -d)
site=$(readlink -m "$train/site")
mkdir -p "$train/site/build" "$train/home" "$train/systemd/system" "$train/classes"
echo '<html></html>' >"$train/site/build/index.html"
chmod 755 "$train"
run "$jdk/bin/keytool" -genkeypair -alias it -keyalg EC -dname CN=localhost -ext san=dns:localhost -storetype JKS \
    -keystore "$train/keys" -storepass training -keypass training >/dev/null 2>&1
run "$jdk/bin/javac" -cp target/lectio.jar -d "$train/classes" src/main/dist/Train.java
mkfifo "$train/ports"
"$jdk/bin/java" -cp "target/lectio.jar:target/lib/*:$train/classes" io.lectio.host.systemd.Train \
    "$train/keys" training "$train/systemd/private" >"$train/ports" &
server=$!
read -r page api <"$train/ports"
printf '%s\n' "LECTIO_SITE_ROOT=$train/site" LECTIO_WEB_USER=nobody "LECTIO_WEB_ROOT=$train/site/build" \
    "LECTIO_SITE_URL=http://localhost:$page/" "LECTIO_APP_SERVER=127.0.0.1:$page" "TELEGRAM_API_URL=https://localhost:$api" \
    TELEGRAM_BOT_TOKEN=123456789:AAtrainingTRAININGtrainingTRAINING0 TELEGRAM_CHAT_ID=42 >"$train/home/config.env"
chmod 600 "$train/home/config.env"
export LECTIO_HOME="$train/home"
learn() { # SECONDS COMMAND...
    seconds=$1
    shift
    printf '"%s"\n' "-XX:DumpLoadedClassList=$train/list-$1" "-Dlectio.systemd=$train/systemd" -Dlectio.nginx=/bin/true \
        "-Djavax.net.ssl.trustStore=$train/keys" >"$train/options-$1"
    export LECTIO_TRAIN="$train/options-$1"
    exec timeout -s TERM "$seconds" "$dir/bin/lectio" "$@" >>"$train/log" 2>&1
}
(sleep 2; (learn 4 check) || true; (learn 2 watch) || true; (learn 4 plan) || true
    (export LECTIO_HOME="$train/defaults"; learn 4 config show) || true; chmod 000 "$train/site/build/index.html"; sleep 2
    (learn 4 status) || true; (learn 4 report) || true) &
side=$!
run learn 14 run || true
grep -q 'alert' "$train/home/logs/health.log" 2>/dev/null &&
    { echo "lectio: the training's alert did not arrive" >&2; cat "$train/home/logs/health.log" >&2; }
# each list numbers its classes, which only loaders of one's own need; picocli's, compiled for Java 5, are archived only unlinked
# a lambda has a line for each place that makes one: as many as the list has that names most
sed -s '/^@cp picocli/d; s/ id: [0-9]*//; 1i# a list' "$train"/list-* 2>/dev/null |
    awk '/^# a list/ { split("", here); next } ++here[$0] > all[$0] { all[$0]++; print }' >"$train/classes.list" || true
printf '"%s"\n' -Xshare:dump "-XX:SharedClassListFile=$train/classes.list" "-XX:SharedArchiveFile=$dir/lib/lectio.jsa" \
    >"$train/options"
export LECTIO_TRAIN="$train/options"
run "$dir/bin/lectio" >>"$train/log" 2>&1 || true
[ -s "$dir/lib/lectio.jsa" ] || { echo "lectio: the class archive was not made; starting takes longer without it" >&2; }
du -sch "$dir/lib" "$dir/runtime" | sed -n 's/\ttotal$//p' | sed "s#^#lectio: laid out #; s#\$# in $dir#" >&2
