#!/bin/sh
# Starts Lectio Monitor from the folder that this file lies in, wherever that is.
dir=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=-XX:AOTCache=$dir/lib/lectio.aot
[ -z "${LECTIO_AOT_TRAIN:-}" ] || cache=-XX:AOTCacheOutput=$dir/lib/lectio.aot
export LC_ALL=C.UTF-8
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS
exec "$dir/runtime/bin/java" "$cache" -Xlog:disable -Xlog:all=error:stderr -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Xmx48m -Xss256k -XX:+UseCompactObjectHeaders -XX:-UsePerfData --enable-native-access=ALL-UNNAMED \
    -cp "@JARS@" io.lectio.Main "$@"
