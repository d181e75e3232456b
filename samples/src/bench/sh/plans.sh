#!/usr/bin/env bash
# Plans the benchmarks for GPUs by the checked-in profiles and writes their classes; needs no GPU, and `mvn -DskipTests package` before.
#
#   LIBRARIES=… plans.sh OUT [PLAN…]
#
# LIBRARIES: javacpp, pytorch, cuda, jackson-core, picocli, commons-csv, progressbar and jspecify, as a class path. OUT gets the classes
# and plans, as its own and the written ones need them: OUT and both of this project's jars are the class path of a benchmark.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../../.." && pwd)
out=$1
shift
bench=$root/samples/src/bench/java/dev/ashlar/samples/bench/gpu
gpt=$root/samples/src/main/java/dev/ashlar/samples/gpt

jar() { find "$root/$1/target" -maxdepth 1 -name "ashlar-*.jar" ! -name '*-sources.jar' ! -name '*-javadoc.jar'; }

sources=("$gpt/DecoderBlock.java" "$gpt/Gpt.java")
if [ $# -eq 0 ]; then
    sources+=("$bench"/*.java)
else
    sources+=("$bench/Transformer.java" "$bench/package-info.java")
    for plan in "$@"; do
        sources+=("$bench/$plan.java")
    done
fi
mkdir -p "$out"
"${JAVA_HOME:+$JAVA_HOME/bin/}javac" --release 17 -d "$out" \
    --processor-path "$(jar dsl-processor)" -cp "$(jar dsl-annotations):$(jar runtime):$LIBRARIES" \
    -Aashlar.device="$root/profiles/h100-sxm.device.json:$root/profiles/h200-sxm.device.json" "${sources[@]}"
