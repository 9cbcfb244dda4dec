#!/bin/sh
# Starts Lectio Monitor from the folder that this file lies in, wherever that is.
dir=$(dirname "$(dirname "$(readlink -f "$0")")")
classes=-XX:SharedArchiveFile=$dir/lib/lectio.jsa
[ -z "${LECTIO_TRAIN:-}" ] || classes=@$LECTIO_TRAIN # lay.sh: the options that make the archive
export LC_ALL=C.UTF-8 MALLOC_ARENA_MAX=1
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS
# small by measurement (docs/adr/0003): a heap that grows from 6 MB, what malloc no longer needs given back, the archive mapped
# where it was made for instead of copied, tables for what is not in it
exec "$dir/runtime/bin/java" "$classes" -Xlog:disable -Xlog:all=error:stderr \
    -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=3 -XX:+UseCompactObjectHeaders -XX:-UsePerfData \
    -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -XX:TrimNativeHeapInterval=60000 -XX:AsyncDeflationInterval=60000 \
    -XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -Xms6m -Xmx48m -Xss256k -XX:+ExitOnOutOfMemoryError \
    -XX:StringTableSize=1024 -XX:+UnlockExperimentalVMOptions -XX:SymbolTableSize=1024 \
    --finalization=disabled \
    --enable-native-access=ALL-UNNAMED -cp "@JARS@" io.lectio.Main "$@"
