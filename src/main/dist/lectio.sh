#!/bin/sh
# Starts Lectio Monitor from the folder that this file lies in, wherever that is.
dir=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=-XX:AOTCache=$dir/lib/lectio.aot
train=${LECTIO_AOT_TRAIN:-} # lay.sh: make the cache; its value is one more option
[ -z "$train" ] || cache=-XX:AOTCacheOutput=$dir/lib/lectio.aot
export LC_ALL=C.UTF-8 MALLOC_ARENA_MAX=1
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS
# small by measurement (docs/adr/0003): a heap that grows from 6 MB, what malloc no longer needs given back, the cache mapped
# where it was made for instead of copied
exec "$dir/runtime/bin/java" "$cache" ${train:+"$train" -XX:-AOTClassLinking} -Xlog:disable -Xlog:all=error:stderr \
    -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 -XX:+UseCompactObjectHeaders -XX:-UsePerfData \
    -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:TrimNativeHeapInterval=60000 \
    -XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -Xms6m -Xmx48m -Xss256k -XX:+ExitOnOutOfMemoryError \
    --enable-native-access=ALL-UNNAMED -cp "@JARS@" io.lectio.Main "$@"
